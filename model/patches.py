"""Mel spectrogram and candidate tempo to cases: music folded at a hypothetical beat."""

import numpy as np
from numpy.typing import NDArray

from pacetag.model.spec import FeatureSpec


class Folder:
    """Folds one excerpt at any tempo, exactly: beats of fractional length never drift.

    A cell of a case is the mean power over its own stretch of time, taken from a cumulative sum in
    float64, so that no sample is counted twice or lost wherever the cell's borders fall.
    """

    def __init__(self, mel: NDArray[np.float32], spec: FeatureSpec) -> None:
        self._spec = spec
        self._sum = np.zeros((mel.shape[1] + 1, mel.shape[0]))
        np.cumsum(mel.T, axis=0, dtype=np.float64, out=self._sum[1:])

    @property
    def frames(self) -> int:
        """Length of the excerpt in frames."""
        return len(self._sum) - 1

    def span(self, bpm: float) -> float:
        """Frames of sound that a case at `bpm` reads: 16 beats, or the whole beats there are."""
        period = self._spec.lag(bpm)
        return period * min(self._spec.beats, int(self.frames / period))

    def starts(self, bpm: float, count: int) -> NDArray[np.float64]:
        """Where `count` clips begin when spread evenly over the excerpt [count], in frames."""
        room = self.frames - self.span(bpm)
        return room * (np.arange(count) + 0.5) / count

    def fold(self, bpms: NDArray[np.float64], starts: NDArray[np.float64]) -> NDArray[np.float32]:
        """Cases [k, beats, samples per beat, bands] of power, for tempos [k] and starts [k].

        Where the excerpt holds fewer than 16 beats they are repeated from the first: a slow level
        of a short song can be judged all the same.
        """
        spec = self._spec
        period = 60.0 * spec.frame_rate / np.asarray(bpms, dtype=np.float64)
        whole = np.minimum(spec.beats, ((self.frames - starts) / period + 1e-9).astype(int))
        if (whole < 1).any():
            raise ValueError("the excerpt is shorter than one beat")
        beat = np.arange(spec.beats)[None, :] % whole[:, None]
        border = np.arange(spec.samples_per_beat + 1) / spec.samples_per_beat
        edges = starts[:, None, None] + (beat[:, :, None] + border) * period[:, None, None]
        edges = np.minimum(edges, self.frames)
        low = np.minimum(edges.astype(int), self.frames - 1)
        part = (edges - low)[..., None]
        sums = self._sum[low] * (1 - part) + self._sum[low + 1] * part
        width = (period / spec.samples_per_beat)[:, None, None, None]
        # A difference of sums can fall below zero by rounding; power cannot.
        cells: NDArray[np.float64] = np.maximum(np.diff(sums, axis=2) / width, 0.0)
        return cells.astype(np.float32)


def log_power(cases: NDArray[np.float32], spec: FeatureSpec) -> NDArray[np.float32]:
    """Nepers of power above the floor, same shape: what augmentation works on."""
    return np.asarray(np.log(cases + np.float32(spec.log_floor)))


def network_input(log_cases: NDArray[np.float32], spec: FeatureSpec) -> NDArray[np.float32]:
    """Log power to the range the network was trained on, same shape."""
    return ((log_cases + spec.log_shift) / spec.log_scale).astype(np.float32)
