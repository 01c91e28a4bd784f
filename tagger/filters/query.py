"""Queries in the language of beets, as conditions on the index.

    genre:rock ^artist:x length:2:00..6:00 year:1970..1979 , "title:what a day"

Words side by side must all hold, a comma parts groups of which one must. A word is sought in title,
artist, album, album's artist and genre, `field:word` in that field, in any case and within longer
words. `^` or `-` before a word negates it; `field::word` is a regular expression, `field:=word` the
exact value, `field:=~word` the same in any case. `fields` has the fields, `ranges` the numbers.
"""

import re

from pacetag.db.records import EVERY_SONG, Condition
from pacetag.tagger.filters.errors import QueryError, TermError
from pacetag.tagger.filters.fields import BY_NAME, FIELDS
from pacetag.tagger.filters.terms import Values, keyword, term
from pacetag.tagger.filters.words import Word, words_of

MOST = 200  # words; SQLite nests no deeper than a thousand expressions
_NEGATION = ("^", "-")
_KEYED = re.compile(r"([^\s:]+?)(?<!\\):(.*)", re.DOTALL)


def parse_query(query: str, option: str = "--query") -> Condition:
    """Return the condition that a query means; a blank one holds for every song.

    Raises QueryError, a usage error that names the word and its place.
    """
    values = Values()
    sql = query_sql(query, values, option)
    return EVERY_SONG if sql is None else Condition(sql=sql, values=values.held)


def query_sql(query: str, values: Values, option: str = "--query") -> str | None:
    """Return the SQL of a query, with its values among the others; None for a blank one."""
    words = words_of(query, option)
    if len(words) > MOST:
        last = words[MOST]
        raise QueryError(option, last.shown, last.place, f"a query has at most {MOST} words")
    groups: list[list[str]] = [[]]
    for word in words:
        if word.text:
            groups[-1].append(_criterion(word, values, option))
        elif not word.ends_group:
            raise QueryError(option, '""', word.place, "is empty")
        if word.ends_group:
            groups.append([])
    # A comma at an end, or two in a row, asks for nothing.
    held = [" AND ".join(group) for group in groups if group]
    return " OR ".join(f"({group})" for group in held) if held else None


def _criterion(word: Word, values: Values, option: str) -> str:
    text, negated = word.text, word.text.startswith(_NEGATION)
    if negated:
        text = text[1:]
    try:
        if not text:
            raise TermError("has nothing to leave out")
        return f"(({_sql(text, values)}) IS {'NOT ' if negated else ''}TRUE)"
    except TermError as error:
        raise QueryError(option, word.shown, word.place, str(error)) from error


def _sql(text: str, values: Values) -> str:
    keyed = _KEYED.fullmatch(text)
    if keyed is None:
        if len(text) > 1 and text[-1] in "+-" and text[:-1].lower() in BY_NAME:
            raise TermError("sorts, which a filter cannot; playlists come in an order of their own")
        return keyword(text.replace("\\:", ":"), values)
    name, value = keyed[1].lower(), keyed[2].replace("\\:", ":")
    field = BY_NAME.get(name)
    if field is None:
        raise TermError(f"there is no field {name!r}{_hint(name)}")
    return term(field, value, values)


def _hint(name: str) -> str:
    from difflib import get_close_matches  # which only an error needs

    near = get_close_matches(name, BY_NAME, n=1)
    if near:
        return f"; did you mean {near[0]}?"
    names = ", ".join(field.name for field in FIELDS)
    return f" (there are {names}; \\: is a colon within a word)"
