"""The exact tempo, and songs whose tempo drifts or changes."""

import numpy as np
import pytest
from numpy.typing import NDArray

from pacetag.model.judge_settings import JudgeSettings
from pacetag.model.judgement import Pace
from pacetag.model.spec import FeatureSpec
from pacetag.model.tempo.stability import (
    coefficient_of_variation,
    exact_tempo,
    exact_tempos,
    tempo_segments,
)

SPEC, SETTINGS = FeatureSpec(), JudgeSettings()
STABILITY = SETTINGS.stability


def onsets(beats: NDArray[np.float64], seconds: float) -> NDArray[np.float32]:
    """An onset envelope with a peak at each beat [s], over a noise floor."""
    frames = np.arange(round(seconds * SPEC.frame_rate))
    distance = frames[:, None] - (beats * SPEC.frame_rate)[None, :]
    noise = 0.1 * np.random.default_rng(3).random(len(frames))
    return np.asarray(np.exp(-((distance / 1.5) ** 2)).sum(axis=1) + noise, np.float32)


def steady(bpm: float, seconds: float = 40.0) -> NDArray[np.float32]:
    return onsets(np.arange(0.1, seconds, 60 / bpm), seconds)


def tempo(bpm: float, probability: float = 0.95) -> Pace:
    return Pace(bpm=bpm, confidence=probability)


def segments(parts: list[list[Pace]]) -> tuple[float, ...]:
    return tempo_segments(parts, STABILITY, SETTINGS.family)


@pytest.mark.parametrize("bpm", [57.31, 86.03, 121.77, 172.06, 243.9])
@pytest.mark.parametrize("off", [0.965, 0.985, 1.012, 1.035])
def test_a_steady_tempo_is_found_to_a_tenth_of_a_per_cent(bpm: float, off: float) -> None:
    measured, stretches = exact_tempo([steady(bpm)] * 2, bpm * off, SPEC, STABILITY)

    assert measured == pytest.approx(bpm, rel=0.001)
    assert coefficient_of_variation(stretches, STABILITY) == pytest.approx(0.0, abs=0.001)


def test_relatives_follow_the_surest_tempo() -> None:
    judged = [tempo(172.9, 0.99), tempo(88.4, 0.9), tempo(57.0, 0.3), tempo(129.4, 0.01)]

    found, _ = exact_tempos(judged, [steady(172.06)], SPEC, SETTINGS)

    assert found[0].bpm == pytest.approx(172.06, rel=0.001)
    assert found[1].bpm == pytest.approx(found[0].bpm / 2)
    assert found[2].bpm == pytest.approx(found[0].bpm / 3)
    assert found[3].bpm == 129.4  # not of the family: as it was
    assert [t.confidence for t in found] == [0.99, 0.9, 0.3, 0.01]


def test_noise_has_no_exact_tempo() -> None:
    noise = np.random.default_rng(1).random(3_400).astype(np.float32)

    measured, stretches = exact_tempo([noise], 120.0, SPEC, STABILITY)

    assert measured == 120.0
    assert coefficient_of_variation(stretches, STABILITY) is None


def test_where_no_tempo_is_likely_nothing_is_measured() -> None:
    judged = (tempo(100.0, 0.4), tempo(50.0, 0.2))

    assert exact_tempos(judged, [steady(101.0)], SPEC, SETTINGS) == (judged, None)
    assert exact_tempos((), [], SPEC, SETTINGS) == ((), None)


def test_a_tempo_that_drifts_has_a_coefficient_of_variation() -> None:
    """From 119 to 121 over two minutes, 0.5 % on average from the middle."""
    times = [0.1]
    while times[-1] < 120:
        times.append(times[-1] + 60 / (119 + 2 * times[-1] / 120))

    measured, stretches = exact_tempo([onsets(np.array(times), 120.0)], 120.0, SPEC, STABILITY)

    assert measured == pytest.approx(120.0, rel=0.002)
    assert coefficient_of_variation(stretches, STABILITY) == pytest.approx(0.0048, abs=0.001)


def test_an_excerpt_of_a_few_seconds_is_measured_too() -> None:
    measured, _ = exact_tempo([steady(90.0, seconds=12.0)], 90.6, SPEC, STABILITY)

    assert measured == pytest.approx(90.0, rel=0.002)


def test_a_song_that_changes_tempo_says_so() -> None:
    slow = [tempo(100.0), tempo(50.0), tempo(141.0, 0.01)]
    fast = [tempo(141.0), tempo(100.0, 0.02)]

    assert segments([slow, slow, fast]) == (100.0, 141.0)
    assert segments([slow, fast, slow]) == (100.0, 141.0, 100.0)


@pytest.mark.parametrize("other", [101.0, 200.0, 50.0, 150.0, 66.7, 300.0])
def test_another_level_of_the_same_music_is_no_change(other: float) -> None:
    assert segments([[tempo(100.0)], [tempo(other)], [tempo(100.0)]]) == ()


def test_a_tempo_that_lasts_through_the_song_is_no_change() -> None:
    first = [tempo(100.0, 0.95), tempo(141.0, 0.6)]
    second = [tempo(141.0, 0.95), tempo(100.0, 0.7)]

    assert segments([first, second]) == ()


def test_a_part_without_a_beat_is_no_change() -> None:
    assert segments([[tempo(100.0)], [tempo(141.0, 0.3)], []]) == ()
