"""Rules as Navidrome's smart playlists (.nsp): JSON, by the fields and operators of its sources.

Navidrome compares tags as texts, so a pace is one, and each whole pace needs a rule of its own:
ranges of tags are refused, and two bounds of one tag may be met by two different values.
"""

import json
from collections.abc import Iterator
from typing import Any

from pacetag.tagger.filters.terms import Way
from pacetag.tagger.playlist.rules import Criterion, Range, Rules, Text

DAY = 86_400  # s; no song is longer

Rule = dict[str, Any]


def nsp_body(rules: Rules) -> tuple[str, list[str]]:
    """Return the file from its second key on, and the options that it cannot say."""
    paces: list[Rule] = [{"is": {"pace": str(pace)}} for pace in rules.paces]
    held: list[Rule] = [{"any": paces}]
    unsaid = list(rules.unsaid)
    for criterion in rules.criteria:
        rule = _rule(criterion)
        if rule is None:
            unsaid.append(criterion.option)
        else:
            held.append(rule)
    value: Rule = {"name": rules.name, "all": held, "sort": "random"}
    if rules.limit is not None:
        value["limit"] = rules.limit
    return json.dumps(value, indent=1).removeprefix("{\n") + "\n", list(dict.fromkeys(unsaid))


def _rule(of: Criterion) -> Rule | None:
    """The rule of a criterion; None where Navidrome has none."""
    if of.field == "loved":
        return {"is": {"loved": not of.negated}}
    found: list[Rule] = []
    for value in of.values:
        if isinstance(value, Range):
            found.append(_range(of.field, value))
        elif value.way in (Way.PLAIN, Way.EXACT):
            found += _texts(of, value)
        else:
            return None
    if of.negated:
        return None if of.field in ("year", "length") else {"all": found}
    return found[0] if len(found) == 1 else {"any": found}


def _texts(of: Criterion, value: Text) -> Iterator[Rule]:
    operator = "contains" if value.way is Way.PLAIN else "is"
    if of.negated:
        operator = {"contains": "notContains", "is": "isNot"}[operator]
    fields = ("artist", "albumartist") if of.field == "artist" else (of.field,)
    yield from ({operator: {name: value.text}} for name in fields)


def _range(name: str, value: Range) -> Rule:
    if name == "length":
        return {"inTheRange": {"duration": [value.low or 0, value.high or DAY]}}
    if value.low is None:
        return {"lt": {name: int(value.high or 0) + 1}}
    if value.high is None:
        return {"gt": {name: int(value.low) - 1}}
    return {"inTheRange": {name: [int(value.low), int(value.high)]}}
