"""FFmpeg's frames of sound joined to one signal."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from av.audio.frame import AudioFrame, format_dtypes
from numpy.typing import NDArray

from pacetag.model.audio.downmix import BLOCK, Kept, mix


class Window:
    """A part of a song, filled frame by frame."""

    def __init__(self, start: float, seconds: float, rate: int) -> None:
        self._first = round(start * rate)  # sample of the file
        self._samples = np.zeros(round(seconds * rate), np.float32)
        self._one = Kept(len(self._samples))
        self._rate, self._filled, self._end = rate, 0, 0
        # A song has thousands of frames: those that follow one another are mixed together.
        self._run: list[AudioFrame] = []
        self._low = self._high = 0  # samples of the window at which the run begins and ends

    @property
    def stop(self) -> int:
        """Sample of the file after the last one."""
        return self._first + len(self._samples)

    @property
    def seconds(self) -> float:
        """Seconds up to the end of the last frame."""
        return self._end / self._rate

    @property
    def missing(self) -> float:
        """Seconds without a frame, between others or before them."""
        return (self._end - self._filled) / self._rate

    def add(self, frame: AudioFrame, position: float) -> float:
        """Add a frame that begins at sample `position` of the file; returns the sample after it."""
        stop = position + frame.samples * (self._rate / frame.sample_rate)
        low, high = round(position) - self._first, round(stop) - self._first
        if high > 0 and low < len(self._samples):
            if not self._continues(frame, low):
                self._mix_run()
                self._low = low
            self._run.append(frame)
            self._high = low + frame.samples if frame.sample_rate == self._rate else high
            end = min(self._high, len(self._samples))
            self._filled += end - max(0, low)
            self._end = max(self._end, end)
        return stop

    def _continues(self, frame: AudioFrame, low: int) -> bool:
        """Whether a frame that begins at a sample of the window is mixed with those before it."""
        if not self._run:
            return False
        last = self._run[-1]
        return (
            low == self._high
            and self._high - self._low < BLOCK
            and frame.sample_rate == last.sample_rate == self._rate
            and frame.format.name == last.format.name
            and frame.layout.nb_channels == last.layout.nb_channels
        )

    def _mix_run(self) -> None:
        if not self._run:
            return
        planes = planes_of(self._run)
        if self._run[0].sample_rate != self._rate:
            planes = [_stretched(plane, self._high - self._low) for plane in planes]
        inside = slice(max(0, -self._low), len(self._samples) - self._low)
        held = self._samples[max(0, self._low) : self._high]
        mix([plane[inside] for plane in planes], held)
        self._one.add(planes, self._low)
        self._run.clear()

    def samples(self) -> NDArray[np.float32]:
        """Mono samples [n] up to the end of the last frame."""
        self._mix_run()
        return self._one.unless_cancelled(self._samples[: self._end], self._rate)


def planes_of(frames: Sequence[AudioFrame]) -> list[NDArray[Any]]:
    """The channels [n] of `frames` of one kind, joined, as they are stored."""
    first = frames[0]
    kind, channels = np.dtype(format_dtypes[first.format.name]), first.layout.nb_channels
    if first.format.is_planar:
        planes = list(zip(*[frame.planes for frame in frames], strict=True))
        return [np.frombuffer(_joined(frames, plane, kind.itemsize), kind) for plane in planes]
    whole = _joined(frames, [frame.planes[0] for frame in frames], channels * kind.itemsize)
    return list(np.frombuffer(whole, kind).reshape(-1, channels).T)


def _joined(frames: Sequence[AudioFrame], planes: Sequence[Any], size: int) -> bytes:
    """The samples of `size` bytes in the planes of frames, which may be padded."""
    # Straight from FFmpeg's memory: an array of each frame would take longer than the decoding.
    whole = b"".join(planes)
    if len(whole) == size * sum(frame.samples for frame in frames):
        return whole
    pairs = zip(frames, planes, strict=True)
    return b"".join([memoryview(plane)[: frame.samples * size] for frame, plane in pairs])


def _stretched(plane: NDArray[Any], length: int) -> NDArray[Any]:
    """A channel of another rate, as in joined files, stretched to `length` samples."""
    places = np.arange(length) * (len(plane) / max(1, length))
    stretched: NDArray[Any] = np.interp(places, np.arange(len(plane)), plane).astype(plane.dtype)
    return stretched
