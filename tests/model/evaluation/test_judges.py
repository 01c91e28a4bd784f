"""The judges that a network is compared with."""

import numpy as np
import pytest

from pacetag.model.audio.excerpts import Excerpts
from pacetag.model.bundle import shipped_bundle_folder
from pacetag.model.evaluation.judges import load_stage0
from pacetag.model.evaluation.octave_fold import OctaveFoldJudge, octave_folded
from tests.conftest import ClickTrack


@pytest.mark.parametrize("bpm", [84, 126, 165])
def test_folding_claims_the_tempo_of_clicks_its_double_and_its_half(
    click_track: ClickTrack, bpm: float
) -> None:
    parts = tuple(click_track(bpm, seconds=20, seed=seed) for seed in (1, 2))

    judgement = OctaveFoldJudge().audio(Excerpts(samples=parts, starts=(0.0, 20.0), duration=50.0))

    top = judgement.candidates[0].bpm
    assert min(abs(top / bpm - ratio) / ratio for ratio in (1 / 2, 1, 2)) < 0.02
    assert judgement.duration == 50.0
    assert all(tempo.confidence > 0.99 for tempo in judgement.candidates)


def test_octaves_that_no_one_steps_to_are_not_claimed_and_the_tempo_is_surest() -> None:
    assert [tempo.bpm for tempo in octave_folded(120.0, 1.0).candidates] == [120, 240, 60]
    assert [tempo.bpm for tempo in octave_folded(150.0, 1.0).candidates] == [150, 75]
    assert [tempo.bpm for tempo in octave_folded(100.0, 1.0).candidates] == [100, 200]
    assert octave_folded(None, 1.0).candidates == octave_folded(0.0, 1.0).candidates == ()
    first, second, _ = octave_folded(120.0, 1.0).candidates
    assert first.confidence > second.confidence


def test_where_nothing_begins_folding_claims_nothing() -> None:
    silence = np.zeros(22_050 * 12, np.float32)

    judgement = OctaveFoldJudge().audio(Excerpts(samples=(silence,), starts=(0.0,), duration=12.0))

    assert judgement.candidates == ()


def test_the_network_of_2019_is_shipped() -> None:
    judge = load_stage0()

    assert judge.name == "stage0-1"
    assert judge.bundle.folder == shipped_bundle_folder("stage0-1")
    assert judge.bundle.network["kind"] == "stage0"
