"""Rules as a query of Quod Libet, and in the form in which it saves queries: two lines.

Its numeric search takes the first of several paces only, so they are sought by an expression, also
where one value holds several, as in ID3v2.3: 165/83.
"""

import re
from collections.abc import Iterator

from pacetag.tagger.filters.terms import Way
from pacetag.tagger.playlist.rules import Criterion, Range, Rules, Text


def query_body(rules: Rules) -> tuple[str, list[str]]:
    """Return the query and its name, a line each, and the options that it cannot say."""
    query, unsaid = query_of(rules)
    return f"{query}\n{' '.join(rules.name.split())}\n", unsaid


def query_of(rules: Rules) -> tuple[str, list[str]]:
    """Return the query, and the options that it cannot say."""
    terms = [rf"pace = /\b({'|'.join(map(str, rules.paces))})\b/"]
    unsaid = [*rules.unsaid, *(["--limit"] if rules.limit is not None else [])]
    for criterion in rules.criteria:
        if criterion.field == "loved":  # it rates, and loves nothing
            unsaid.append(criterion.option)
            continue
        found = list(_terms(criterion))
        term = found[0] if len(found) == 1 else f"|({', '.join(found)})"
        terms.append(f"!{term}" if criterion.negated else term)
    whole = terms[0] if len(terms) == 1 else f"&({', '.join(terms)})"
    return whole, list(dict.fromkeys(unsaid))


def _terms(of: Criterion) -> Iterator[str]:
    for value in of.values:
        if isinstance(value, Range):
            yield _range(of.field, value)
        else:
            names = "artist, albumartist" if of.field == "artist" else of.field
            yield f"{names} = /{_expression(value)}/{'c' * (value.way is Way.EXACT)}"


def _range(name: str, value: Range) -> str:
    bounds = [f"{name} >= {value.low:g}"] if value.low is not None else []
    bounds += [f"{name} <= {value.high:g}"] if value.high is not None else []
    return f"#({', '.join(bounds)})"


def _expression(value: Text) -> str:
    """A regular expression between slashes, which looks at any case unless it ends in c."""
    if value.way is Way.REGEX:
        return re.sub(r"(?<!\\)/", r"\/", value.text)
    bare = re.escape(value.text).replace("/", "\\/")
    return bare if value.way is Way.PLAIN else f"^{bare}$"
