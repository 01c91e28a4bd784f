import numpy as np
import pytest

from pacetag.model.evaluation.metrics import (
    CaseScores,
    JudgedSong,
    expected_calibration_error,
    set_scores,
)


def test_auc_is_the_share_of_pairs_in_the_right_order() -> None:
    rng = np.random.default_rng(2)
    logits, labels = rng.normal(size=60).round(1), (rng.random(60) < 0.4).astype(np.uint8)

    scores = CaseScores.of(logits, labels)

    pairs = [(a > b) + (a == b) / 2 for a in logits[labels == 1] for b in logits[labels == 0]]
    assert scores.auc == pytest.approx(np.mean(pairs))
    assert scores.accuracy == pytest.approx(((logits > 0) == (labels == 1)).mean())


def test_scores_need_both_classes() -> None:
    with pytest.raises(ValueError, match="right and wrong"):
        CaseScores.of(np.zeros(3), np.ones(3, np.uint8))


@pytest.mark.parametrize(
    ("song", "expected"),
    [
        (JudgedSong(claimed=(172.0, 86.0), right=(172.0, 86.0)), (1, 1, 1)),
        (JudgedSong(claimed=(172.0,), right=(172.0, 86.0)), (1, 1 / 2, 2 / 3)),
        (JudgedSong(claimed=(172.0, 115.0), right=(172.0,)), (1 / 2, 1, 2 / 3)),
        (JudgedSong(claimed=(172.0, 115.0), right=(172.0,), unclear=(115.0,)), (1, 1, 1)),
        (JudgedSong(claimed=(), right=()), (1, 1, 1)),
        (JudgedSong(claimed=(120.0,), right=()), (0, 0, 0)),
        (JudgedSong(claimed=(), right=(120.0,)), (0, 0, 0)),
        (JudgedSong(claimed=(300.0, 60.0), right=()), (1, 1, 1)),
        (JudgedSong(claimed=(211.0,), right=(209.0,)), (1, 1, 1)),
        (JudgedSong(claimed=(209.0,), right=(211.0,)), (1, 1, 1)),
        (JudgedSong(claimed=(124.0,), right=(120.0,)), (1, 1, 1)),
        (JudgedSong(claimed=(126.0,), right=(120.0,)), (0, 0, 0)),
    ],
)
def test_a_set_is_scored_as_a_runner_meets_it(
    song: JudgedSong, expected: tuple[float, float, float]
) -> None:
    scores = set_scores([song])

    assert (scores.precision, scores.recall, scores.f1) == pytest.approx(expected)


def test_calibration_error_is_zero_for_kept_promises_and_large_for_broken_ones() -> None:
    labels = np.array([1, 1, 1, 0] * 25, np.uint8)

    assert expected_calibration_error(np.full(100, 0.75), labels) == pytest.approx(0.0)
    assert expected_calibration_error(np.full(100, 0.05), labels) == pytest.approx(0.7)
