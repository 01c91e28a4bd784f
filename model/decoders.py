"""One door to the decoders: which library reads which file, chosen by content and not by name.

libsndfile reads FLAC, Vorbis, WAV and AIFF. MP3, Opus and everything else go to FFmpeg. libsndfile
1.2 reads Opus too, but breaks off in the middle of valid files ("malformed": all of twelve that
FFmpeg had encoded) and takes twice as long for others. It reads MP3 as well, but takes one of
variable bit rate without a Xing header for a fraction of its length, misses by up to a fifth of a
second when it seeks in one that has the header, and its MP3 decoder prints complaints on the
terminal that a caller cannot stop. FFmpeg does the same work in the same time without these faults.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pacetag.model.decoders_ffmpeg import FfmpegDecoder
from pacetag.model.decoders_headers import check_ogg_end
from pacetag.model.decoders_sndfile import SndfileDecoder, UnsupportedError
from pacetag.model.errors import DecodeError, ReadError

# First bytes of what libsndfile is tried on: FLAC, Ogg, WAV, RF64, AIFF, Wave64, CAF, AU.
SNDFILE_MAGIC = (b"fLaC", b"OggS", b"RIFF", b"RF64", b"FORM", b"riff", b"caff", b".snd")
OPUS = b"OpusHead"  # how the first packet in an Ogg page begins, 28 bytes into the file


class Decoder(Protocol):
    """An open song: how long it is, and any part of it."""

    @property
    def rate(self) -> int:
        """Samples per second, as stored in the file."""

    @property
    def seconds(self) -> float:
        """Length of the whole file."""

    def read(self, start: float, seconds: float) -> NDArray[np.float32]:
        """Mono samples [n] from `start` seconds on, at `rate`; fewer than asked at the end.

        Raises DecodeError if the file is damaged there.
        """

    def close(self) -> None:
        """Let the file go."""


@contextmanager
def open_decoder(path: Path) -> Iterator[Decoder]:
    """Open `path` with the decoder that suits its content, its end already checked.

    Raises DecodeError if it is no audio or is shorter than it says, ReadError (which is one, too)
    where the system refuses to read it.
    """
    decoder = _choose(path, _first_bytes(path))
    try:
        yield decoder
    finally:
        decoder.close()


def _choose(path: Path, head: bytes) -> Decoder:
    if head.startswith(b"OggS"):
        check_ogg_end(path)
    if not head.startswith(SNDFILE_MAGIC) or OPUS in head:
        return FfmpegDecoder(path)
    try:
        return SndfileDecoder(path)
    except UnsupportedError as error:
        first_reason = error.reason
    try:
        return FfmpegDecoder(path)
    except DecodeError as second:
        # libsndfile knows its own containers and says more about them than "invalid data".
        raise DecodeError(path, first_reason or second.reason) from None


def _first_bytes(path: Path) -> bytes:
    try:
        # A pipe would block on open and a device never ends: only plain files are songs.
        if not stat.S_ISREG(path.stat().st_mode):
            raise DecodeError(path, "it is a folder" if path.is_dir() else "it is not a plain file")
        with path.open("rb") as file:
            head = file.read(64)
    except OSError as error:
        raise ReadError(path, _sentence(error)) from None
    if not head:
        raise DecodeError(path, "the file is empty")
    return head


def _sentence(error: OSError) -> str:
    if error.errno == errno.ENOENT:
        return "there is no such file"
    if error.errno in (errno.EACCES, errno.EPERM):
        return "permission denied"
    return os.strerror(error.errno) if error.errno else str(error)
