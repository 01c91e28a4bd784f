"""Of channels that cancel each other only one is heard; all others are averaged."""

import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr
from numpy.typing import NDArray

from pacetag.model.audio.decoders import open_decoder
from pacetag.model.audio.excerpts import read_excerpts, read_window
from pacetag.model.audio.ffmpeg import FfmpegDecoder
from pacetag.model.audio.source import Source
from pacetag.model.judge import Judge
from pacetag.model.spec import FeatureSpec

SPEC = FeatureSpec()
RATE = 44_100
SONG = Path(__file__).parents[3] / "sample_audio" / "01-kerbside-rock.mp3"
INVERTED = "pan=stereo|c0=c0|c1=-1*c0"
SURROUND = "pan=5.1|c0=c0|c1=-1*c0|c2=0*c0|c3=0*c0|c4=0*c0|c5=0*c0"
BEHIND = "pan=5.1|c0=0*c0|c1=0*c0|c2=0*c0|c3=0*c0|c4=c0|c5=-1*c0"


def noise(seconds: float, channels: int, rate: int = RATE) -> NDArray[np.float64]:
    """Channels [n, k] that have nothing in common."""
    return np.random.default_rng(0).normal(0, 0.1, (round(seconds * rate), channels))


def with_ffmpeg(source: Path, target: Path, *options: str) -> Path:
    subprocess.run(["ffmpeg", "-v", "error", "-i", source, *options, target], check=True)
    return target


def loudness(samples: NDArray[np.float32]) -> float:
    return float(np.sqrt(np.mean(samples**2)))


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge()


@pytest.fixture(scope="module")
def paces(judge: Judge) -> list[float]:
    """Of the sample song, whose channels are alike."""
    return paces_of(judge, SONG)


def paces_of(judge: Judge, song: Path) -> list[float]:
    return [tempo.bpm for tempo in judge.file(song).candidates if tempo.confidence >= 0.5]


@pytest.mark.outside("ffmpeg")
@pytest.mark.parametrize(
    ("name", "pan"),
    [
        ("inverted.flac", INVERTED),
        ("inverted.mp3", INVERTED),
        ("inverted.ogg", INVERTED),
        ("inverted.m4a", INVERTED),
        ("inverted.opus", INVERTED),
        ("inverted.wv", INVERTED),
        ("weaker.flac", "pan=stereo|c0=c0|c1=-0.9*c0"),
        ("stronger.flac", "pan=stereo|c0=-0.8*c0|c1=c0"),
        ("half.flac", "pan=stereo|c0=c0|c1=-0.5*c0"),
        ("left.flac", "pan=stereo|c0=c0|c1=0*c0"),
        ("right.mp3", "pan=stereo|c0=0*c0|c1=c0"),
        ("middle-and-side.flac", "pan=stereo|c0=0.5*c0+0.5*c1|c1=0.5*c0-0.5*c1"),
        ("quadraphonic.flac", "pan=quad|c0=c0|c1=-1*c0|c2=c0|c3=-1*c0"),
        ("surround.flac", SURROUND),
        ("surround.mka", SURROUND),
        ("behind.flac", BEHIND),
    ],
)
def test_a_song_has_the_paces_of_one_of_its_channels(
    name: str, pan: str, tmp_path: Path, judge: Judge, paces: list[float]
) -> None:
    options = ["-c:a", "ac3"] if name.endswith(".mka") else []
    song = with_ffmpeg(SONG, tmp_path / name, "-af", pan, *options)

    assert paces_of(judge, song) == pytest.approx(paces, rel=0.005)


@pytest.mark.outside("ffmpeg")
@pytest.mark.parametrize(("start", "stop"), [(0, 20), (10, 25), (25, 47), (30, 36)])
def test_a_channel_may_be_inverted_for_a_part_of_the_song(
    start: int, stop: int, tmp_path: Path, judge: Judge, paces: list[float]
) -> None:
    plain = with_ffmpeg(SONG, tmp_path / "plain.wav", "-ac", "1", "-ar", str(RATE))
    samples, _ = soundfile.read(plain)
    both = np.stack([samples, samples], axis=1)
    both[start * RATE : stop * RATE, 1] *= -1
    song = tmp_path / "part.flac"
    soundfile.write(song, both, RATE)

    window = read_window(song, 0, 47, SPEC)
    seconds = window[: 47 * SPEC.sample_rate].reshape(47, -1)

    assert min(map(loudness, seconds[1:-1])) > 0.01  # no part of it is lost
    assert paces_of(judge, song) == pytest.approx(paces, rel=0.005)


@pytest.mark.parametrize("channels", [1, 2, 6])
@pytest.mark.parametrize("alike", [1.0, 0.5, 0.0, -0.5, -0.8])
def test_channels_that_do_not_cancel_are_heard_as_their_plain_mean(
    channels: int, alike: float, tmp_path: Path
) -> None:
    """Bit by bit. `alike` is what a channel shares with its neighbour."""
    samples = noise(13, channels)
    for each in range(1, channels):
        rest = np.sqrt(1 - alike**2) * samples[:, each]
        samples[:, each] = alike * samples[:, each - 1] + rest
    song = tmp_path / "song.wav"
    soundfile.write(song, samples, RATE, subtype="FLOAT")
    stored, _ = soundfile.read(song, dtype="float32", always_2d=True)
    blocks = np.split(stored, range(1 << 18, len(stored), 1 << 18))
    shares = np.full(channels, 1 / channels, np.float32)

    mean = np.concatenate([block @ shares for block in blocks])

    assert np.array_equal(read_window(song, 0, 13, SPEC), soxr.resample(mean, RATE, 22_050))


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "FLOAT"])
@pytest.mark.parametrize("sign", [1, -1])
def test_both_decoders_give_the_same(subtype: str, sign: int, tmp_path: Path) -> None:
    samples = noise(13, 1)
    song = tmp_path / "song.wav"
    soundfile.write(song, np.hstack([samples, sign * samples]), RATE, subtype=subtype)
    source = Source(song)
    other = FfmpegDecoder(source)

    with open_decoder(song) as decoder:
        assert np.allclose(decoder.read(1, 10), other.read(1, 10), atol=1e-6)
        assert loudness(other.read(1, 10)) == pytest.approx(0.1, rel=0.02)
    other.close()
    source.close()


def test_silence_in_one_channel_and_hum_in_both_stay_silence(tmp_path: Path) -> None:
    hum = 5e-5 * np.sin(np.arange(13 * RATE) / 100)
    song = tmp_path / "hum.wav"
    soundfile.write(song, np.stack([hum, -hum], axis=1), RATE, subtype="FLOAT")

    with pytest.raises(Exception, match="only silence"):
        read_excerpts(song, SPEC)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e30])
@pytest.mark.parametrize("channel", [0, 1])
def test_samples_without_bounds_are_no_crash(value: float, channel: int, tmp_path: Path) -> None:
    samples = noise(13, 2)
    samples[5, channel] = value
    song = tmp_path / "song.wav"
    soundfile.write(song, samples, RATE, subtype="FLOAT")
    source = Source(song)
    other = FfmpegDecoder(source)

    with open_decoder(song) as decoder:
        assert len(decoder.read(0, 13)) == len(other.read(0, 13)) == 13 * RATE
    other.close()
    source.close()
