"""Open songs in stores by their URLs: by ranges where that saves bytes, else as a whole.

Judging needs a few excerpts. In FLAC, Ogg, MP4, WAV, AIFF, WMA and Matroska the decoders find them
with a fifth to a half of the bytes; MP3, AAC, WavPack and Musepack they read from end to end
(docs/scale.md). So those come in one piece, into a temporary file.
"""

import errno
import io
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from pacetag.model.audio.stored import StoredSound
from pacetag.tagger.tags.containers.registry import (
    AIFF,
    ASF,
    FLAC,
    MATROSKA,
    MP4,
    VORBIS,
    WAVE,
    by_magic,
)
from pacetag.tagger.tags.fingerprint import fingerprint_of
from pacetag.tagger.workers.stores import as_system_errors, etag_of, in_words, store_of

BLOCK = 128 << 10  # bytes; smaller ones cost more requests, larger ones more bytes
MOST_AHEAD = 4  # blocks that one request fetches while a decoder reads on
SMALL = 12 * BLOCK  # bytes of a file that comes in one piece, of any kind
RANGED = (FLAC, VORBIS, MP4, WAVE, AIFF, ASF, MATROSKA)  # the row of Vorbis stands for all Ogg


@dataclass(kw_only=True)
class Fetched:
    """What was fetched of a song to judge it."""

    size: int  # bytes of the whole file
    etag: str | None  # by which the store tells one content from another, if it does
    bytes: int = 0  # that were fetched
    requests: int = 0  # for data
    fingerprint: str | None = None  # of the sound; only a whole file tells it


@contextmanager
def stored_song(url: str) -> Iterator[tuple[StoredSound, Fetched]]:
    """Yield a song of a store, open for a judge, and what is fetched of it while it is heard.

    Raises OSError, with a sentence, where the store does not give it.
    """
    with in_words(), _opened(url) as raw:
        details = getattr(raw, "details", None) or {}
        seekable = raw.seekable()
        fetched = Fetched(size=raw.seek(0, io.SEEK_END) if seekable else 0, etag=etag_of(details))
        ranged = RangedFile(raw, fetched)
        by_ranges = seekable and _gives_ranges(ranged, url)
        if by_ranges and _pays(ranged):
            yield StoredSound(url=url, open=lambda: _at_start(ranged)), fetched
            return
        with tempfile.NamedTemporaryFile(prefix="pacetag-") as named:
            whole: Any = named
            if by_ranges:
                ranged.copy_to(whole)
            else:
                _download(url, named.name, fetched)
            whole.seek(0)
            fetched.fingerprint = fingerprint_of(whole)
            yield StoredSound(url=url, open=lambda: _at_start(whole)), fetched


@contextmanager
def _opened(url: str) -> Iterator[Any]:
    """The file as its store's library opens it, without a cache of its own."""
    with as_system_errors():
        store, path = store_of(url)
        file = store.open(path, "rb", cache_type="none")
    try:
        yield file
    finally:
        with suppress(Exception):
            file.close()


def _gives_ranges(file: "RangedFile", url: str) -> bool:
    """Whether the store gives parts of files, as plain servers of the web may not."""
    if not url.lower().startswith("http"):
        return True
    try:
        file.seek(max(0, file.size - 1))
        file.read(1)  # a decoder looks at the end, too, so the block is not wasted
    except OSError:
        return False
    return True


def _download(url: str, target: str, fetched: Fetched) -> None:
    """Fetch a whole file from its beginning to its end."""
    store, path = store_of(url)
    with as_system_errors():
        store.get_file(path, target)
    fetched.size = Path(target).stat().st_size
    fetched.bytes += fetched.size
    fetched.requests += 1


def _pays(file: "RangedFile") -> bool:
    """Whether fetching ranges saves bytes, by the kind of the file and not by its name."""
    if file.size <= SMALL:
        return False
    file.seek(0)
    return by_magic(file.read(16)) in RANGED


def _at_start(file: Any) -> BinaryIO:
    """The same open file once more, for the next decoder, which must not close it."""
    file.seek(0)
    return _Kept(file)  # type: ignore[return-value]


class _Kept:
    """An open file that is not closed by those who read it."""

    def __init__(self, file: Any) -> None:
        self.read, self.seek, self.tell = file.read, file.seek, file.tell

    def close(self) -> None:
        """Leave it open."""


class RangedFile(io.RawIOBase):
    """A file of a store that fetches each block once, and more at a time while it is read on."""

    def __init__(self, raw: Any, fetched: Fetched) -> None:
        super().__init__()
        self._raw, self._fetched, self.size = raw, fetched, fetched.size
        self._blocks: dict[int, bytes] = {}
        self._place = 0
        self._next, self._ahead = -1, 1  # block after the last that was fetched, blocks a request

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """The new place; one beyond the end is no error."""
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self.size}[whence]
        if origin + offset < 0:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        self._place = origin + offset
        return self._place

    def tell(self) -> int:
        """The current place."""
        return self._place

    def readable(self) -> bool:
        """Always true."""
        return True

    def read(self, size: int = -1) -> bytes:
        """As many bytes as are there. Raises OSError where the store does not give them."""
        stop = self.size if size < 0 else min(self.size, self._place + size)
        if self._place >= stop:
            return b""
        first, last = self._place // BLOCK, (stop - 1) // BLOCK
        for number in range(first, last + 1):
            if number not in self._blocks:
                self._fetch(number)
        joined = b"".join(self._blocks[number] for number in range(first, last + 1))
        start = self._place - first * BLOCK
        data = joined[start : start + stop - self._place]
        self._place = stop
        return data

    def _fetch(self, number: int) -> None:
        """Fetch a block that is missing, and some behind it."""
        self._ahead = min(MOST_AHEAD, 2 * self._ahead) if number == self._next else 1
        count = 1
        while count < self._ahead and number + count not in self._blocks:
            count += 1
        data = self._get(number * BLOCK, min(self.size, (number + count) * BLOCK))
        for at in range(0, len(data), BLOCK):
            self._blocks[number + at // BLOCK] = data[at : at + BLOCK]
        self._next = number + count

    def copy_to(self, target: BinaryIO) -> None:
        """Write the whole file to another; what was fetched before is not fetched again."""
        start = len(self._blocks.get(0, b"")) if set(self._blocks) <= {0} else 0
        if start:
            target.write(self._blocks[0])
        while start < self.size:
            data = self._get(start, min(self.size, start + 64 * SMALL))
            target.write(data)
            start += len(data)

    def _get(self, start: int, stop: int) -> bytes:
        with as_system_errors():
            self._raw.seek(start)
            data: bytes = self._raw.read(stop - start)
        if len(data) != stop - start:
            raise OSError(errno.EIO, "the store gave less than it promised")
        self._fetched.bytes += len(data)
        self._fetched.requests += 1
        return data
