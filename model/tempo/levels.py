"""Logits of a song's tempos to what they say together: which levels of one metre are there."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pacetag.model.judgement import Pace
from pacetag.model.tempo.calibration import Calibration
from pacetag.model.tempo.family import reconciled
from pacetag.model.tempo.prior import acceptance
from pacetag.model.tempo.song_metre import heard_metre

# Judged tempos nearer than this are one, and the surest stays. No two metrical levels lie nearer
# than 4:3, and a tempo up to 6 % beside a true one can still be taken for it: set precision on 79
# validation recordings was .981 with 4 % here and .987 with 6 %, at the same recall.
SAME_TEMPO = 0.06


def judged_tempos(
    bpms: NDArray[np.float64],
    logits: NDArray[np.float64],
    threes: NDArray[np.float64],
    calibration: Calibration,
) -> tuple[Pace, ...]:
    """Tempos [k] with the song's logits [k]: calibrated, merged, made one family, accepted.

    `threes` [k] is what `grouping` says of them. The probability is that a person would accept the
    pace: that the level is there to step to, times the share of people who step to such a rate.
    """
    return tempo_levels(bpms, logits, threes, calibration).accepted


@dataclass(frozen=True, kw_only=True)
class TempoLevels:
    """The tempos of a song that are left when those that mean the same are one."""

    bpms: NDArray[np.float64]  # [k], the surest first
    there: NDArray[np.float64]  # probability that each is a level of the metre [k]
    threes: NDArray[np.float64]  # metre log-odds: how much likelier in threes than in twos [k]
    metre: str | None  # "duple" or "triple"; None where nothing tells
    accepted: tuple[Pace, ...]  # those that a person would step to, most probable first


def tempo_levels(
    bpms: NDArray[np.float64],
    logits: NDArray[np.float64],
    threes: NDArray[np.float64],
    calibration: Calibration,
) -> TempoLevels:
    """What `judged_tempos` does, and what it rests on."""
    line = calibration.line(logits)
    kept = _distinct(bpms, line)
    there = reconciled(bpms[kept], line[kept], threes[kept])
    accepted = there * acceptance(bpms[kept])
    pairs = zip(bpms[kept], accepted, strict=True)
    tempos = [Pace(bpm=float(bpm), confidence=float(p)) for bpm, p in pairs]
    order = sorted(tempos, key=lambda tempo: (-tempo.confidence, tempo.bpm))
    metre = heard_metre(bpms[kept], there, threes[kept])
    return TempoLevels(
        bpms=bpms[kept], there=there, threes=threes[kept], metre=metre, accepted=tuple(order)
    )


def _distinct(bpms: NDArray[np.float64], logits: NDArray[np.float64]) -> list[int]:
    """Places of the tempos [k] without those that lie within 6 % of a more probable one."""
    kept: list[int] = []
    for place in np.lexsort((bpms, -logits)):
        if (np.abs(bpms[place] / bpms[kept] - 1) > SAME_TEMPO).all():
            kept.append(int(place))
    return kept
