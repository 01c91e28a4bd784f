"""Bounds on the cost of reading a tag with mutagen, which has none.

A few bytes of an ID3 tag can unpack to gigabytes, and a megabyte of zeros takes mutagen minutes,
since it copies the rest of a tag or frame for every piece that it reads. A tag that exceeds the
bounds is refused.
"""

import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial, wraps
from typing import Any, Self

from mutagen.id3 import _frames, _specs, _tags

from pacetag.model.audio.seven_bits import from_sevens

UNPACKED = 64 << 20  # bytes to which all packed frames of a file together may unpack
WALKED = 32 << 30  # bytes that may be copied from frame to frame, which takes some seconds
COPIED = 1 << 30  # bytes that may be copied from text to text, which takes longer
LONGEST_TEXT = 4 << 20  # bytes of text that is read sign by sign, which takes a second
LONGEST = 1 << 16  # bytes in frames of many small pieces; programs write far shorter ones
LONGEST_NUMBER = 64  # bytes in a counter

UTF16, UTF16BE = 1, 2  # encodings of a frame

_SMALL_PIECES = (
    _specs.SynchronizedTextSpec,
    _specs.KeyEventSpec,
    _specs.VolumeAdjustmentsSpec,
    _specs.ASPIIndexSpec,
)
_TEXTS = (_specs.EncodedTextSpec, _specs.Latin1TextSpec)
_Read = Callable[[Any, Any, Any, bytes], Any]  # of a part of a frame: self, header, frame, data


class BoundsError(Exception):
    """Reading on would take too much memory or time."""

    def __init__(self) -> None:
        super().__init__("they would take gigabytes or hours to read")


class _Costs(threading.local):
    """The cost so far of the file that this thread reads."""

    counted = False  # only within `bounded`
    unpacked = walked = copied = 0


_COSTS = _Costs()


@contextmanager
def bounded() -> Iterator[None]:
    """Bound what mutagen does for one file in this thread; it may raise BoundsError.

    Outside of it mutagen is as it was installed, and other threads are never counted.
    """
    _PATCHES.enter()
    _COSTS.counted = True
    _COSTS.unpacked = _COSTS.walked = _COSTS.copied = 0
    try:
        yield
    finally:
        _COSTS.counted = False
        _PATCHES.leave()


class _BoundedZlib:
    """The part of zlib that mutagen uses."""

    error = zlib.error

    @staticmethod
    def decompress(data: bytes) -> bytes:
        if not _COSTS.counted:
            return zlib.decompress(data)
        packer = zlib.decompressobj()
        unpacked = packer.decompress(data, UNPACKED - _COSTS.unpacked + 1)
        _COSTS.unpacked += len(unpacked)
        if _COSTS.unpacked > UNPACKED:
            raise BoundsError
        if not packer.eof:
            raise zlib.error("incomplete or truncated stream")
        return unpacked


def _counted(read: _Read) -> _Read:
    """Bound a reader of texts, since one frame may hold many of them."""

    @wraps(read)
    def bounded_read(self: Any, header: Any, frame: Any, data: bytes) -> Any:
        _COSTS.copied += len(data)
        if _COSTS.counted and (_COSTS.copied > COPIED or _is_endless(frame, data)):
            raise BoundsError
        return read(self, header, frame, data)

    return bounded_read


def _is_endless(frame: Any, data: bytes) -> bool:
    """Whether data begins with UTF-16 text that is too long.

    mutagen reads such text sign by sign, each an object, and what follows it may be a picture.
    """
    if len(data) <= LONGEST_TEXT or getattr(frame, "encoding", None) not in (UTF16, UTF16BE):
        return False
    end = data.find(b"\0\0", 0, LONGEST_TEXT)
    while end % 2 and end >= 0:
        end = data.find(b"\0\0", end + 1, LONGEST_TEXT)
    return end < 0


def _limited(read: _Read, longest: int) -> _Read:
    """Bound a reader to so many bytes."""

    @wraps(read)
    def bounded_read(self: Any, header: Any, frame: Any, data: bytes) -> Any:
        if _COSTS.counted and len(data) > longest:
            raise BoundsError
        return read(self, header, frame, data)

    return bounded_read


def _walked_first(read_frames: Callable[..., Any]) -> Callable[..., Any]:
    """Bound the walk over frames, which are counted before they are read."""

    @wraps(read_frames)
    def bounded_read(id3: Any, data: bytes, frames: Any) -> Any:
        width = 3 if id3.version < (2, 3, 0) else 4
        count = max(_count(data, width, synchsafe=synchsafe) for synchsafe in (False, True))
        _COSTS.walked += len(data) * count
        if _COSTS.counted and _COSTS.walked > WALKED:
            raise BoundsError
        return read_frames(id3, data, frames)

    return bounded_read


def _count(data: bytes, width: int, *, synchsafe: bool) -> int:
    """How many frames mutagen would find; their names and sizes have `width` bytes."""
    head = 6 if width == 3 else 10
    place = count = 0
    most = WALKED // max(1, len(data)) + 1  # enough to exceed the bound
    while place + head <= len(data) and count < most:
        if not data[place : place + width].strip(b"\0"):  # padding
            break
        size = int.from_bytes(data[place + width : place + 2 * width])
        if synchsafe:
            size = from_sevens(data[place + width : place + 2 * width])
        place, count = place + head + size, count + 1
    return count


@dataclass(frozen=True, kw_only=True)
class _Patch:
    """A function or module of mutagen's, and what takes its place while a file is read."""

    owner: Any
    name: str
    usual: Any
    bounded: Any

    @classmethod
    def of(cls, owner: Any, name: str, bound: Callable[[Any], Any]) -> Self:
        """The patch that puts `bound` around what stands there now."""
        usual = vars(owner)[name]
        return cls(owner=owner, name=name, usual=usual, bounded=bound(usual))


class _Patches:
    """The bounds in mutagen: there as long as any thread of ours reads a file, and no longer.

    mutagen takes no argument for them: its specs, its unpacker and its walk over frames are fixed.
    """

    def __init__(self, *patches: _Patch) -> None:
        self._patches, self._lock, self._readers = patches, threading.Lock(), 0

    def enter(self) -> None:
        """Put the bounds in, unless another thread has."""
        with self._lock:
            if not self._readers:
                for each in self._patches:
                    setattr(each.owner, each.name, each.bounded)
            self._readers += 1

    def leave(self) -> None:
        """Take them out again, unless another thread still reads."""
        with self._lock:
            self._readers -= 1
            if not self._readers:
                for each in self._patches:
                    setattr(each.owner, each.name, each.usual)


_PATCHES = _Patches(
    _Patch.of(_frames, "zlib", lambda _: _BoundedZlib),
    _Patch.of(_tags, "read_frames", _walked_first),
    _Patch.of(_specs.IntegerSpec, "read", partial(_limited, longest=LONGEST_NUMBER)),
    *(_Patch.of(each, "read", _counted) for each in _TEXTS),
    *(_Patch.of(each, "read", partial(_limited, longest=LONGEST)) for each in _SMALL_PIECES),
)
