"""All figures of a group of heard songs, each with its interval."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pacetag.model.evaluation.bootstrap import NOTHING, Figure, Statistic, figure, ratio, resampled
from pacetag.model.evaluation.case_statistics import Cases
from pacetag.model.evaluation.song_marks import (
    RANGES,
    HeardSong,
    SetRange,
    claim_marks,
    known_cases,
    set_marks,
    tempo_marks,
    top_in_family,
)
from pacetag.model.evaluation.tempo_scores import TempoScores


@dataclass(frozen=True, kw_only=True)
class SetFigures:
    """How good the sets of paces are in a range: means per song with a beat."""

    low: float  # steps a minute
    high: float
    tolerance: float  # as a ratio
    precision: Figure
    recall: Figure
    f1: Figure


@dataclass(frozen=True, kw_only=True)
class GroupFigures:
    """How well the songs of a group were heard."""

    songs: int
    with_a_beat: int
    beatless: int
    cases: int  # judged tempos whose truth is known
    claims: int  # claimed paces that are right or wrong, in songs with a beat
    estimates: int  # songs with a beat for which some pace is claimed
    accuracy: Figure  # of cases
    balanced_accuracy: Figure
    auc: Figure
    calibration_error: Figure
    sets: tuple[SetFigures, ...]
    top_in_family: Figure  # share of songs with a beat; a song without a pace is none of them
    accuracy_1: Figure  # share of songs with a beat, as are the next two
    accuracy_2: Figure
    p_score: Figure
    oe1: Figure  # mean over songs with a pace, octaves, as are the next three
    oe2: Figure
    aoe1: Figure  # mean without regard to the sign
    aoe2: Figure
    with_a_pace: Figure  # share of songs with a beat
    right_pace: Figure  # share of songs with a beat for which a right pace is claimed
    octave_errors: Figure  # share of the claims
    triple_errors: Figure
    unrelated_errors: Figure
    false_paces: Figure  # share of beatless songs with a pace


def group_cases(heard: Sequence[HeardSong]) -> Cases:
    """The cases of all songs."""
    return Cases.of([known_cases(song) for song in heard])


def group_figures(
    heard: Sequence[HeardSong], *, scores_cases: bool = True, seed: int, resamples: int
) -> GroupFigures:
    """Measure a group. `scores_cases` is False for a judge without probabilities of its own."""
    counts = resampled(len(heard), resamples=resamples, seed=seed)
    beat = [not song.song.truth.beatless for song in heard]
    marks = [claim_marks(song) for song in heard]
    tempos = {n: tempo_marks(song) for n, song in enumerate(heard) if beat[n]}

    def share(
        hit: Callable[[int, HeardSong], float], of: Callable[[int, HeardSong], float]
    ) -> Figure:
        """Sum of `hit` over sum of `of`, of each number and song."""
        shares = _each(heard, of)
        return figure(ratio(_each(heard, hit), shares), counts, songs=int(np.count_nonzero(shares)))

    def of_songs(hit: Callable[[int, HeardSong], float]) -> Figure:
        return share(lambda n, song: hit(n, song) if beat[n] else 0, lambda n, _: beat[n])

    def of_estimates(error: Callable[[TempoScores], float | None]) -> Figure:
        errors = {n: found for n, score in tempos.items() if (found := error(score)) is not None}
        return share(lambda n, _: errors.get(n, 0.0), lambda n, _: n in errors)

    def of_claims(error: Callable[[int], int]) -> Figure:
        return share(
            lambda n, _: error(n) if beat[n] else 0,
            lambda n, _: marks[n].counted if beat[n] else 0,
        )

    def in_range(span: SetRange) -> SetFigures:
        scores = [set_marks(song, span) for song in heard]
        return SetFigures(
            low=span.low,
            high=span.high,
            tolerance=span.tolerance,
            precision=of_songs(lambda n, _: scores[n].precision),
            recall=of_songs(lambda n, _: scores[n].recall),
            f1=of_songs(lambda n, _: scores[n].f1),
        )

    cases = group_cases(heard)

    def of_cases(statistic: Statistic) -> Figure:
        if not scores_cases:
            return NOTHING
        return figure(statistic, counts, songs=len(np.unique(cases.songs)))

    return GroupFigures(
        songs=len(heard),
        with_a_beat=sum(beat),
        beatless=len(heard) - sum(beat),
        cases=len(cases.labels) if scores_cases else 0,
        claims=sum(mark.counted for mark, has in zip(marks, beat, strict=True) if has),
        estimates=sum(score.oe1 is not None for score in tempos.values()),
        accuracy=of_cases(cases.accuracy),
        balanced_accuracy=of_cases(cases.balanced_accuracy),
        auc=of_cases(cases.auc),
        calibration_error=of_cases(cases.calibration_error),
        sets=tuple(in_range(span) for span in RANGES),
        top_in_family=of_songs(lambda _, song: top_in_family(song)),
        accuracy_1=of_songs(lambda n, _: tempos[n].accuracy_1),
        accuracy_2=of_songs(lambda n, _: tempos[n].accuracy_2),
        p_score=of_songs(lambda n, _: tempos[n].p_score),
        oe1=of_estimates(lambda score: score.oe1),
        oe2=of_estimates(lambda score: score.oe2),
        aoe1=of_estimates(lambda score: score.oe1 and abs(score.oe1)),
        aoe2=of_estimates(lambda score: score.oe2 and abs(score.oe2)),
        with_a_pace=of_songs(lambda _, song: bool(song.analysis.paces)),
        right_pace=of_songs(lambda n, _: marks[n].right > 0),
        octave_errors=of_claims(lambda n: marks[n].octave),
        triple_errors=of_claims(lambda n: marks[n].triple),
        unrelated_errors=of_claims(lambda n: marks[n].unrelated),
        false_paces=share(
            lambda n, song: bool(song.analysis.paces) and not beat[n], lambda n, _: not beat[n]
        ),
    )


def _each(
    heard: Sequence[HeardSong], number: Callable[[int, HeardSong], float]
) -> NDArray[np.float64]:
    return np.array([float(number(n, song)) for n, song in enumerate(heard)])
