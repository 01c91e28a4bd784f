"""A song that is opened once: every check and every decoder reads the same open file."""

import os
import stat
from collections.abc import Generator
from pathlib import Path

from pacetag.model.errors import DecodeError, ReadError

# A path can come to lead to a pipe after it was looked at: opening one must not wait for a writer.
_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK
_FARTHEST = (1 << 63) - 1  # bytes; what a system call can name


class Source:
    """An open song, to be read by one decoder at a time; also the file object that FFmpeg reads.

    Raises OSError, and DecodeError where the path leads to anything but a plain file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = str(path)  # FFmpeg goes by the suffix where the content is ambiguous
        self.fault: BaseException | None = None  # what ended a read while FFmpeg was at work
        # A pipe's writer would notice that it is opened, and a device may act on it.
        _check_plain(path, path.stat().st_mode)
        self.file = os.fdopen(_open(path), "rb", buffering=0)
        try:
            _check_plain(path, os.fstat(self.file.fileno()).st_mode)
        except DecodeError:
            self.file.close()
            raise
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
                data = os.pread(self.file.fileno(), size, self.start + self._place)
                self._place += len(data)
            except GeneratorExit:
                return
            except BaseException as error:
                self.fault, data = error, b""

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
        return os.fstat(self.file.fileno()).st_size - self.start

    def check(self) -> None:
        """Raise the error that ended a read, which FFmpeg takes for the end of the file.

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


def _open(path: Path) -> int:
    try:
        return os.open(path, _FLAGS)
    except BlockingIOError:  # a plain file that a file server has lent out; it is given back soon
        return os.open(path, _FLAGS & ~os.O_NONBLOCK)


def _check_plain(path: Path, mode: int) -> None:
    if not stat.S_ISREG(mode):
        reason = "it is a folder" if stat.S_ISDIR(mode) else "it is not a plain file"
        raise DecodeError(path, reason)
