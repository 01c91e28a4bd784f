"""FFmpeg's frames of sound joined to one signal."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from av.audio.frame import AudioFrame, format_dtypes
from numpy.typing import NDArray

from pacetag.model.audio.downmix import Kept, mean_of


class Window:
    """A part of a song, filled frame by frame."""

    def __init__(self, start: float, seconds: float, rate: int) -> None:
        self._first = round(start * rate)  # sample of the file
        self._samples = np.zeros(round(seconds * rate), np.float32)
        self._one = Kept(len(self._samples))
        self._rate, self._filled, self._end = rate, 0, 0

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
            planes = planes_of(frame)
            if frame.sample_rate != self._rate:
                planes = [_stretched(plane, high - low) for plane in planes]
            part = mean_of(planes)[max(0, -low) : len(self._samples) - low]
            self._samples[max(0, low) : max(0, low) + len(part)] = part
            self._one.add(planes, low)
            self._filled += len(part)
            self._end = max(self._end, max(0, low) + len(part))
        return stop

    def samples(self) -> NDArray[np.float32]:
        """Mono samples [n] up to the end of the last frame."""
        return self._one.unless_cancelled(self._samples[: self._end], self._rate)


def planes_of(frame: AudioFrame) -> list[NDArray[Any]]:
    """The channels [n] of `frame` as they are stored."""
    kind, channels = np.dtype(format_dtypes[frame.format.name]), frame.layout.nb_channels
    # Straight from FFmpeg's memory: a song has thousands of frames, and to_ndarray stacks each.
    buffers: Sequence[Any] = frame.planes  # that they are buffers, their types do not say
    if frame.format.is_planar:
        return [np.frombuffer(buffer, kind, frame.samples) for buffer in buffers]
    whole = np.frombuffer(buffers[0], kind, frame.samples * channels)
    return list(whole.reshape(-1, channels).T)


def _stretched(plane: NDArray[Any], length: int) -> NDArray[Any]:
    """A channel of another rate, as in joined files, stretched to `length` samples."""
    places = np.arange(length) * (len(plane) / max(1, length))
    stretched: NDArray[Any] = np.interp(places, np.arange(len(plane)), plane).astype(plane.dtype)
    return stretched
