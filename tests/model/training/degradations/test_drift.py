"""Tempo drift: within its bounds, and none on the whole."""

import numpy as np
import pytest

from pacetag.model.spec import FeatureSpec
from pacetag.model.training.degradations.drift import drift, read_places
from pacetag.model.training.degradations.settings import Between, DriftSettings
from tests.conftest import RATE, ClickTrack


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("seconds", [15.0, 80.0])
def test_the_tempo_stays_within_its_bounds_and_keeps_its_mean(seed: int, seconds: float) -> None:
    count = round(seconds * RATE)
    settings = DriftSettings(depth=Between(low=0.01, high=0.01))

    places = read_places(count, RATE, np.random.default_rng(seed), settings)

    speed = np.diff(places) - 1
    assert np.abs(speed).max() == pytest.approx(0.01, rel=0.01)  # it does get there
    assert places[0] == 0
    assert places[-1] == pytest.approx(count - 1, abs=1e-6)
    assert abs(speed.mean()) < 1e-9


def test_beats_move_by_as_much_as_the_drift_says(click_track: ClickTrack) -> None:
    """Clicks are found where the curve puts them, away from where they were."""
    sound = click_track(100, seconds=30)
    settings = DriftSettings(depth=Between(low=0.01, high=0.01), period=Between(low=20, high=30))

    after = drift(sound, RATE, np.random.default_rng(3), settings)

    places = read_places(len(sound), RATE, np.random.default_rng(3), settings)
    moved = 0
    for beat in range(1, 49):
        at = round(beat * 0.6 * RATE)
        expected = int(np.searchsorted(places, at))
        near = np.abs(after[expected - 300 : expected + 300]) > 0.05
        assert np.flatnonzero(near)[0] == pytest.approx(300, abs=20)
        moved = max(moved, abs(expected - at))
    assert moved > 0.01 * RATE  # 10 ms and more


def test_the_tempo_that_is_heard_on_the_whole_stays(
    click_track: ClickTrack, spec: FeatureSpec
) -> None:
    """Beats in a minute: as many, the last where it was."""
    sound = click_track(120, seconds=60)

    after = drift(sound, RATE, np.random.default_rng(8))

    starts = [np.flatnonzero(np.abs(s) > 0.05) for s in (sound, after)]
    beats = [s[np.insert(np.diff(s) > 2_000, 0, True)] for s in starts]
    assert len(beats[0]) == len(beats[1]) == 120
    assert np.polyfit(range(120), beats[1], 1)[0] == pytest.approx(RATE / 2, rel=2e-3)


def test_a_high_tone_is_not_dulled() -> None:
    """Reading between samples by straight lines would take 2.8 dB from 7 kHz: a factor of 0.73."""
    time = np.arange(10 * RATE) / RATE
    tone = np.sin(2 * np.pi * 7_000 * time).astype(np.float32)

    after = drift(tone, RATE, np.random.default_rng(1))

    assert np.std(after) > 0.85 * np.std(tone)
