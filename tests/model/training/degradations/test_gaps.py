"""Holes and speech: where they are said to be, and nowhere else."""

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from pacetag.model.training.degradations.gaps import MOST, Gap, gap_share, silence, speech
from pacetag.model.training.degradations.settings import SpeechSettings
from tests.conftest import RATE

Samples = NDArray[np.float32]


@pytest.fixture(scope="module")
def tone() -> Samples:
    time = np.arange(60 * RATE) / RATE
    return (0.1 * np.sin(2 * np.pi * 3_000 * time)).astype(np.float32)


def _inside(gaps: tuple[Gap, ...], count: int) -> NDArray[np.bool_]:
    time = np.arange(count) / RATE
    found = np.zeros(count, bool)
    for gap in gaps:
        found |= (time >= gap.start) & (time < gap.start + gap.seconds)
    return found


@pytest.mark.parametrize("seed", range(6))
def test_music_is_silent_in_the_gaps_and_untouched_outside(tone: Samples, seed: int) -> None:
    sound = silence(tone, RATE, np.random.default_rng(seed))

    assert 1 <= len(sound.gaps) <= 3
    assert all(0.5 <= gap.seconds <= 3.0 for gap in sound.gaps)
    outside = ~_inside(sound.gaps, len(tone))
    assert np.array_equal(sound.samples[outside][5:], tone[outside][5:])
    for gap in sound.gaps:
        middle = int((gap.start + gap.seconds / 2) * RATE)
        assert np.abs(sound.samples[middle - 2_000 : middle + 2_000]).max() == 0.0


def test_gaps_take_no_more_than_their_share_of_a_short_song(tone: Samples) -> None:
    for seed in range(20):
        gaps = silence(tone[: 6 * RATE], RATE, np.random.default_rng(seed)).gaps

        assert sum(gap.seconds for gap in gaps) <= MOST * 6


@pytest.mark.parametrize("seed", range(4))
def test_gaps_do_not_overlap(tone: Samples, seed: int) -> None:
    gaps = silence(tone, RATE, np.random.default_rng(seed)).gaps

    for one, other in pairwise(gaps):
        assert one.start + one.seconds <= other.start


def test_speech_instead_of_music_is_a_gap_and_speech_over_it_is_none(tone: Samples) -> None:
    instead = speech(tone, RATE, np.random.default_rng(1), SpeechSettings(instead=1.0))
    over = speech(tone, RATE, np.random.default_rng(1), SpeechSettings(instead=0.0))

    assert instead.gaps
    assert all(2.0 <= gap.seconds <= 6.0 for gap in instead.gaps)
    assert over.gaps == ()
    spoken = _inside(instead.gaps, len(tone))
    for sound in (instead, over):
        changed = sound.samples != tone
        assert changed[spoken].mean() > 0.9
        assert changed[~spoken].mean() < 1e-4


def test_speech_lies_in_the_band_of_voices_and_comes_in_syllables(tone: Samples) -> None:
    sound = speech(tone, RATE, np.random.default_rng(2), SpeechSettings(instead=1.0))
    gap = sound.gaps[0]
    voice = sound.samples[int(gap.start * RATE) : int((gap.start + gap.seconds) * RATE)]

    power = np.abs(np.fft.rfft(voice)) ** 2
    pitch = np.fft.rfftfreq(len(voice), 1 / RATE)
    assert power[(pitch > 80) & (pitch < 4_000)].sum() > 0.8 * power.sum()
    size = RATE // 50
    levels = voice[: len(voice) // size * size].reshape(-1, size).std(axis=1)
    loud = levels > 0.3 * levels.max()
    swells = np.count_nonzero(np.diff(loud.astype(int)) == 1) / gap.seconds
    assert 1.0 < swells < 9.0  # a second


def test_speech_is_as_loud_as_said(tone: Samples) -> None:
    sound = speech(tone, RATE, np.random.default_rng(3), SpeechSettings(instead=1.0))

    for gap in sound.gaps:
        voice = sound.samples[int(gap.start * RATE) : int((gap.start + gap.seconds) * RATE)]
        assert -4.0 < 20 * np.log10(np.std(voice) / np.std(tone)) < 6.5


def test_the_share_of_a_stretch_in_gaps_is_counted() -> None:
    gaps = (Gap(start=10, seconds=2), Gap(start=20, seconds=1))
    starts = np.array([[0.0, 9.0], [11.0, 10.5]])
    seconds = np.array([[8.0], [10.0]])

    assert gap_share(gaps, starts, seconds) == pytest.approx(np.array([[0, 0.25], [0.2, 0.2]]))
