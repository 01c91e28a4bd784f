"""The standard figures of tempo estimation follow their published definitions."""

import random
from dataclasses import replace
from math import log2

import numpy as np
import pytest

from pacetag.model.evaluation.tempo_scores import P_TOLERANCE, tempo_scores
from pacetag.model.evaluation.truths import BEATLESS, paces_truth, tempo_truth


@pytest.mark.parametrize(
    ("estimate", "first", "second"),
    [
        (120.0, True, True),
        (124.7, True, True),
        (125.0, False, False),
        (240.0, False, True),
        (40.0, False, True),
        (360.0, False, True),
        (180.0, False, False),
        (30.0, False, False),  # a quarter is too far for both
    ],
)
def test_accuracy_1_is_the_tempo_and_accuracy_2_its_octaves_and_triples(
    estimate: float, first: bool, second: bool
) -> None:
    found = tempo_scores(tempo_truth(120), [estimate])

    assert (found.accuracy_1, found.accuracy_2) == (first, second)


@pytest.mark.parametrize(
    ("estimate", "oe1", "oe2"),
    [(120, 0, 0), (240, 1, 0), (60, -1, 0), (360, log2(3), 0), (130, log2(13 / 12), log2(13 / 12))],
)
def test_octave_errors_are_signed_logarithms(estimate: float, oe1: float, oe2: float) -> None:
    found = tempo_scores(tempo_truth(120), [estimate])

    assert found.oe1 == pytest.approx(oe1)
    assert found.oe2 == pytest.approx(oe2)


def test_oe2_moves_the_estimate_to_the_nearest_octave_or_triple() -> None:
    assert tempo_scores(tempo_truth(120), [55]).oe2 == pytest.approx(log2(110 / 120))
    assert tempo_scores(tempo_truth(120), [160]).oe2 == pytest.approx(log2(160 / 120))


def test_of_several_right_paces_the_nearest_to_120_is_the_annotated_one() -> None:
    truth = paces_truth([86, 172])

    assert tempo_scores(truth, [86]).oe1 == 0
    assert tempo_scores(truth, [172]).oe1 == 1


def test_where_a_tempo_is_annotated_beside_the_paces_it_counts() -> None:
    truth = replace(paces_truth([86, 172]), annotated=171.5)

    assert tempo_scores(truth, [172]).oe1 == 0
    assert tempo_scores(truth, [86]).oe1 == -1
    assert truth.tempo == 86  # which tells the band


def test_a_song_without_a_pace_is_a_miss_and_has_no_error() -> None:
    found = tempo_scores(tempo_truth(120), [])

    assert (found.accuracy_1, found.accuracy_2, found.p_score) == (False, False, 0.0)
    assert found.oe1 is found.oe2 is None


def test_music_without_a_beat_cannot_be_scored() -> None:
    with pytest.raises(ValueError, match="no tempo"):
        tempo_scores(BEATLESS, [120])


def test_the_p_score_is_that_of_mir_eval() -> None:
    tempo = pytest.importorskip("mir_eval").tempo
    rng = random.Random(3)
    for _ in range(300):
        right = sorted(rng.uniform(50, 200) for _ in range(rng.choice([1, 2])))
        claimed = [one * rng.choice([1.0, 1.07, 1.09, 2.0]) for one in reversed(right)]
        reference, weight = np.array([*right, 0.0][:2]), 0.5 if len(right) == 2 else 1.0
        estimates = np.array([*claimed, 0.0][:2])

        expected, _, _ = tempo.detection(reference, weight, estimates, tol=P_TOLERANCE)

        assert tempo_scores(paces_truth(right), claimed).p_score == pytest.approx(expected)
