"""A query as words with their places."""

from dataclasses import dataclass

from pacetag.tagger.filters.errors import QueryError

QUOTES = "\"'"
_ESCAPED = "\"', "  # what a backslash takes the meaning of; regular expressions keep other ones


@dataclass(frozen=True, kw_only=True)
class Word:
    """One word of a query, without its quotes."""

    text: str
    place: int  # of its first character in the query, from 1
    ends_group: bool = False  # a comma follows it, or it is one

    @property
    def shown(self) -> str:
        """The word as an error quotes it."""
        return self.text if len(self.text) <= 40 else f"{self.text[:40]}..."


def words_of(query: str, option: str = "--query") -> list[Word]:
    """Return the words of a query: spaces and commas part them, unless quoted or escaped.

    A double quote may stand anywhere in a word, a single one only where a word or a value begins,
    so that apostrophes need no care. Raises QueryError for a quote that is never closed.
    """
    found: list[Word] = []
    place = 0
    while place < len(query):
        if query[place].isspace():
            place += 1
            continue
        word, place = _word(query, place, option)
        found.append(word)
    return found


def _word(query: str, start: int, option: str) -> tuple[Word, int]:
    """Return the word that begins at a place, and the place behind it."""
    if query[start] == ",":
        return Word(text="", place=start + 1, ends_group=True), start + 1
    text, place, comma = "", start, False
    while place < len(query) and not query[place].isspace():
        sign = query[place]
        if sign == "\\" and query[place + 1 : place + 2] and query[place + 1] in _ESCAPED:
            text += query[place + 1]
            comma = False
            place += 2
        elif sign == '"' or (sign == "'" and _begins_value(text)):
            end = query.find(sign, place + 1)
            if end < 0:
                raise QueryError(option, query[place : place + 40], place + 1, "is not closed")
            text += query[place + 1 : end]
            comma = False
            place = end + 1
        else:
            text += sign
            comma = sign == ","
            place += 1
    return Word(text=text[:-1] if comma else text, place=start + 1, ends_group=comma), place


def _begins_value(text: str) -> bool:
    return not text or text[-1] in ":=~^-"
