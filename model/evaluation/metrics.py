"""How well cases and songs are judged, in the figures the literature uses."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LOW, HIGH = 80.0, 210.0  # steps a minute between which sets are compared unless told otherwise
TOLERANCE = 0.04  # the usual one of tempo estimation, as people's taps have it
GREY = 0.06  # as a ratio; a case between the tolerance and this is not counted
CALIBRATION_BINS = 10


@dataclass(frozen=True, kw_only=True)
class CaseScores:
    """Scores over single cases, each one right or wrong."""

    count: int
    accuracy: float
    balanced_accuracy: float  # mean of the accuracies on right and on wrong tempos
    auc: float  # area under the receiver operating characteristic

    @classmethod
    def of(cls, logits: NDArray[np.float64], labels: NDArray[np.uint8]) -> "CaseScores":
        """Score logits [n], compatible where above 0, against labels [n].

        Raises ValueError unless both classes are there.
        """
        right = labels == 1
        if right.all() or not right.any():
            raise ValueError("scores need right and wrong cases")
        hit = (logits > 0) == right
        return cls(
            count=len(labels),
            accuracy=float(hit.mean()),
            balanced_accuracy=float((hit[right].mean() + hit[~right].mean()) / 2),
            auc=float(areas_under_curve(logits, labels, [np.ones(len(labels))])[0]),
        )


def areas_under_curve(
    values: NDArray[np.float64],
    labels: NDArray[np.uint8],
    weightings: Iterable[NDArray[np.float64]],
) -> NDArray[np.float64]:
    """AUC of values [n] by labels [n], for each weighting [n] of the cases; nan without pairs.

    The share of pairs, one right and one wrong, in which the right one has the higher value: the
    Mann-Whitney statistic (Hanley and McNeil, 1982).
    """
    levels, place = np.unique(values, return_inverse=True)
    found = []
    for weights in weightings:
        right = np.bincount(place, weights * labels, len(levels))
        wrong = np.bincount(place, weights * (1 - labels), len(levels))
        pairs = right.sum() * wrong.sum()
        below = np.cumsum(wrong) - wrong / 2  # a tie is half a win
        found.append(right @ below / pairs if pairs else np.nan)
    return np.array(found, float)


@dataclass(frozen=True, kw_only=True)
class SetScores:
    """Scores over sets of paces: what a runner meets."""

    songs: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, kw_only=True)
class JudgedSong:
    """A song's claimed paces beside what is known of it."""

    claimed: tuple[float, ...]  # bpm
    right: tuple[float, ...]  # bpm of all compatible levels
    unclear: tuple[float, ...] = ()  # bpm of levels that count neither way


def set_scores(songs: Iterable[JudgedSong]) -> SetScores:
    """Mean precision, recall and F1 per song, each as `song_scores` says."""
    rows = [(one.precision, one.recall, one.f1) for one in map(song_scores, songs)]
    means = np.mean(rows, axis=0) if rows else np.full(3, np.nan)
    return SetScores(
        songs=len(rows), precision=float(means[0]), recall=float(means[1]), f1=float(means[2])
    )


def song_scores(
    song: JudgedSong,
    *,
    low: float = LOW,
    high: float = HIGH,
    tolerance: float = TOLERANCE,
) -> SetScores:
    """Precision, recall and F1 of one song over the paces between `low` and `high` bpm.

    A claim at an unclear level is left out of the count. A song with nothing to find in the range
    scores 1 when nothing is claimed there, else 0.
    """
    claims = [
        bpm
        for bpm in song.claimed
        if low <= bpm <= high
        and (near(bpm, song.right, tolerance) or not near(bpm, song.unclear, tolerance))
    ]
    truths = [bpm for bpm in song.right if low <= bpm <= high]
    if not claims and not truths:
        return SetScores(songs=1, precision=1.0, recall=1.0, f1=1.0)
    # The edges of the range must not cost a point: either side may look beyond them.
    good = sum(near(bpm, song.right, tolerance) for bpm in claims)
    found = sum(near(bpm, song.claimed, tolerance) for bpm in truths)
    precision = good / len(claims) if claims else float(found > 0)
    recall = found / len(truths) if truths else float(good > 0)
    both = precision + recall
    f1 = 2 * precision * recall / both if both else 0.0
    return SetScores(songs=1, precision=precision, recall=recall, f1=f1)


def near(bpm: float, others: Sequence[float], tolerance: float) -> bool:
    """Whether any of the tempos `others` lies within a ratio of `tolerance`."""
    return any(abs(bpm / other - 1) <= tolerance for other in others)


def calibration_bin(probabilities: NDArray[np.float64]) -> NDArray[np.int64]:
    """Which of the equal bins from 0 to 1 each probability [n] falls into; 1 into the last."""
    place = (probabilities * CALIBRATION_BINS).astype(np.int64)
    return np.minimum(place, CALIBRATION_BINS - 1)


def expected_calibration_error(
    probabilities: NDArray[np.float64], labels: NDArray[np.uint8]
) -> float:
    """Mean gap between what was promised and what came true (Naeini et al., 2015)."""
    gaps = calibration_gaps(probabilities, labels, np.zeros(len(labels), np.int64), songs=1)
    return float(np.abs(gaps).sum() / max(len(labels), 1))


def calibration_gaps(
    probabilities: NDArray[np.float64],
    labels: NDArray[np.uint8],
    owners: NDArray[np.int64],
    *,
    songs: int,
) -> NDArray[np.float64]:
    """How much more came true than was promised, summed by song and bin [songs, bins].

    `owners` [n] are the numbers of the songs that the cases are of.
    """
    gaps = np.zeros((songs, CALIBRATION_BINS))
    np.add.at(gaps, (owners, calibration_bin(probabilities)), labels - probabilities)
    return gaps
