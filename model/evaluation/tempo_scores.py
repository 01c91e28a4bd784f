"""The standard figures of tempo estimation, for the most confident pace of a song."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log2

from pacetag.model.evaluation.metrics import TOLERANCE, near
from pacetag.model.evaluation.truths import SongTruth

# An octave error in the wider sense: twice, three times, half, a third of the tempo.
OCTAVES = (1.0, 2.0, 3.0, 1 / 2, 1 / 3)
P_TOLERANCE = 0.08  # of the P-score, as MIREX and mir_eval have it


@dataclass(frozen=True, kw_only=True)
class TempoScores:
    """How near an estimated tempo is to the annotated one."""

    accuracy_1: bool  # within 4 % of it (Gouyon et al., 2006)
    accuracy_2: bool  # the same, or of its double, triple, half or third
    p_score: float  # 0 to 1: share of the annotated tempos that were found (McKinney et al., 2007)
    oe1: float | None  # octaves by which the estimate is too fast; None without an estimate
    oe2: float | None  # the same, for that multiple of the estimate in OCTAVES that is nearest


def tempo_scores(truth: SongTruth, claimed: Sequence[float]) -> TempoScores:
    """Score the paces `claimed` in bpm, the most confident first, of a song with a beat.

    The first is the estimate, and the first of the truth's tempos the annotated one. The P-score
    takes the first two of both, as `mir_eval.tempo.detection` does, with equal weights, since their
    salience was not annotated. Without a claim nothing is hit. OE1 and OE2 are those of Schreiber,
    Urbano and Müller (2020). Raises ValueError for music without a beat.
    """
    if truth.beatless:
        raise ValueError("music without a beat has no tempo")
    if not claimed:
        return TempoScores(accuracy_1=False, accuracy_2=False, p_score=0.0, oe1=None, oe2=None)
    annotated, *_ = pair = truth.tempos[:2]
    moved = [log2(claimed[0] * ratio / annotated) for ratio in OCTAVES]
    return TempoScores(
        accuracy_1=near(claimed[0], [annotated], TOLERANCE),
        accuracy_2=near(claimed[0], [annotated * ratio for ratio in OCTAVES], TOLERANCE),
        p_score=sum(_is_found(tempo, claimed[:2]) for tempo in pair) / len(pair),
        oe1=moved[0],
        oe2=min(moved, key=abs),
    )


def _is_found(tempo: float, estimates: Sequence[float]) -> bool:
    return any(abs(estimate - tempo) <= P_TOLERANCE * tempo for estimate in estimates)
