"""What is wrong with a filter, and where."""

from pacetag.tagger.errors import UsageError


class TermError(ValueError):
    """A value that its field cannot have; the text is a clause that follows the value."""


class QueryError(UsageError):
    """A query that cannot be understood; it names the word and its place."""

    def __init__(self, option: str, word: str, place: int, why: str) -> None:
        """`place`: of the word's first character, 1 for the first of the query."""
        super().__init__(f'{option}: "{word}" at character {place}: {why}')
        self.option, self.word, self.place, self.why = option, word, place, why

    def __reduce__(self) -> tuple[type["QueryError"], tuple[str, str, int, str]]:
        """Pickle the arguments; Exception alone would keep the message only."""
        return type(self), (self.option, self.word, self.place, self.why)
