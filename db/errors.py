"""The errors of the index, each with a sentence that says what to do."""

from pathlib import Path
from typing import ClassVar


class SongIndexError(Exception):
    """The index cannot be used, because of its folder, its permissions or its disk."""

    advice: ClassVar[str] = (
        "Check that its folder can be written to and that the disk is not full, "
        "or choose another file with --index."
    )

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}. {self.advice}")
        self.path, self.reason = path, reason

    def __reduce__(self) -> tuple[type["SongIndexError"], tuple[Path, str]]:
        """Pickle both arguments; Exception alone would keep the message only."""
        return type(self), (self.path, self.reason)


class NewerIndexError(SongIndexError):
    """A later version of pacetag has changed the shape of the index."""

    advice = "Update pacetag, or choose another file with --index."


class DamagedIndexError(SongIndexError):
    """The file is not, or is no longer, a readable SQLite database of this shape."""

    advice = "Move the file away and run `pacetag scan FOLDER` again, which builds a new index."


class ForeignIndexError(SongIndexError):
    """The file is a valid SQLite database of another program."""

    advice = "It was left as it is; choose another file with --index."


class IrregularIndexError(SongIndexError):
    """The index, or one of SQLite's files beside it, is a pipe, a folder or a broken link."""

    advice = "Nothing was touched; put that right, or choose another file with --index."


class ReadOnlyIndexError(SongIndexError):
    """This process can read the index but may not write it."""

    advice = (
        "Make it writable, or choose another file with --index; "
        "`pacetag playlist` and `stats` answer from it as it is."
    )


class ReplacedIndexError(SongIndexError):
    """The file at the path is no longer the one that is open: it was deleted or replaced."""

    advice = "Nothing was written since; run the command again, which takes what lies there now."


class BusyIndexError(SongIndexError):
    """Another process kept the index locked for longer than the busy timeout."""

    advice = "Wait until the other pacetag is done, or stop it, then try again."
