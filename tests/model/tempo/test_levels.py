"""Logits of tempos become levels, and the share of people who step to them."""

import numpy as np
import pytest

from pacetag.model.judge_settings import JudgeSettings
from pacetag.model.judgement import Pace
from pacetag.model.tempo.calibration import Calibration
from pacetag.model.tempo.levels import tempo_levels, tempo_prior

SETTINGS = JudgeSettings()


def judged(*tempos: tuple[float, float]) -> tuple[Pace, ...]:
    bpms, logits = np.array(tempos).T
    return tempo_levels(bpms, logits, np.zeros(len(bpms)), Calibration(), SETTINGS).tempos


def test_of_two_near_tempos_the_more_probable_stays() -> None:
    found = judged((172.0, 1.0), (170.0, 3.0), (86.0, 2.0))

    assert [t.bpm for t in found] == [170.0, 86.0]


@pytest.mark.parametrize(("bpm", "merged"), [(105.9, True), (94.1, True), (106.1, False)])
def test_tempos_within_six_per_cent_are_one(bpm: float, merged: bool) -> None:
    assert (len(judged((100.0, 3.0), (bpm, 1.0))) == 1) == merged


def test_what_does_not_belong_to_the_surest_family_is_not_claimed() -> None:
    found = {t.bpm: t.confidence for t in judged((172.0, 5.0), (86.0, 4.0), (115.0, 2.0))}

    assert found[172.0] > 0.9
    assert found[86.0] > 0.9
    assert found[115.0] < 0.1


def test_a_rate_that_few_people_step_to_is_claimed_with_less_confidence() -> None:
    found = {t.bpm: t.confidence for t in judged((300.0, 9.0), (150.0, 9.0))}

    assert found[150.0] > 0.99
    assert found[300.0] < 0.5


def test_tempos_of_a_song_that_is_judged_to_have_none_are_all_unlikely() -> None:
    assert all(t.confidence < 0.1 for t in judged((120.0, -4.0), (60.0, -5.0)))


def test_without_candidates_nothing_is_judged() -> None:
    nothing = np.empty(0)
    levels = tempo_levels(nothing, nothing, nothing, Calibration(), SETTINGS)

    assert levels.tempos == ()
    assert levels.metre is None


def prior(*bpms: float) -> list[float]:
    return list(tempo_prior(np.array(bpms), SETTINGS.prior))


@pytest.mark.parametrize("bpm", [72.0, 86.0, 120.0, 172.0, 220.0])
def test_a_rate_that_people_can_step_to_is_accepted_by_all(bpm: float) -> None:
    assert prior(bpm) == [1.0]


def test_most_refuse_what_is_slower_than_52_or_faster_than_270() -> None:
    assert max(prior(40.0, 48.0, 51.0, 270.0, 320.0)) < 0.5
    assert min(prior(52.0, 54.0, 265.0)) >= 0.5


@pytest.mark.parametrize(
    ("bpm", "share"),
    [(40, 0.15), (43, 0.25), (49, 0.435), (54.5, 0.63), (61, 0.81), (230, 0.88), (271, 0.465)],
)
def test_between_its_classes_the_prior_is_a_straight_line(bpm: float, share: float) -> None:
    assert prior(bpm) == pytest.approx([share])


def test_the_prior_falls_towards_both_ends() -> None:
    assert (np.diff(prior(*np.linspace(40.0, 65.0, 30))) > 0).all()
    assert (np.diff(prior(*np.linspace(230.0, 320.0, 30))) < 0).all()
