"""Output files that a user names: written whole, and never over anything else."""

import errno
import os
import stat
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pacetag.tagger.errors import TaggerError, UsageError
from pacetag.tagger.files.drafts import fill, give_name, make_ordinary
from pacetag.tagger.files.never_replaced import content_never_replaced, name_never_replaced
from pacetag.tagger.terminal.standard_output import (
    STDOUT,
    descriptor_of,
    replaces,
    write_descriptor,
)

INPUT = "is what this command reads"
_PNG, _M3U = b"\x89PNG\r\n\x1a\n", b"#EXTM3U"
# First bytes of what pacetag writes.
_OURS = (_PNG, _M3U, b"<?xml ve", b"[playlis", b'{\n "made', b'{\n "comm', b"REM COMM")


@dataclass(frozen=True, kw_only=True)
class OutputFile:
    """A path that a user named, and what is written there."""

    named: Path
    option: str  # that named it
    noun: str  # what is written there
    is_ours: Callable[[bytes], bool] | None  # whether pacetag itself wrote such content there;
    # None: its content cannot tell
    binary: bool = False  # no terminal can show it
    overwrite: bool = False  # also replace files of other programs
    inputs: tuple[Path, ...] = ()  # files that the command reads, and must not replace

    @property
    def path(self) -> Path:
        """The path, absolute; links in it are not followed."""
        return self.named.expanduser().absolute()

    @property
    def shown(self) -> str:
        """The path as messages name it."""
        return "standard output" if self.named == STDOUT else str(self.named)

    @property
    def folder(self) -> Path | None:
        """The folder of the file; None for a pipe, a terminal or the like."""
        return self.path.parent if self._is_direct() is False else None

    def check(self) -> None:
        """Check that it can be written, and touch nothing.

        Raises UsageError if a file is there that must stay, TaggerError if the system would refuse
        the write.
        """
        try:
            if self._is_direct():
                self._check_direct()
            else:
                self._replaced()
        except OSError as error:
            raise self._failure(error) from error

    def write(self, content: bytes) -> None:
        """Check again, then write all of the content or nothing. Raises as `check` does."""
        self.write_pieces([content])

    def write_pieces(self, pieces: Iterable[bytes]) -> None:
        """Write what is made piece by piece; a pipe or a terminal gets each at once.

        Where making a piece raises, a file stays as it was. Raises as `check` does.
        """
        try:
            if self._is_direct():
                self._check_direct()
                self._write_direct(pieces)
            else:
                self._put(pieces)
        except OSError as error:
            if isinstance(error, BrokenPipeError) and descriptor_of(self.path) == 1:
                raise  # the reader has closed the pipe, which the command line handles
            raise self._failure(error) from error

    def _is_direct(self) -> bool:
        if descriptor_of(self.path) is not None:
            return True
        try:
            mode = self.path.stat().st_mode
        except OSError:
            return False
        return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))

    def _check_direct(self) -> None:
        """Refuse block devices, sockets, files that must stay, and pictures on a terminal."""
        descriptor = descriptor_of(self.path)
        status = self.path.stat() if descriptor is None else os.fstat(descriptor)
        mode = status.st_mode
        named_socket = descriptor is None and stat.S_ISSOCK(mode)  # an opened one is like a pipe
        if named_socket or stat.S_ISBLK(mode) or stat.S_ISDIR(mode):
            raise self._refusal("is no place for a file")
        if descriptor is not None and stat.S_ISREG(mode):
            self._check_opened(descriptor, status)
        if self.binary and stat.S_ISCHR(mode) and self._is_terminal(descriptor):
            raise UsageError(
                f"{self.shown}: a terminal cannot show the {self.noun}; name a file with "
                f"{self.option}, or send it on with > or |"
            )

    def _check_opened(self, descriptor: int, status: os.stat_result) -> None:
        """Refuse a file that a shell opened if content of it would be lost."""
        if self._is_input(status):
            raise self._refusal(INPUT)
        with suppress(OSError), self.path.open("rb") as file:  # it may be write-only
            if (why := content_never_replaced(file)) is not None:
                raise self._refusal(why)
        if replaces(descriptor) and not self.overwrite:
            raise self._refusal("stands before what is in a file", or_overwrite=True)

    def _is_terminal(self, descriptor: int | None) -> bool:
        if descriptor is not None:
            return os.isatty(descriptor)
        opened = os.open(self.path, os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
        try:
            return os.isatty(opened)
        finally:
            os.close(opened)

    def _write_direct(self, pieces: Iterable[bytes]) -> None:
        descriptor = descriptor_of(self.path)
        if descriptor is not None:
            for piece in pieces:
                write_descriptor(descriptor, piece)
            return
        with self.path.open("wb") as file:
            file.writelines(pieces)

    def _replaced(self) -> tuple[Path, os.stat_result | None]:
        """The real path of the file, and the status of an existing one."""
        real = Path(os.path.realpath(self.path))
        for path in (self.path, real):
            if (why := name_never_replaced(path)) is not None:
                raise self._refusal(why)
        if any(real == Path(os.path.realpath(path)) for path in self.inputs):
            raise self._refusal(INPUT)
        try:
            status = self.path.stat()
        except FileNotFoundError:
            status = None
        if status is not None:
            self._check_there(real, status)
        if not real.parent.is_dir():
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        if not os.access(real.parent, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, "nothing can be written in its folder")
        return real, status

    def _check_there(self, real: Path, status: os.stat_result) -> None:
        """Raise UsageError unless the existing file may be replaced."""
        if stat.S_ISDIR(status.st_mode):
            raise self._refusal("is a folder")
        if self._is_input(status):
            raise self._refusal(INPUT)
        if status.st_size:
            with real.open("rb") as file:
                if (why := content_never_replaced(file)) is not None:
                    raise self._refusal(why)
                file.seek(0)
                content = file.read(len(_PNG))
                if not self.overwrite and content.startswith(_OURS):
                    content += file.read()
            if not self.overwrite and not (self.is_ours and self.is_ours(content)):
                what = _described(content) if self.is_ours else "is there already"
                raise self._refusal(what, or_overwrite=True)
        if not status.st_mode & 0o222 or not os.access(real, os.W_OK):
            raise self._refusal("is read-only")

    def _is_input(self, status: os.stat_result) -> bool:
        for path in self.inputs:
            with suppress(OSError):
                if os.path.samestat(status, path.stat()):
                    return True
        return False

    def _put(self, pieces: Iterable[bytes]) -> None:
        """Write a hidden file beside it, and rename that."""
        from pacetag.tagger.tags.errors import TagError
        from pacetag.tagger.tags.safety.disk import sync_folder
        from pacetag.tagger.tags.safety.replace import put_in_place
        from pacetag.tagger.tags.safety.temp_files import temp_file_beside

        real, _ = self._replaced()
        with temp_file_beside(real) as draft:
            fill(draft, pieces)
            real, before = self._replaced()  # again, as late as possible
            if before is not None:
                try:
                    put_in_place(self.named, real, draft, before)
                except TagError as error:
                    raise TaggerError(
                        f"{self.shown}: the {self.noun} cannot be written there: its file belongs "
                        "to another user or was changed just now; choose another place with "
                        f"{self.option}"
                    ) from error
                return
            make_ordinary(draft)
            give_name(draft, real)
        with suppress(OSError):  # the file is there; the next sync of the disk keeps it
            sync_folder(real.parent)

    def _refusal(self, what: str, *, or_overwrite: bool = False) -> UsageError:
        remedy = f"name another file with {self.option}"
        if or_overwrite:
            remedy += ", or replace it with --overwrite"
        return UsageError(f"{self.shown}: {what}; {remedy}")

    def _failure(self, error: OSError) -> TaggerError:
        return TaggerError(
            f"{self.shown}: the {self.noun} cannot be written ({error.strerror or error}); "
            f"choose another place with {self.option}"
        )


def _described(content: bytes) -> str:
    if content.startswith(_M3U):
        return "is a playlist that pacetag did not write, or that was changed since"
    if content.startswith(_PNG):
        return "is a picture that pacetag did not draw"
    return "is a file that pacetag did not write"
