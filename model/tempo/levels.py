"""Logits of a song's tempos to the levels of one metre, and to what people would step to."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pacetag.model.judge_settings import JudgeSettings, PriorSettings
from pacetag.model.judgement import Pace
from pacetag.model.tempo.calibration import Calibration
from pacetag.model.tempo.family import reconciled
from pacetag.model.tempo.metre import song_metre


@dataclass(frozen=True, kw_only=True)
class TempoLevels:
    """A song's tempos, those that mean the same merged."""

    bpms: NDArray[np.float64]  # [k], the most probable first
    present: NDArray[np.float64]  # probability that each is a level of the metre [k]
    metre_log_odds: NDArray[np.float64]  # of triple over duple metre [k]
    metre: str | None  # "duple" or "triple"; None where it is unclear
    tempos: tuple[Pace, ...]  # how probably a person steps to each, most probable first


def tempo_levels(
    bpms: NDArray[np.float64],
    logits: NDArray[np.float64],
    metre_log_odds: NDArray[np.float64],
    calibration: Calibration,
    settings: JudgeSettings,
) -> TempoLevels:
    """Tempos [k] with the song's logits [k]: calibrated, merged, reconciled, weighed by the prior.

    The probability of a tempo is that a person would accept the pace: that the level is present,
    times the share of people who step to such a rate.
    """
    line = calibration.line(logits)
    kept = distinct(bpms, line, settings.family.same_tempo)
    bpms, odds = bpms[kept], metre_log_odds[kept]
    present = reconciled(bpms, line[kept], odds, settings.family)
    pairs = zip(bpms, present * tempo_prior(bpms, settings.prior), strict=True)
    tempos = [Pace(bpm=float(bpm), confidence=float(p)) for bpm, p in pairs]
    return TempoLevels(
        bpms=bpms,
        present=present,
        metre_log_odds=odds,
        metre=song_metre(bpms, present, odds, settings),
        tempos=tuple(sorted(tempos, key=lambda tempo: (-tempo.confidence, tempo.bpm))),
    )


def distinct(
    bpms: NDArray[np.float64], logits: NDArray[np.float64], same_tempo: float
) -> list[int]:
    """Places of the tempos [k], most probable first, without those near a more probable one."""
    kept: list[int] = []
    for place in np.lexsort((bpms, -logits)):
        if (np.abs(bpms[place] / bpms[kept] - 1) > same_tempo).all():
            kept.append(int(place))
    return kept


def tempo_prior(bpms: NDArray[np.float64], settings: PriorSettings) -> NDArray[np.float64]:
    """Share of people [k] who step to tempos [k] in bpm that are present."""
    return np.interp(bpms, settings.rates, settings.shares)
