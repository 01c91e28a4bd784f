"""Choose the library that reads a file, by its content and not by its name.

libsndfile reads FLAC, Vorbis, WAV and AIFF. MP3, Opus and everything else go to FFmpeg. libsndfile
1.2 reads Opus too, but breaks off in the middle of valid files ("malformed": all of twelve that
FFmpeg had encoded) and takes twice as long for others. It reads MP3 as well, but takes one of
variable bit rate without a Xing header for a fraction of its length, misses by up to a fifth of a
second when it seeks in one that has the header, and its MP3 decoder prints complaints on the
terminal that a caller cannot stop. FFmpeg does the same work in the same time without these faults.
Of Vorbis FFmpeg reads 6 of 70 excerpts from a wrong place after it has sought them, and no quicker.
"""

import errno
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pacetag.model.audio.ffmpeg import FfmpegDecoder
from pacetag.model.audio.samples import Samples, Sound
from pacetag.model.audio.sndfile import SndfileDecoder, UnsupportedError
from pacetag.model.audio.source import Source
from pacetag.model.audio.stored import StoredSound
from pacetag.model.errors import DecodeError, ReadError

# What libsndfile is tried on: the first four bytes, and the four from the ninth on. For anything
# else it looks for sound in other files: "._NAME" and ".AppleDouble/NAME" beside it.
SNDFILE_MAGIC = frozenset(
    {(b"RIFF", b"WAVE"), (b"RF64", b"WAVE"), (b"FORM", b"AIFF"), (b"FORM", b"AIFC")}
    | {(b"FORM", b"8SVX"), (b"FORM", b"16SV"), (b"caff", b"desc")}
)
SNDFILE_FIRST = (b"fLaC", b"OggS", b"riff", b".snd")  # FLAC, Ogg, Wave64, AU
OPUS = b"OpusHead"  # how the first packet in an Ogg page begins, 28 bytes into the file


class Decoder(Protocol):
    """An open song: its duration, and any part of it as samples."""

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
        """Close the file."""


class Either:
    """libsndfile, replaced by FFmpeg at the first part that libsndfile cannot read."""

    def __init__(self, source: Source, decoder: Decoder) -> None:
        self._source, self.decoder, self._spare = source, decoder, True

    @property
    def rate(self) -> int:
        """Samples per second, as stored in the file."""
        return self.decoder.rate

    @property
    def seconds(self) -> float:
        """Length of the whole file."""
        return self.decoder.seconds

    def read(self, start: float, seconds: float) -> NDArray[np.float32]:
        """Mono samples [n] from `start` seconds on, at `rate`; fewer than asked at the end.

        Raises DecodeError if the file is damaged there for both.
        """
        try:
            return self.decoder.read(start, seconds)
        except DecodeError:
            if not self._spare:
                raise
            self._exchange()
        return self.decoder.read(start, seconds)

    def _exchange(self) -> None:
        """Replace libsndfile by FFmpeg. Raises the current DecodeError where the rates differ."""
        self._spare = False
        other = FfmpegDecoder(self._source)
        if other.rate != self.rate:
            other.close()
            raise
        self.decoder.close()
        self.decoder = other

    def close(self) -> None:
        """Close the file."""
        self.decoder.close()


@contextmanager
def open_decoder(sound: Sound) -> Iterator[Decoder]:
    """Open a file with the decoder that suits its content, its end already checked.

    Samples are their own decoder. Raises DecodeError if it is no audio or much shorter than it
    says, ReadError (which is one, too) where the system refuses to read it.
    """
    if isinstance(sound, Samples):
        yield sound
        return
    with closing(_open(sound)) as source, closing(_choose(source)) as decoder:
        yield decoder


def _open(sound: Path | StoredSound) -> Source:
    try:
        return Source(sound)
    except OSError as error:
        path = sound.path if isinstance(sound, StoredSound) else sound
        raise ReadError(path, _sentence(error)) from None


def _choose(source: Source) -> Decoder:
    head = _first_bytes(source)
    if not _suits_sndfile(head):
        return FfmpegDecoder(source)
    try:
        return Either(source, SndfileDecoder(source))
    except UnsupportedError as error:
        first_reason = error.reason
    try:
        return FfmpegDecoder(source)
    except DecodeError as second:
        # libsndfile knows its own containers and says more about them than "invalid data".
        raise DecodeError(source.path, first_reason or second.reason) from None


def _suits_sndfile(head: bytes) -> bool:
    if OPUS in head:
        return False
    return head.startswith(SNDFILE_FIRST) or (head[:4], head[8:12]) in SNDFILE_MAGIC


def _first_bytes(source: Source) -> bytes:
    try:
        head = source.file.read(64)
    except OSError as error:
        raise ReadError(source.path, _sentence(error)) from None
    if not head:
        raise DecodeError(source.path, "the file is empty")
    return head


def _sentence(error: OSError) -> str:
    if error.errno == errno.ENOENT:
        return "there is no such file"
    if error.errno in (errno.EACCES, errno.EPERM):
        return "permission denied"
    return error.strerror or str(error)
