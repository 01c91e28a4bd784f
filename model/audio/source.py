"""A song that is opened once: every check and every decoder reads the same open file."""

import os
import stat
from collections.abc import Generator
from pathlib import Path
from typing import BinaryIO

from pacetag.model.audio.stored import StoredSound
from pacetag.model.errors import DecodeError, ReadError
from pacetag.model.regular import READING

_FARTHEST = (1 << 63) - 1  # bytes; what a system call can name


class Source:
    """An open song, to be read by one decoder at a time; also the file object that it reads.

    Raises OSError, and DecodeError where the path leads to anything but a plain file.
    """

    def __init__(self, sound: Path | StoredSound) -> None:
        self.is_stored = isinstance(sound, StoredSound)
        self.path = sound.path if isinstance(sound, StoredSound) else sound
        self.name = str(self.path)  # FFmpeg goes by the suffix where the content is ambiguous
        self.fault: BaseException | None = None  # what ended a read while a decoder was at work
        self.file: BinaryIO
        self.file = sound.open() if isinstance(sound, StoredSound) else _open_plain(sound)
        self._place = 0  # at which FFmpeg reads on, wherever others have moved the file itself
        self.start = 0  # bytes of the file that FFmpeg does not get to see
        # No exception passes through FFmpeg, not even Ctrl-C. A function would meet it before its
        # first line; a generator that is resumed meets it inside its `try`.
        self._reads = self._reading()
        next(self._reads)
        self.read = self._reads.send

    def _reading(self) -> Generator[bytes, int, None]:
        data = b""
        while True:
            try:
                size = yield data
                data = self._read_at(self.start + self._place, size)
                self._place += len(data)
            except GeneratorExit:
                return
            except BaseException as error:
                self.fault, data = error, b""

    def _read_at(self, place: int, size: int) -> bytes:
        if not self.is_stored and hasattr(os, "pread"):  # which Windows lacks
            return os.pread(self.file.fileno(), size, place)
        self.file.seek(place)
        return self.file.read(size)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """The new place for `read`; -1 for a place that cannot be, as in damaged files."""
        origins = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self.size}
        place = origins[whence] + offset
        if not 0 <= place <= _FARTHEST:
            return -1
        self._place = place
        return place

    def tell(self) -> int:
        """The place for `read`."""
        return self._place

    @property
    def size(self) -> int:
        """Bytes of the file from `start` on."""
        if self.is_stored:
            return self.file.seek(0, os.SEEK_END) - self.start
        return os.fstat(self.file.fileno()).st_size - self.start

    def check(self) -> None:
        """Raise the error that ended a read, which decoders take for the end of the file.

        Raises ReadError for an error of the system.
        """
        if isinstance(self.fault, OSError):
            raise ReadError(self.path, self.fault.strerror or str(self.fault)) from self.fault
        if self.fault is not None:
            raise self.fault

    def close(self) -> None:
        """Close the file."""
        self._reads.close()
        self.file.close()


def _open_plain(path: Path) -> BinaryIO:
    # A pipe's writer would notice that it is opened, and a device may act on it.
    _check_plain(path, path.stat().st_mode)
    file = os.fdopen(_open(path), "rb", buffering=0)
    try:
        _check_plain(path, os.fstat(file.fileno()).st_mode)
    except DecodeError:
        file.close()
        raise
    return file


def _open(path: Path) -> int:
    try:
        # It can lead to a pipe by now: opening one must not wait for a writer.
        return os.open(path, READING)
    except BlockingIOError:  # a plain file that a file server has lent out; it is given back soon
        return os.open(path, READING & ~os.O_NONBLOCK)


def _check_plain(path: Path, mode: int) -> None:
    if not stat.S_ISREG(mode):
        reason = "it is a folder" if stat.S_ISDIR(mode) else "it is not a plain file"
        raise DecodeError(path, reason)
