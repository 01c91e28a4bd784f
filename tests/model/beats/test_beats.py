"""Beats fall on clicks, follow a tempo that moves, and stop where nothing is heard."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from pacetag.model import Beats, Judge, Pace, TooShortError

RATE = 22_050
Floats = NDArray[np.float64]


def clicks(times: Floats, seconds: float, *, low: Floats | None = None) -> NDArray[np.float32]:
    """Clicks at times over quiet noise, with a low note at each of the times `low`."""
    rng = np.random.default_rng(0)
    sound = rng.normal(0.0, 1e-4, round(seconds * RATE))
    time = np.arange(RATE // 5) / RATE
    high = 0.3 * np.exp(-time * 150) * np.sin(2 * np.pi * 1_000 * time)
    deep = 0.5 * np.exp(-time * 12) * np.sin(2 * np.pi * 80 * time)
    for places, note in ((times, high), (np.array([]) if low is None else low, deep)):
        for start in places:
            at = round(start * RATE)
            sound[at : at + len(note)] += note[: len(sound) - at]
    return sound.astype(np.float32)


def off(found: Beats, times: Floats) -> Floats:
    """How far each beat is from the nearest of the times, in s."""
    return np.asarray(np.abs(found.times[:, None] - times).min(axis=1))


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge()


@pytest.mark.parametrize("bpm", [48.0, 90.3, 120.7, 181.0, 290.0])
def test_every_click_is_a_beat_within_a_few_milliseconds(judge: Judge, bpm: float) -> None:
    times = np.arange(0.0, 29.5, 60 / bpm)

    found = judge.beats_of_samples(clicks(times, 29.6), RATE, bpm)

    assert abs(len(found) - len(times)) <= 1
    assert off(found, times)[:-1].max() <= 0.008
    assert (np.abs(found.times[:, None] - times).min(axis=0)[:-1] <= 0.008).all()
    assert found.confidence.min() > 0.8
    assert found.bpm == bpm


def test_beats_follow_a_tempo_that_drifts_by_six_percent_and_slows_down_at_the_end(
    judge: Judge,
) -> None:
    beat = np.arange(120)
    lengths = (
        0.5 * (1 + 0.06 * np.sin(2 * np.pi * beat / 40)) * (1 + 0.03 * np.maximum(0, beat - 112))
    )
    times = np.cumsum(lengths)

    found = judge.beats_of_samples(
        clicks(times, times[-1] + 0.5), RATE, Pace(bpm=120.0, confidence=1)
    )

    assert len(found) == len(times)
    assert np.abs(found.times - times).max() <= 0.02


def test_silence_and_a_long_held_chord_have_no_beats_and_the_music_behind_them_has(
    judge: Judge,
) -> None:
    times = np.array([t for t in np.arange(0.0, 60.0, 0.5) if not (5 <= t < 15 or 30 <= t < 45)])
    sound = clicks(times, 60.0)
    time = np.arange(15 * RATE) / RATE
    sound[30 * RATE : 45 * RATE] += (0.1 * np.sin(2 * np.pi * 220 * time)).astype(np.float32)
    sound[5 * RATE : 15 * RATE] = 0.0

    found = judge.beats_of_samples(sound, RATE, 120.0).times

    assert not ((found > 5.2) & (found < 14.8)).any()
    assert not ((found > 30.2) & (found < 44.8)).any()
    for low, high in ((0, 5), (15, 30), (45, 60)):
        assert abs(((found > low - 0.1) & (found < high - 0.1)).sum() - 2 * (high - low)) <= 1


def test_a_song_of_silence_has_no_beats(judge: Judge) -> None:
    found = judge.beats_of_samples(np.zeros(15 * RATE, np.float32), RATE, 120.0)

    assert len(found) == 0
    assert found.times.shape == found.confidence.shape == (0,)


@pytest.mark.parametrize("first", [0, 1])
def test_at_half_the_beat_the_pulses_with_the_bass_are_the_beats(judge: Judge, first: int) -> None:
    times = np.arange(0.0, 39.5, 0.45)
    accents = times[first::2]

    found = judge.beats_of_samples(clicks(times, 40.0, low=accents), RATE, 60 / 0.9)

    assert off(found, accents)[1:-1].max() <= 0.03


def test_noise_has_less_confident_beats_than_clicks(judge: Judge) -> None:
    noise = np.random.default_rng(3).normal(0.0, 0.1, 20 * RATE).astype(np.float32)

    found = judge.beats_of_samples(noise, RATE, 120.0)

    assert np.median(found.confidence) < 0.2
    assert (found.confidence >= 0).all()
    assert (found.confidence <= 1).all()


def test_blocks_of_a_long_file_join_without_a_seam(judge: Judge, tmp_path: Path) -> None:
    times = np.arange(0.0, 149.5, 60 / 97)
    soundfile.write(tmp_path / "song.flac", clicks(times, 150.0), RATE)

    found = judge.beats(tmp_path / "song.flac", 97.0)
    same = judge.beats_of_samples(soundfile.read(tmp_path / "song.flac")[0], RATE, 97.0)

    assert len(found) == len(times)
    assert np.abs(found.times - times).max() <= 0.008
    assert np.allclose(found.times, same.times, atol=1e-4)


@pytest.mark.parametrize("pace", [0.0, -120.0, 29.0, 500.0, float("nan"), float("inf")])
def test_a_pace_that_cannot_be_is_refused_before_the_file_is_opened(
    judge: Judge, pace: float
) -> None:
    with pytest.raises(ValueError, match="the pace must be from 30 to 400 bpm"):
        judge.beats("no-such-file.mp3", pace)


def test_a_short_sound_is_refused_as_it_is_by_the_judge(judge: Judge) -> None:
    with pytest.raises(TooShortError):
        judge.beats_of_samples(np.zeros(3 * RATE, np.float32), RATE, 120.0)
