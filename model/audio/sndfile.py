"""FLAC, Ogg Vorbis, WAV and AIFF through libsndfile."""

import re

import numpy as np
import soundfile
from numpy.typing import NDArray

from pacetag.model.audio.downmix import BLOCK, Downmix
from pacetag.model.audio.headers import TOLERANCE, seconds_there
from pacetag.model.audio.source import Source
from pacetag.model.errors import DecodeError

PROBE = 1 << 12  # frames read to see whether a place can be read
SHORT = 12.0  # s; a FLAC that says that it is shorter may hold a song all the same
UNKNOWN_LENGTH = 1 << 62  # frames; libsndfile gives 2^63 - 1 where a FLAC stream gives none
# libsndfile's log notes a chunk that is longer than the file, as in "data : 900 (should be 400)".
CUT_CHUNK = re.compile(r"^ *(?:data|SSND) : (\d+) \(should be (\d+)\)", re.MULTILINE)
# Programs that write to a pipe put a size near 2^31 or 2^32 there: it claims nothing.
STREAMED_SIZE = 0x7FFF_0000  # bytes


class UnsupportedError(Exception):
    """libsndfile cannot read this file; another decoder may."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class _Reader:
    """Only what libsndfile needs of an open song: it would look for a format in its name."""

    def __init__(self, source: Source) -> None:
        self.read, self.seek, self.tell = source.read, source.seek, source.tell


class SndfileDecoder:
    """A file open in libsndfile.

    Raises UnsupportedError for what another decoder should try, DecodeError if much is missing.
    """

    def __init__(self, source: Source) -> None:
        self._path, self._source = source.path, source
        source.file.seek(0)  # libsndfile takes where the file stands for its beginning
        source.seek(0)
        opened = _Reader(source) if source.is_stored else source.file.fileno()
        try:
            self._file = soundfile.SoundFile(opened, closefd=False)
        except soundfile.LibsndfileError as error:
            raise UnsupportedError(error.error_string.rstrip(".")) from None
        try:
            self._check()
        except BaseException:
            self._file.close()
            raise
        self.rate: int = self._file.samplerate
        self.seconds: float = self._file.frames / self._file.samplerate

    def _check(self) -> None:
        file = self._file
        # In GSM and some other codecs of telephones libsndfile cannot go to a place.
        seekable = file.seekable() and not file.subtype.startswith("MPEG")
        if file.frames >= UNKNOWN_LENGTH or not seekable:
            raise UnsupportedError("")
        present = file.frames / file.samplerate
        if file.format == "FLAC" and present < SHORT:  # FFmpeg looks whether that is true
            raise UnsupportedError("")
        for found, there in CUT_CHUNK.findall(file.extra_info):
            if int(there) < int(found) < STREAMED_SIZE:
                seconds_there(self._path, present, present * int(found) / max(int(there), 1))
        # FLAC gives its length at the start; whether the end is there shows only by going there.
        # Of Ogg that was cut out of a longer song libsndfile finds the end, and not the start.
        last = max(0, file.frames - round(TOLERANCE * file.samplerate))
        try:
            for place in (last, 0):
                file.seek(place)
                if file.frames and not len(file.read(PROBE)):
                    raise UnsupportedError("")
        except soundfile.LibsndfileError:
            raise UnsupportedError("") from None

    def read(self, start: float, seconds: float) -> NDArray[np.float32]:
        """Mono samples [n] from `start` seconds on, the mean of all channels.

        One of the channels where they cancel each other. Raises DecodeError if the file is damaged
        there.
        """
        first = min(round(start * self.rate), self._file.frames)
        missing = length = min(round(seconds * self.rate), self._file.frames - first)
        mix = Downmix(length, self._file.channels)
        held = np.empty((min(length, BLOCK), self._file.channels), np.float32)
        try:
            self._file.seek(first)
            while missing > 0:
                block = self._file.read(out=held[:missing])
                if not len(block):
                    break
                mix.add(block)
                missing -= len(block)
        except soundfile.LibsndfileError:
            missing = length
        self._source.check()
        if missing > TOLERANCE * self.rate:
            raise DecodeError(self._path, f"damaged somewhere after {start:.0f} s")
        return mix.mono(self.rate)

    def close(self) -> None:
        """Close the file."""
        self._file.close()
