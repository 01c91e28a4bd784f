"""Mel spectrogram and candidate tempo to cases: music folded at a hypothetical beat."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from pacetag.model.spec import FeatureSpec


class TempoFolder:
    """Folds one excerpt at any tempo, exactly: beats of fractional length never drift.

    A cell of a case is the mean power over its own stretch of time, in which the frames at both
    borders count by the part of them that lies inside: no sample is counted twice or lost.
    """

    def __init__(self, mel: NDArray[np.float32], spec: FeatureSpec) -> None:
        self._spec = spec
        self._frames = np.ascontiguousarray(mel.T)

    @property
    def frames(self) -> int:
        """Length of the excerpt in frames."""
        return len(self._frames)

    def span(self, bpm: float) -> float:
        """Frames of sound that a case at `bpm` reads: its beats, or the whole beats there are."""
        period = self._spec.lag(bpm)
        return period * min(self._spec.beats, int(self.frames / period))

    def starts(self, bpm: float, count: int) -> NDArray[np.float64]:
        """Where `count` clips begin when spread evenly over the excerpt [count], in frames."""
        room = self.frames - self.span(bpm)
        return room * (np.arange(count) + 0.5) / count

    def fold(self, bpms: NDArray[np.float64], starts: NDArray[np.float64]) -> NDArray[np.float32]:
        """Cases [k, beats, samples per beat, bands] of power, for tempos [k] and starts [k].

        Where the excerpt holds fewer beats than that they are repeated from the first: a slow level
        of a short song can be judged all the same. Raises ValueError where it holds none.
        """
        spec = self._spec
        period = 60.0 * spec.frame_rate / np.asarray(bpms, dtype=np.float64)
        whole = np.minimum(spec.beats, ((self.frames - starts) / period + 1e-9).astype(int))
        if (whole < 1).any():
            raise ValueError("the excerpt is shorter than one beat")
        width = period / spec.samples_per_beat
        beat = np.arange(spec.beats)[None, :] % whole[:, None]
        cell = beat[:, :, None] * spec.samples_per_beat + np.arange(spec.samples_per_beat)
        low = starts[:, None, None] + cell * width[:, None, None]
        shares = self._shares(low.ravel(), np.repeat(width, spec.beats * spec.samples_per_beat))
        cells: NDArray[np.float32] = shares @ self._frames
        return cells.reshape(len(period), spec.beats, spec.samples_per_beat, -1)

    def _shares(self, low: NDArray[np.float64], width: NDArray[np.float64]) -> csr_array:
        """What each frame counts for in cells of that `width` from `low` on [cells, frames].

        Of the thousands of frames a cell touches a handful, so nearly all of it is zero.
        """
        high = np.minimum(low + width, self.frames)
        first = np.minimum(low.astype(np.int32), self.frames - 1)
        touched = np.maximum(np.ceil(high).astype(np.int32) - first, 1)
        row_ends = np.concatenate([np.zeros(1, np.int32), np.cumsum(touched, dtype=np.int32)])
        frame = np.arange(row_ends[-1], dtype=np.int32)
        frame -= np.repeat(row_ends[:-1] - first, touched)
        inside = np.minimum(frame + 1, np.repeat(high, touched))
        inside -= np.maximum(frame, np.repeat(low, touched))
        inside /= np.repeat(width, touched)
        share = np.maximum(inside, 0.0).astype(np.float32)
        return csr_array((share, frame, row_ends), shape=(len(low), self.frames))


def log_power(
    cases: NDArray[np.float32], spec: FeatureSpec, *, in_place: bool = False
) -> NDArray[np.float32]:
    """Natural log of the power above the floor, same shape: what augmentation works on."""
    out = cases if in_place else None
    above = np.add(cases, np.float32(spec.log_floor), out=out)
    return np.asarray(np.log(above, out=above))


def network_input(
    log_cases: NDArray[np.float32], spec: FeatureSpec, *, in_place: bool = False
) -> NDArray[np.float32]:
    """Log power to the range the network was trained on, same shape."""
    shifted = np.add(log_cases, spec.log_shift, out=log_cases if in_place else None)
    shifted /= spec.log_scale
    return shifted.astype(np.float32, copy=False)
