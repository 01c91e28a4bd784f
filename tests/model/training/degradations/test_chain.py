"""The whole chain: what it keeps, and that it depends on nothing but its source of chance."""

from dataclasses import replace
from typing import Any

import librosa
import numpy as np
import pytest
from numpy.typing import NDArray

from pacetag.model.spec import FeatureSpec
from pacetag.model.training.degradations.chain import degraded
from pacetag.model.training.degradations.settings import Between, DegradationSettings
from tests.conftest import RATE, ClickTrack

Samples = NDArray[np.float32]
EFFECTS = (
    "drift", "room", "crowd", "compression", "band", "silence", "speech", "noise", "codec",
)  # fmt: skip


@pytest.fixture(scope="module")
def music(click_track: ClickTrack) -> Samples:
    """Clicks at 131 a minute over a held chord and a bass that moves with them."""
    clicks = click_track(131, seconds=12)
    time = np.arange(len(clicks)) / RATE
    chord = sum(np.sin(2 * np.pi * pitch * time) for pitch in (220.0, 277.2, 329.6, 1_320.0))
    beat = 60 / 131
    bass = np.sin(2 * np.pi * 80 * time) * np.exp(-4 * (time % beat) / beat)
    return (clicks + 0.02 * chord + 0.1 * bass).astype(np.float32)


def only(*effects: str, **changes: Any) -> DegradationSettings:
    chances: dict[str, Any] = {f"{e}_chance": float(e in effects) for e in EFFECTS}
    return replace(DegradationSettings(), **(chances | changes))


def heard(music: Samples, settings: DegradationSettings, seed: int = 0) -> Samples:
    return degraded(music, RATE, np.random.default_rng(seed), settings).samples


def onset_lag(before: Samples, after: Samples, spec: FeatureSpec) -> float:
    """Frames by which onsets came later: where envelopes agree most within a third of a beat."""
    envelopes = [
        librosa.onset.onset_strength(y=sound, sr=RATE, hop_length=spec.hop_length)
        for sound in (before, after)
    ]
    first, second = (e - e.mean() for e in envelopes)
    lags = np.arange(-13, 14)  # a beat is 39 frames, and one beat is like another
    height = np.array([np.sum(first[13:-13] * second[13 + k : len(second) - 13 + k]) for k in lags])
    top = int(np.argmax(height))
    assert 0 < top < len(lags) - 1
    left, middle, right = height[top - 1 : top + 2]
    return float(lags[top] + 0.5 * (left - right) / (left - 2 * middle + right))


def test_the_measure_of_onsets_sees_a_shift_of_one_frame(music: Samples, spec: FeatureSpec) -> None:
    late = np.roll(music, spec.hop_length)

    assert onset_lag(music, late, spec) == pytest.approx(1.0, abs=0.2)


@pytest.mark.parametrize("effect", [e for e in EFFECTS if e != "drift"])
@pytest.mark.parametrize("seed", [1, 2])
def test_onsets_stay_where_they_were(
    music: Samples, spec: FeatureSpec, effect: str, seed: int
) -> None:
    assert abs(onset_lag(music, heard(music, only(effect), seed), spec)) < 1.0


@pytest.mark.parametrize("effect", EFFECTS)
@pytest.mark.parametrize("seconds", [0.5, 11.3])
def test_every_effect_keeps_the_length_and_changes_the_sound(
    music: Samples, effect: str, seconds: float
) -> None:
    """Holes and speech need more than half a second to be put into."""
    part = music[: round(seconds * RATE)]

    after = heard(part, only(effect), seed=4)

    assert after.dtype == np.float32
    assert after.shape == part.shape
    assert np.isfinite(after).all()
    if seconds > 1 or effect not in ("silence", "speech"):
        assert not np.array_equal(after, part)


def test_without_any_effect_music_stays_as_it_is(music: Samples) -> None:
    sound = degraded(music, RATE, np.random.default_rng(1), only())

    assert np.array_equal(sound.samples, music)
    assert sound.gaps == ()


def test_the_same_seed_gives_the_same_sound_and_another_seed_another(music: Samples) -> None:
    every = only(*EFFECTS)

    assert np.array_equal(heard(music, every, 7), heard(music, every, 7))
    assert not np.array_equal(heard(music, every, 7), heard(music, every, 8))


def test_effects_do_not_disturb_each_others_chance(music: Samples) -> None:
    """The holes stay where they were while other degradations change the song."""
    alone = degraded(music, RATE, np.random.default_rng(5), only("silence"))
    among = degraded(music, RATE, np.random.default_rng(5), only("silence", "room", "noise"))

    assert alone.gaps
    assert alone.gaps == among.gaps


def test_each_chance_is_kept() -> None:
    """Over many songs an effect is met as often as its setting says."""
    quiet = np.full(RATE, 1e-3, np.float32)
    loud = only(
        noise_chance=0.3, noise=replace(DegradationSettings().noise, snr=Between(low=0, high=1))
    )

    met = [not np.array_equal(heard(quiet, loud, seed), quiet) for seed in range(400)]

    assert np.mean(met) == pytest.approx(0.3, abs=0.08)  # three standard deviations


@pytest.mark.parametrize("effect", EFFECTS)
def test_silence_does_not_break_an_effect(effect: str) -> None:
    after = heard(np.zeros(3 * RATE, np.float32), only(effect))

    assert np.abs(after).max() < 1e-4
