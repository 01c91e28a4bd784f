"""What can go wrong with the index, each with a sentence that says what to do."""

from pathlib import Path
from typing import ClassVar


class SongIndexError(Exception):
    """The index cannot be used: its folder, its rights, its disk."""

    advice: ClassVar[str] = (
        "Check that its folder can be written to and that the disk is not full, "
        "or choose another file with --index."
    )

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}. {self.advice}")
        self.path, self.reason = path, reason

    def __reduce__(self) -> tuple[type["SongIndexError"], tuple[Path, str]]:
        """Cross process borders whole: Exception alone would forget the second argument."""
        return type(self), (self.path, self.reason)


class NewerIndexError(SongIndexError):
    """A later pacetag has changed the shape of the index."""

    advice = "Update pacetag, or choose another file with --index."


class DamagedIndexError(SongIndexError):
    """The file is not, or no longer, a readable SQLite database of this shape."""

    advice = "Move the file away and run `pacetag scan FOLDER` again, which builds a new index."


class ForeignIndexError(SongIndexError):
    """The file is a sound SQLite database, but another program's."""

    advice = "It was left as it is; choose another file with --index."


class IrregularIndexError(SongIndexError):
    """What lies there, or beside it, is a pipe, a folder, a link that leads nowhere."""

    advice = "Nothing was touched; put that right, or choose another file with --index."


class ReadOnlyIndexError(SongIndexError):
    """It can be read, but this process may not write it where it lies."""

    advice = (
        "Make it writable, or choose another file with --index; "
        "`pacetag playlist` and `stats` answer from it as it is."
    )


class BusyIndexError(SongIndexError):
    """Another process kept the index locked for longer than the busy timeout."""

    advice = "Wait until the other pacetag is done, or stop it, then try again."
