"""What can be measured on a case without a network: how alike its beats are.

A case is music folded at a hypothetical beat. If the beat is there, every beat sounds like the
others: rows correlate, and each column varies little. These are the 2019 prototype's analyses.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pacetag.model.features.features import Features
from pacetag.model.spec import FeatureSpec
from pacetag.model.tempo.folding import TempoFolder, log_power, network_input

CLIPS = 3  # an excerpt and tempo, over which the figures are averaged


@dataclass(frozen=True, kw_only=True)
class TempoFigures:
    """How steadily a song repeats itself at one tempo, over all its excerpts."""

    bpm: float
    variance: float  # between the beats, summed over the columns; squared units of the input
    correlation: float  # summed over the pairs of beats
    pairs: int  # of beats, which the correlation could at most be


def row_correlation(case: NDArray[np.float32]) -> NDArray[np.float64]:
    """Pearson correlation of each beat with each other one [beats, beats], case [beats, samples,
    bands].

    Each band's mean is taken off first. Without that every row correlates with every other at .9
    and more, at any tempo, because basses are louder than trebles. Rows without any change, as in
    silence, correlate with nothing but themselves.
    """
    rows = case.astype(np.float64)
    rows = (rows - rows.mean(axis=(0, 1))).reshape(len(case), -1)
    rows -= rows.mean(axis=1, keepdims=True)
    size = np.linalg.norm(rows, axis=1)
    unit = rows / np.where(size > 1e-9, size, np.inf)[:, None]
    found: NDArray[np.float64] = np.clip(unit @ unit.T, -1.0, 1.0)
    np.fill_diagonal(found, 1.0)
    return found


def column_variance(case: NDArray[np.float32]) -> NDArray[np.float64]:
    """Variance between the beats within each column [samples], mean over the bands, of a case
    [beats, samples, bands]; zero where there is only one beat."""
    if len(case) < 2:
        return np.zeros(case.shape[1])
    return np.asarray(case.astype(np.float64).var(axis=0, ddof=1).mean(axis=-1))


def tempo_power(excerpts: Sequence[Features], bpm: float, spec: FeatureSpec) -> NDArray[np.float32]:
    """The case in the middle of the first excerpt, as raw power [beats, samples, bands].

    It has fewer beats than others where the excerpt has: for the network they are repeated, but a
    repeated beat would be exactly like itself.
    """
    folder = TempoFolder(excerpts[0].mel, spec)
    return np.asarray(_powers(folder, bpm, folder.starts(bpm, 1), spec)[0])


def tempo_figures(
    excerpts: Sequence[Features], bpms: Sequence[float], spec: FeatureSpec
) -> tuple[TempoFigures, ...]:
    """Figures of each tempo, averaged over clips spread over all the excerpts.

    Where clips hold fewer beats than a case the sum over pairs is scaled up, so that fast and slow
    tempos can be compared.
    """
    pairs = spec.beats * (spec.beats - 1) // 2
    folders = [TempoFolder(excerpt.mel, spec) for excerpt in excerpts]
    found = []
    for bpm in bpms:
        cases = [
            transformed(power, spec)
            for folder in folders
            for power in _powers(folder, bpm, folder.starts(bpm, CLIPS), spec)
        ]
        found.append(
            TempoFigures(
                bpm=float(bpm),
                variance=float(np.mean([column_variance(case).sum() for case in cases])),
                correlation=pairs * float(np.mean([_between(case) for case in cases])),
                pairs=pairs,
            )
        )
    return tuple(found)


def _between(case: NDArray[np.float32]) -> float:
    """Mean correlation between two different beats."""
    above = np.triu_indices(len(case), k=1)
    return float(row_correlation(case)[above].mean()) if len(case) > 1 else 0.0


def _powers(
    folder: TempoFolder, bpm: float, starts: NDArray[np.float64], spec: FeatureSpec
) -> NDArray[np.float32]:
    """Clips [k, beats, samples, bands] without the repeated beats."""
    whole = round(folder.span(bpm) / spec.lag(bpm))
    return folder.fold(np.full(len(starts), bpm), starts)[:, :whole]


def transformed(power: NDArray[np.float32], spec: FeatureSpec) -> NDArray[np.float32]:
    """Raw power as the network sees it, same shape."""
    return network_input(log_power(power, spec), spec)
