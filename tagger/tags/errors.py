"""Errors of reading and writing tags, each with a sentence for the user."""

import errno
from pathlib import Path

# A program that resumes the download would append the rest behind a tag that has grown.
BROKEN_OFF = "its end is missing, as of a download that broke off"


class TagError(Exception):
    """The tags of a file could not be read or written; the file is as it was before."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path, self.reason = path, reason

    def __reduce__(self) -> tuple[type["TagError"], tuple[Path, str]]:
        """Cross process borders whole: Exception alone would forget the second argument."""
        return type(self), (self.path, self.reason)


class UnreadableError(TagError):
    """The system would not let the file be read: its disk, its memory, its rights.

    That says nothing about the file, and may be over at the next try.
    """


class ChangedMeanwhileError(TagError):
    """The file was changed externally since it was looked at; the next scan sees it anew."""


class NotWritableError(TagError):
    """Tags of this file are not written: its kind, its state or its permissions forbid it."""


class ObstacleError(NotWritableError):
    """Something beside the file kept it from being written: a lock, a full disk, a right.

    It may be over at the next try, though the file stays as it is. Nothing was written.
    """


class UnlikeError(NotWritableError):
    """A copy of the file could not get its owner, mode, attributes or place."""


class RefusedError(Exception):
    """A journal asks for what pacetag would never have written; gives the reason, not the path."""


class LayoutError(Exception):
    """The bytes of a file cannot be rewritten safely; gives the reason, not the path.

    Never leaves this package: callers that know the path turn it into a NotWritableError.
    """


def system_reason(error: BaseException) -> str:
    """A clause on what the operating system refused."""
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, PermissionError):
        return "no permission to read or write it, or its folder"
    if isinstance(error, OSError) and error.errno == errno.ELOOP:
        return "its links lead in a circle"
    return f"the system says: {getattr(error, 'strerror', None) or error}"
