"""What the notes of a score do by themselves, apart from the written beat and bar."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from pacetag.model.training.scores.score import Score

NOT_BY_THREE = (1, 2, 4, 5, 7, 8)  # beats after which a beat repeats, three to the bar or two

_SLOTS = 24  # a quarter
_FINE = 64  # slots a quarter where a grid is searched
_SLOWEST, _FASTEST = 3.5, 28.0  # steps a second of a grid: sixteenths at 52, sextuplets at 280
_EXACT = 0.8  # resultant length from which notes lie on a grid of their own
_NEARLY = 0.9  # of the best grid's resultant length, with which a slower one is preferred
_SURER = 0.1  # how much better halves of a beat must repeat than thirds, or less
_CHAINS = ((2, 4, 8), (3, 6, 12))  # steps of a grid that may make a beat
_LOWEST, _HIGHEST = 50.0, 200.0  # bpm of a beat that is not written
_LOUDER = 1.5  # by this factor must the notes beside the written beat be louder than those on it


class Rhythm:
    """A stretch of a score, asked how it repeats and on which grid it lies."""

    def __init__(self, part: Score) -> None:
        self.part = part
        self._weight = part.loudness**2
        self._likeness = _likeness(part)

    def repeats(self, quarters: Iterable[float]) -> float:
        """How alike the stretch is to itself after so many quarters, on average; 1 is equal."""
        lags = np.array(list(quarters)) * _SLOTS
        return float(np.interp(lags, np.arange(len(self._likeness)), self._likeness).mean())

    def beat_repeats(self, beat: float) -> float:
        """How well a beat of so many quarters explains the stretch, in bars of two or three."""
        return self.repeats(beat * lag for lag in NOT_BY_THREE)

    def resultant(self, per_quarter: float) -> complex:
        """Mean direction of the notes on a circle of 1/`per_quarter` quarters, by loudness."""
        turns = np.exp(2j * np.pi * per_quarter * self.part.onsets)
        return complex((self._weight * turns).sum() / self._weight.sum())

    def own_beat(self) -> float | None:
        """Quarters of the beat of notes that keep to a grid, though not to the written one.

        Files that were converted from another format count ticks of their own. None if there is
        no such grid, or if its steps may go by two as well as by three.
        """
        grid = self._own_grid()
        if grid is None or abs(self.resultant(grid)) < _EXACT:
            return None
        tempo = self.part.tempos[0].bpm
        chains = (
            [steps / grid for steps in chain if _LOWEST <= tempo * grid / steps <= _HIGHEST]
            for chain in _CHAINS
        )
        best = [max((self.beat_repeats(beat), beat) for beat in chain) for chain in chains if chain]
        best.sort(reverse=True)
        if not best or (len(best) > 1 and best[0][0] - best[1][0] < _SURER):
            return None
        return best[0][1]

    def phase(self, beat: float, parts: int) -> float:
        """Find the quarter at which a beat lies: at 0, unless it sounds far louder elsewhere.

        The notes keep to a grid of `parts` steps to a beat, though perhaps a little late.
        """
        late = float(np.angle(self.resultant(parts / beat))) / (2 * np.pi * parts) * beat

        def loudness(place: float) -> float:
            apart = np.abs((self.part.onsets - place + beat / 2) % beat - beat / 2)
            return float(self._weight[apart <= beat / 24].sum())

        loudest = max((late + step * beat / parts for step in range(parts)), key=loudness)
        return (loudest if loudness(loudest) > _LOUDER * loudness(0.0) else 0.0) % beat

    def _own_grid(self) -> float | None:
        """Steps a quarter of the grid to which the notes keep best."""
        onsets = self.part.onsets
        tempo = self.part.tempos[0].bpm
        places = np.maximum(np.rint(onsets * _FINE).astype(int), 0)
        struck = np.bincount(places, self._weight)
        size = 8 * len(struck)
        spectrum = np.abs(np.fft.rfft(struck, size))
        steps = np.arange(len(spectrum)) * _FINE / size
        inside = (steps >= _SLOWEST * 60 / tempo) & (steps <= _FASTEST * 60 / tempo)
        if not inside.any():
            return None
        steps, spectrum = steps[inside], spectrum[inside]
        # Notes on a grid lie on its multiples, too: the slowest one is meant.
        first = int(np.argmax(spectrum >= _NEARLY * spectrum.max()))
        coarse = float(steps[first : first + 16][spectrum[first : first + 16].argmax()])
        near = coarse + np.linspace(-1, 1, 81) * _FINE / size
        return float(near[np.argmax([abs(self.resultant(float(step))) for step in near])])


def _likeness(part: Score) -> NDArray[np.float64]:
    """Normalised autocorrelation over lags of 1/24 quarter, all voices together [lags]."""
    names, rows = np.unique(part.voices, return_inverse=True)
    places = np.rint(part.onsets * _SLOTS).astype(int)
    struck = np.zeros((len(names), int(places.max(initial=0)) + _SLOTS))
    np.maximum.at(struck, (rows, places), part.loudness)
    smooth = gaussian_filter1d(struck, 1.0, axis=1)  # people do not play to the tick
    smooth -= smooth.mean(axis=1, keepdims=True)
    size = smooth.shape[1]
    spectrum = np.fft.rfft(smooth, 2 * size, axis=1)
    products = np.fft.irfft((np.abs(spectrum) ** 2).sum(axis=0), 2 * size)[: size // 2]
    energy = np.concatenate([[0.0], np.cumsum((smooth**2).sum(axis=0))])
    lags = np.arange(len(products))
    overlap = np.sqrt(energy[size - lags] * (energy[-1] - energy[lags]))
    result: NDArray[np.float64] = products / np.maximum(overlap, 1e-9)
    return result
