"""When enough of a song was heard, from the logits of its clips alone."""

import numpy as np
import pytest

from pacetag.model.judge_settings import JudgeSettings
from pacetag.model.steps import SongLevels, SongLogits, song_levels
from pacetag.model.tempo.calibration import Calibration


def levels(*clips: tuple[float, float]) -> SongLevels:
    """Of tempos at 100 and 141, from the logits of both in each clip."""
    logits = SongLogits(
        bpms=np.array([100.0, 141.0]), clips=np.array(clips).T, metre_log_odds=np.zeros(2)
    )
    return song_levels(logits, Calibration(), JudgeSettings())


def test_a_song_of_one_sure_tempo_is_settled() -> None:
    found = levels(*[(8.0, -8.0)] * 6)

    assert found.tempo_segments == ()
    assert found.expected_errors < 0.01


def test_a_song_of_two_tempos_is_never_settled() -> None:
    """Though over the whole song one of them is sure."""
    found = levels(*[(9.0, -9.0)] * 4, *[(-9.0, 9.0)] * 2)

    assert found.levels.present.max() > 0.9
    assert found.tempo_segments == (100.0, 141.0)
    assert found.expected_errors == np.inf


@pytest.mark.parametrize("logit", [-8.0, -0.5])
def test_a_song_without_a_likely_tempo_is_never_settled(logit: float) -> None:
    assert levels(*[(logit, -8.0)] * 3).expected_errors == np.inf
