"""Samples in memory are judged like a file that holds them, and invalid ones are refused."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from pacetag.model.audio.decoders import open_decoder
from pacetag.model.audio.samples import LOUDEST, Samples
from pacetag.model.errors import DecodeError, TooShortError
from pacetag.model.judge import Judge
from pacetag.model.judgement import Analysis

RATE = 44_100


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge()


def beats(seconds: float, rate: int, channels: int) -> NDArray[np.float64]:
    """Drum beats at 168 over noise, [n, channels], each channel with noise of its own."""
    rng = np.random.default_rng(7)
    sound = rng.normal(0.0, 0.003, (round(seconds * rate), channels))
    time = np.arange(round(0.15 * rate)) / rate
    drum = 0.4 * np.exp(-time * 30) * np.sin(2 * np.pi * 110 * time)
    for number, beat in enumerate(np.arange(0.0, seconds - 0.2, 60.0 / 168)):
        at = round(beat * rate)
        sound[at : at + len(drum)] += drum[:, None] * (1.0 if number % 2 else 0.6)
    return sound


def files(judge: Judge, path: Path, y: NDArray[np.float64], rate: int, kind: str) -> Analysis:
    soundfile.write(path, y, rate, subtype=kind)
    return judge.file(path)


@pytest.mark.parametrize(
    ("rate", "channels", "kind"),
    [
        (44_100, 2, "PCM_16"),
        (22_050, 1, "PCM_16"),
        (48_000, 1, "PCM_24"),
        (8_000, 2, "FLOAT"),
        (44_100, 6, "DOUBLE"),
    ],
)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_samples_of_a_decoded_file_are_judged_as_the_file_is(
    judge: Judge, tmp_path: Path, rate: int, channels: int, kind: str, dtype: str
) -> None:
    path = tmp_path / "song.wav"
    of_file = files(judge, path, beats(60.0, rate, channels), rate, kind)
    y, sr = soundfile.read(path, dtype=dtype)

    of_samples = judge.samples(y.T, sr)

    assert of_samples == of_file
    assert of_samples.candidates == of_file.candidates
    assert any(abs(pace.bpm - 168) < 1 for pace in of_file.paces)


def test_channels_that_cancel_each_other_are_heard_as_in_a_file(
    judge: Judge, tmp_path: Path
) -> None:
    y = beats(30.0, RATE, 1) * np.array([1.0, -1.0])
    of_file = files(judge, tmp_path / "song.wav", y, RATE, "FLOAT")

    assert of_file.paces
    assert judge.samples(y.T.astype(np.float32), RATE) == of_file


@pytest.mark.parametrize("start", [0.0, 3.21, 28.0])
def test_any_part_of_samples_is_that_of_the_file_to_the_last_bit(
    tmp_path: Path, start: float
) -> None:
    path = tmp_path / "song.wav"
    soundfile.write(path, beats(30.0, RATE, 2), RATE, subtype="PCM_16")
    y, sr = soundfile.read(path)

    with open_decoder(path) as decoder:
        expected = decoder.read(start, 20.0)

    samples = Samples(y.T, sr)
    assert (samples.rate, samples.seconds) == (RATE, 30.0)
    assert np.array_equal(samples.read(start, 20.0), expected)


GOOD = np.zeros((2, 15 * RATE), np.float32)


@pytest.mark.parametrize(
    ("y", "sr", "reason"),
    [
        (np.zeros(900, np.int16), RATE, "floating-point numbers with full scale 1, not int16"),
        (np.zeros(900, np.complex64), RATE, "not complex64"),
        (np.zeros((1, 2, 900)), RATE, r"shape \(n,\) or \(channels, n\), not \(1, 2, 900\)"),
        (np.float64(0.5), RATE, r"not \(\)"),
        (np.zeros((900, 2)), RATE, r"\(channels, n\), not \(900, 2\); pass y\.T"),
        (np.zeros(0), RATE, "there are no samples"),
        (np.zeros((2, 0)), RATE, "there are no samples"),
        (np.array([0.0, np.nan, 0.0]), RATE, "not finite"),
        (np.array([0.0, np.inf, 0.0]), RATE, "not finite"),
        (np.array([0.0, -np.inf, 0.0]), RATE, "not finite"),
        (np.array([0.0, -32_768.0]), RATE, "reach 32768, but full scale is 1"),
        *[
            (GOOD, sr, "sample rate must be a whole number from 1000 to 768000 Hz")
            for sr in (0, -1, 44.1, 999, 768_001, 44_100.5, float("nan"), float("inf"), "44100")
        ],
    ],
)
def test_what_cannot_be_sound_raises_a_value_error_that_says_why(
    judge: Judge, y: NDArray[np.float64], sr: float, reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        judge.samples(y, sr)


@pytest.mark.parametrize("sr", [RATE, float(RATE), np.int64(RATE), np.float32(RATE)])
def test_a_rate_may_be_any_whole_number(sr: float) -> None:
    assert Samples(np.full(9, LOUDEST), sr).rate == RATE


def test_samples_that_are_too_short_or_silent_raise_what_files_raise(judge: Judge) -> None:
    with pytest.raises(TooShortError, match=r"samples: 5\.0 s long; at least 12 s are needed"):
        judge.samples(np.full(5 * RATE, 0.1), RATE)
    with pytest.raises(DecodeError, match=r"samples: .*only silence"):
        judge.samples(GOOD, RATE)


def test_samples_stay_as_they_are(judge: Judge) -> None:
    y = beats(15.0, RATE, 2).T
    before = y.copy()
    y.setflags(write=False)

    judge.samples(y, RATE)

    assert np.array_equal(y, before)
