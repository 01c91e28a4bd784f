"""What a playlist for a cadence asks of songs, for programs that choose songs by rules themselves.

They go by tags: PACE has whole numbers, and other fields what the tags say.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pacetag.tagger.filters.errors import TermError
from pacetag.tagger.filters.ranges import length, number_range
from pacetag.tagger.filters.terms import Way, way_of
from pacetag.tagger.filters.words import words_of

TEXTS = ("genre", "artist", "album", "title")
_SIGNS = ("^", "-")  # before a word of a query: it must not hold


@dataclass(frozen=True, kw_only=True)
class Text:
    """A value of a text field, and how it is compared."""

    way: Way
    text: str


@dataclass(frozen=True, kw_only=True)
class Range:
    """Whole years, or seconds; None leaves a side open."""

    low: float | None
    high: float | None


@dataclass(frozen=True, kw_only=True)
class Criterion:
    """Something that must hold of a song: a field has one of these values."""

    option: str  # that asks for it
    field: str  # of TEXTS, or "year", "length", "loved"
    values: Sequence[Text | Range] = ()
    negated: bool = False


@dataclass(frozen=True, kw_only=True)
class Rules:
    """All that must hold, and what no rule can say."""

    name: str
    paces: Sequence[int]  # one of them must be in PACE
    criteria: Sequence[Criterion] = ()
    limit: int | None = None  # songs
    unsaid: Sequence[str] = field(default_factory=tuple)  # options


def rules_of(
    name: str,
    *,
    cadence: float,
    tolerance: float,
    limit: int | None,
    filters: Mapping[str, Any],
) -> Rules:
    """Return the rules of a playlist. `filters` holds the values of options by their names.

    Raises UsageError for a query that cannot be read, TermError for a value.
    """
    criteria: list[Criterion] = []
    unsaid: list[str] = []
    for key, value in filters.items():
        found = list(_criteria(key, value)) if value else []
        criteria += [each for each in found if isinstance(each, Criterion)]
        unsaid += [each for each in found if isinstance(each, str)]
    return Rules(
        name=name,
        paces=whole_paces(cadence, tolerance),
        criteria=criteria,
        limit=limit,
        unsaid=list(dict.fromkeys(unsaid)),
    )


def whole_paces(cadence: float, tolerance: float) -> list[int]:
    """Return the whole paces within a tolerance, at least the nearest one."""
    low, high = cadence * (1 - tolerance), cadence * (1 + tolerance)
    return list(range(math.ceil(low), math.floor(high) + 1)) or [round(cadence)]


def _criteria(key: str, value: Any) -> Iterator[Criterion | str]:
    """Yield what an option asks for, or its name where no rule can say it."""
    option = f"--{key.replace('_', '-')}"
    if key in TEXTS:
        yield Criterion(option=option, field=key, values=[_text(each) for each in value])
    elif key == "year":
        yield Criterion(option=option, field=key, values=[_years(each) for each in value])
    elif key == "min_length":
        yield Criterion(option=option, field="length", values=[Range(low=length(value), high=None)])
    elif key == "max_length":
        yield Criterion(option=option, field="length", values=[Range(low=None, high=length(value))])
    elif key in ("query", "exclude"):
        for query in value:
            found = _simple(query, option)
            if key == "exclude":
                found = [_negation(found[0])] if len(found) == 1 else []
            yield from found
            if not found:
                yield option
    else:
        yield option


def _simple(query: str, option: str) -> list[Criterion]:
    """The criteria of a query whose words all must hold, each in one field; [] for others."""
    found = []
    for word in words_of(query, option):
        text = word.text
        negated = text.startswith(_SIGNS)
        name, colon, value = text[negated:].partition(":")
        name = name.lower()
        if word.ends_group or not colon or not value:
            return []
        if name == "opinion" and value == "loved":
            found.append(Criterion(option=option, field="loved", negated=negated))
        elif name in TEXTS:
            values: Sequence[Text | Range] = [_text(value)]
            found.append(Criterion(option=option, field=name, values=values, negated=negated))
        elif name == "year":
            years = [_years(value)]
            found.append(Criterion(option=option, field=name, values=years, negated=negated))
        else:
            return []
    return found


def _negation(of: Criterion) -> Criterion:
    return Criterion(option=of.option, field=of.field, values=of.values, negated=not of.negated)


def _text(value: str) -> Text:
    way, bare = way_of(value)
    return Text(way=way, text=bare)


def _years(value: str) -> Range:
    found = number_range(value)
    if found.low is None and found.high is None:
        raise TermError(f'"{value}" names no year')
    return Range(low=found.low, high=found.high)
