"""Figures over cases agree with the plain ones, on all songs and on any resample."""

import numpy as np
import pytest
from numpy.typing import NDArray

from pacetag.model.evaluation.bootstrap import resampled
from pacetag.model.evaluation.case_statistics import Cases, reliability
from pacetag.model.evaluation.metrics import CaseScores, expected_calibration_error


@pytest.fixture(scope="module")
def songs() -> list[list[tuple[float, bool]]]:
    """Ties, a song without a case, and one with right cases only."""
    rng = np.random.default_rng(5)
    made = [
        [(round(float(p), 1), bool(rng.random() < p)) for p in rng.random(6)] for _ in range(12)
    ]
    return [*made, [], [(0.9, True), (0.5, True), (0.2, True)]]


def plain(songs: list[list[tuple[float, bool]]]) -> tuple[float, ...]:
    probabilities = np.array([p for song in songs for p, _ in song])
    labels = np.array([good for song in songs for _, good in song], np.uint8)
    scores = CaseScores.of(probabilities - np.nextafter(0.5, 0), labels)
    error = expected_calibration_error(probabilities, labels)
    return scores.accuracy, scores.balanced_accuracy, scores.auc, error


def figures(cases: Cases, counts: NDArray[np.float64]) -> list[tuple[float, ...]]:
    found = (cases.accuracy, cases.balanced_accuracy, cases.auc, cases.calibration_error)
    return list(zip(*(statistic(counts) for statistic in found), strict=True))


def test_over_all_songs_they_are_the_figures_of_the_literature(
    songs: list[list[tuple[float, bool]]],
) -> None:
    [found] = figures(Cases.of(songs), np.ones((1, len(songs))))

    assert found == pytest.approx(plain(songs))


def test_a_song_drawn_twice_counts_twice(songs: list[list[tuple[float, bool]]]) -> None:
    counts = resampled(len(songs), resamples=5, seed=2)

    found = figures(Cases.of(songs), counts)

    for drawn, row in zip(counts, found, strict=True):
        again = [song for song, times in zip(songs, drawn, strict=True) for _ in range(int(times))]
        assert row == pytest.approx(plain(again))


def test_without_wrong_cases_there_is_an_accuracy_but_no_auc() -> None:
    [found] = figures(Cases.of([[(0.9, True), (0.4, True)]]), np.ones((1, 1)))

    assert found[0] == 0.5
    assert np.isnan(found[1:3]).all()


def test_reliability_lists_what_was_promised_and_what_came_true() -> None:
    rows = reliability(Cases.of([[(0.05, False), (0.93, True)], [(0.97, False), (1.0, True)]]))

    assert [row.cases for row in rows] == [1, 0, 0, 0, 0, 0, 0, 0, 0, 3]
    assert (rows[0].promised, rows[0].true) == (0.05, 0.0)
    assert (rows[1].promised, rows[1].true) == (None, None)
    assert rows[9].promised == pytest.approx((0.93 + 0.97 + 1.0) / 3)
    assert rows[9].true == pytest.approx(2 / 3)
    assert (rows[9].low, rows[9].high) == (0.9, 1.0)
