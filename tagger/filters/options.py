"""The filters of a command's options, as one condition on the index."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

from pacetag.db.records import EVERY_SONG, Condition
from pacetag.tagger.errors import UsageError
from pacetag.tagger.filters.errors import TermError
from pacetag.tagger.filters.fields import BY_NAME
from pacetag.tagger.filters.query import query_sql
from pacetag.tagger.filters.ranges import length
from pacetag.tagger.filters.terms import Values, term


@dataclass(frozen=True, kw_only=True)
class FilterOptions:
    """Which songs may come. Of the values of one option one must hold, of options all."""

    genre: Sequence[str] = ()  # each as behind `genre:` in a query
    artist: Sequence[str] = ()
    album: Sequence[str] = ()
    year: Sequence[str] = ()
    path: Sequence[str] = ()
    added: Sequence[str] = ()
    query: Sequence[str] = ()  # all of these must hold
    exclude: Sequence[str] = ()  # and none of these
    min_length: str | None = None
    max_length: str | None = None


_FIELDS = ("genre", "album", "year", "path", "added")


def filter_condition(options: FilterOptions) -> Condition:
    """Return the condition that the options mean. Raises UsageError."""
    values = Values()
    parts = [_any(name, (name,), getattr(options, name), values) for name in _FIELDS]
    parts.append(_any("artist", ("artist", "albumartist"), options.artist, values))
    parts += [query_sql(query, values, "--query") for query in options.query]
    for query in options.exclude:
        held = query_sql(query, values, "--exclude")
        parts.append(None if held is None else f"({held}) IS NOT TRUE")
    parts += [
        _bound("--min-length", ">=", options.min_length, values),
        _bound("--max-length", "<=", options.max_length, values),
    ]
    held_parts = [f"({part})" for part in parts if part is not None]
    if not held_parts:
        return EVERY_SONG
    return Condition(sql=" AND ".join(held_parts), values=values.held, options=_typed(options))


def _typed(options: FilterOptions) -> tuple[str, ...]:
    """The options that were given, as they are typed."""
    given = (one.name for one in fields(options) if getattr(options, one.name))
    return tuple(f"--{name.replace('_', '-')}" for name in given)


def _any(option: str, fields: tuple[str, ...], wanted: Sequence[str], values: Values) -> str | None:
    if "" in wanted:
        raise UsageError(f"--{option}: it is empty; leave the option out to have them all")
    try:
        terms = [term(BY_NAME[name], one, values) for one in wanted for name in fields]
    except TermError as error:
        raise UsageError(f"--{option}: {error}") from error
    return " OR ".join(f"(({each}) IS TRUE)" for each in terms) or None


def _bound(option: str, sign: str, text: str | None, values: Values) -> str | None:
    """A bound of the length; a song of unknown length is within every one."""
    if text is None:
        return None
    try:
        seconds = length(text.strip())
    except TermError as error:
        raise UsageError(f"{option}: {error}") from error
    return f"coalesce(duration {sign} {values.add(seconds)}, TRUE)"
