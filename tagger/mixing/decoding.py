"""A song as stereo at the rate of the mix, piece by piece, from any place on to its end."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

from pacetag.model.audio.ffmpeg_container import sound_in
from pacetag.tagger.stretching.sound import frames_of, opened_sound

CHANNELS = 2
_PIECE = 1 << 16  # samples that are handed over at once, at least

Samples = NDArray[np.float32]


def decoded(path: Path, rate: int) -> Iterator[Samples]:
    """Yield a song as samples [2, n] at `rate` Hz. Raises DecodeError or ReadError."""
    with opened_sound(path) as container:
        stream = sound_in(container, path)
        stereo = AudioResampler("fltp", "stereo", stream.rate)
        plain = (
            part.to_ndarray().astype(np.float32, copy=False)
            for frame in frames_of(container, stream)
            for part in stereo.resample(frame)
        )
        yield from _resampled(_joined(plain), stream.rate, rate)


def _joined(parts: Iterator[Samples]) -> Iterator[Samples]:
    """The same samples in larger pieces."""
    held: list[Samples] = []
    count = 0
    for part in parts:
        held.append(part)
        count += part.shape[1]
        if count >= _PIECE:
            yield np.concatenate(held, axis=1)
            held, count = [], 0
    if held:
        yield np.concatenate(held, axis=1)


def _resampled(parts: Iterator[Samples], rate: int, wanted: int) -> Iterator[Samples]:
    if rate == wanted:
        yield from parts
        return
    import soxr

    stream = soxr.ResampleStream(rate, wanted, CHANNELS, dtype="float32", quality="HQ")
    for part in parts:
        yield np.asarray(stream.resample_chunk(np.ascontiguousarray(part.T)).T)
    empty = np.zeros((0, CHANNELS), np.float32)
    yield np.asarray(stream.resample_chunk(empty, last=True).T)


class SongReader:
    """Reads parts of a song, each beginning no earlier than the one before."""

    def __init__(self, path: Path, rate: int) -> None:
        self._parts = decoded(path, rate)
        self._held = np.zeros((CHANNELS, 0), np.float32)
        self._begins = 0  # sample of the song at which `_held` begins
        self._ended = False

    def read(self, start: int, count: int) -> Samples:
        """Samples [2, count] from `start` on; silence before the song and behind it.

        Raises DecodeError or ReadError.
        """
        self._drop(start)
        while not self._ended and self._begins + self._held.shape[1] < start + count:
            part = next(self._parts, None)
            if part is None:
                self._ended = True
            else:
                self._held = np.concatenate([self._held, part], axis=1)
                self._drop(start)
        place = start - self._begins
        found = self._held[:, max(0, place) : max(0, place + count)]
        before = min(count, max(0, -place))
        return np.pad(found, ((0, 0), (before, count - before - found.shape[1])))

    def _drop(self, start: int) -> None:
        """Forget what lies before a place."""
        gone = min(max(0, start - self._begins), self._held.shape[1])
        self._held = self._held[:, gone:]
        self._begins += gone

    def close(self) -> None:
        """Close the song's file."""
        self._parts.close()  # type: ignore[attr-defined]
