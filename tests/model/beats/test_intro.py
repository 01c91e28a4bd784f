"""Where songs get going: intros of known lengths, and songs that have none."""

import numpy as np
import pytest
from numpy.typing import NDArray

from pacetag.model.audio.samples import Samples
from pacetag.model.beats.intro import SHORTEST, intro_seconds

RATE = 22_050
BPM = 150.0
NEAR = 0.1  # s; a beat is 0.4 s, and a song begins 0.05 s before its stroke

Sound = NDArray[np.float32]


def band(seconds: float, seed: int = 0) -> Sound:
    """Drums on every beat, a snare between them, and a bass line under a chord."""
    rng = np.random.default_rng(seed)
    sound = 0.05 * pad(seconds)
    time = np.arange(round(0.15 * RATE)) / RATE
    kick = np.exp(-time * 25) * np.sin(2 * np.pi * 60 * time)
    for number, beat in enumerate(np.arange(0.0, seconds - 0.3, 30 / BPM)):
        hit = kick if number % 2 == 0 else 0.4 * np.exp(-time * 40) * rng.normal(0, 1, len(time))
        at = round(beat * RATE)
        sound[at : at + len(time)] += 0.4 * hit
    return sound.astype(np.float32)


def pad(seconds: float) -> Sound:
    """A chord that sounds on and swells slowly."""
    time = np.arange(round(seconds * RATE)) / RATE
    chord = sum(np.sin(2 * np.pi * 220 * ratio * time) for ratio in (1, 1.25, 1.5))
    return np.asarray(chord * (0.8 + 0.2 * np.sin(time)), np.float32)


def silence(seconds: float) -> Sound:
    return np.random.default_rng(1).normal(0, 1e-4, round(seconds * RATE)).astype(np.float32)


def found(*parts: Sound, bpm: float = BPM) -> float:
    return intro_seconds(Samples(np.concatenate(parts), RATE), bpm)


@pytest.mark.parametrize("seconds", [9.3, 17.7, 31.2, 40.0])
@pytest.mark.parametrize("kind", ["chord", "loud chord", "silence", "soft band"])
def test_an_intro_ends_where_the_band_comes_in(seconds: float, kind: str) -> None:
    intro = {
        "chord": 0.05 * pad(seconds),
        "loud chord": 0.2 * pad(seconds),
        "silence": silence(seconds),
        "soft band": 0.05 * band(seconds, seed=2),
    }[kind]

    start = found(intro, band(120.0))

    assert start == pytest.approx(seconds, abs=NEAR)


@pytest.mark.parametrize("bpm", [BPM, BPM / 2])
def test_the_song_begins_just_before_a_stroke(bpm: float) -> None:
    start = found(0.05 * pad(20.05), band(120.0), bpm=bpm)

    strokes = 30 / BPM  # s between them
    assert 0.02 < -(start - 20.05) % strokes < 0.08


def test_a_song_that_goes_from_the_beginning_has_no_intro() -> None:
    assert found(band(120.0)) == 0
    assert found(band(60.0), 0.7 * band(60.0, seed=3)) == 0


def test_a_short_intro_is_left_in() -> None:
    assert found(0.05 * pad(SHORTEST - 2), band(120.0)) == 0


def test_what_never_gets_going_is_left_whole() -> None:
    assert found(0.1 * pad(120.0)) == 0
    assert found(silence(100.0), band(20.0)) == 0
    assert found(np.zeros(60 * RATE, np.float32), band(120.0)) == pytest.approx(60, abs=NEAR)


def test_a_pace_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="the pace must be"):
        found(band(60.0), bpm=0.0)
