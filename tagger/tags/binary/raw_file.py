"""Bytes from several places, as an open file to read from."""

import errno
import io
import os


class RawFile(io.RawIOBase):
    """A read-only file whose bytes come from `at`; readers may tell its kind by `name`."""

    def __init__(self, size: int, name: str) -> None:
        self._size, self.name, self._place = size, name, 0

    def at(self, start: int, stop: int) -> bytes:
        """The bytes between two places; fewer if the file ends before."""
        raise NotImplementedError

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place. Raises OSError before the beginning, as files do."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._size}[whence]
        if start + offset < 0:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        self._place = start + offset
        return self._place

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Read as many bytes as fit."""
        data = self.at(self._place, self._place + len(buffer))
        buffer[: len(data)] = data
        self._place += len(data)
        return len(data)
