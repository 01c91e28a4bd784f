"""Excerpts start at the right time in every container, in songs of any length."""

import functools
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from pacetag.model.audio.excerpts import read_excerpts, read_window
from pacetag.model.spec import FeatureSpec
from pacetag.tagger.tags.containers.registry import AUDIO_SUFFIXES
from tests.model.audio.test_excerpts import clock, time_on_clock

SPEC = FeatureSpec()
RATE = 44_100
FFMPEG = {  # suffix, after a name where there are several: arguments of FFmpeg
    "aac": "-c:a aac",
    "loas.aac": "-c:a aac -f latm",
    "aif": "-f aiff",
    "aifc": "-c:a pcm_f32be -f aiff",
    "aiff": "",
    "caf": "-c:a pcm_s16le",
    "alac.caf": "-c:a alac",
    "flac": "",
    "m4a": "",
    "alac.m4a": "-c:a alac",
    "pieces.m4a": "-movflags frag_keyframe+empty_moov -frag_duration 1000000",
    "mka": "-c:a ac3",
    "aac.mka": "-c:a aac",
    "flac.mka": "-c:a flac",
    "opus.mka": "-c:a libopus",
    "vorbis.mka": "-c:a libvorbis",
    "dts.mka": "-c:a dca -strict -2",
    "bare-ac3.mka": "-c:a ac3 -f ac3",
    "bare-eac3.mka": "-c:a eac3 -f eac3",
    "mp2": "",
    "mp3": "",
    "headless.mp3": "-b:a 128k -write_xing 0",
    "variable.mp3": "-q:a 4",
    "oga": "-c:a flac",
    "ogg": "-c:a libvorbis",
    "opus": "-c:a libopus",
    "spx": "-c:a libspeex",
    "tta": "",
    "wav": "",
    "wave": "-f wav",
    "ima.wav": "-c:a adpcm_ima_wav",
    "ms.wav": "-c:a adpcm_ms",
    "gsm.wav": "-c:a libgsm_ms -ar 8000 -ac 1",
    "mp3.wav": "-c:a libmp3lame",
    "w64.wav": "-f w64",
    "wma": "-c:a wmav2",
    "first.wma": "-c:a wmav1",
    "wv": "",
}
OTHERS = {  # the same for Debian's own encoders, which take the names of both files
    "mpc": "mpcenc --silent --overwrite {plain} {song}",
    "low.mpc": "mpcenc --silent --overwrite --quality 2 {plain} {song}",
    "speexenc.spx": "speexenc --quiet --vbr {plain} {song}",
    "hybrid.wv": "wavpack -q -y -b256 {plain} -o {song}",
    "flac.oga": "flac --silent --ogg -o {song} {plain}",
    "oggenc.ogg": "oggenc -Q -o {song} {plain}",
    "opusenc.opus": "opusenc --quiet {plain} {song}",
}
KINDS = [*FFMPEG, *OTHERS]


def marked(kinds: Iterable[str]) -> list[Any]:
    """The kinds as parameters, each with the program that makes it."""
    program = dict.fromkeys(FFMPEG, "ffmpeg") | {k: OTHERS[k].split()[0] for k in OTHERS}
    return [pytest.param(kind, marks=pytest.mark.outside(program[kind])) for kind in kinds]


# No free encoder makes Monkey's Audio, DSD or Musepack SV7.
NOT_MADE = {"ape", "dsf", "mp+"}


@pytest.fixture(scope="module")
def plain_songs(tmp_path_factory: pytest.TempPathFactory) -> Callable[[float], Path]:
    """Make a sound of so many seconds whose pitch tells the time, to encode songs from."""
    folder = tmp_path_factory.mktemp("plain")

    @functools.cache
    def make(seconds: float) -> Path:
        path, sound = folder / f"{seconds}.wav", clock(seconds, RATE)
        soundfile.write(path, np.stack([sound, sound], axis=1), RATE)
        return path

    return make


def make(kind: str, plain: Path, folder: Path) -> Path:
    """Encode the same sound as a song of this kind."""
    song = folder / f"song.{kind}"
    if kind in FFMPEG:
        command = ["ffmpeg", "-v", "error", "-i", str(plain), *FFMPEG[kind].split(), str(song)]
    else:
        command = [part.format(plain=plain, song=song) for part in OTHERS[kind].split()]
    subprocess.run(command, check=True, capture_output=True)
    return song


def test_every_suffix_is_tried() -> None:
    assert {kind.rpartition(".")[2] for kind in KINDS} | NOT_MADE == AUDIO_SUFFIXES


@pytest.mark.parametrize("seconds", [14.0, 19.3])
@pytest.mark.parametrize("kind", marked(KINDS))
def test_a_short_song_is_heard_where_it_is(
    kind: str, seconds: float, plain_songs: Callable[[float], Path], tmp_path: Path
) -> None:
    song = make(kind, plain_songs(seconds), tmp_path)

    excerpts = read_excerpts(song, SPEC)

    (whole,) = excerpts.samples
    assert excerpts.duration == pytest.approx(seconds, abs=0.15)
    assert len(whole) / SPEC.sample_rate == pytest.approx(seconds, abs=0.15)
    assert time_on_clock(whole) == pytest.approx(0, abs=0.12)  # the encoder's delay, of 46 ms twice
    for start in (1.7, 3.1, seconds / 2 - 2, seconds - 4):
        window = read_window(song, start, 3.0, SPEC)
        assert len(window) == 3 * SPEC.sample_rate
        assert time_on_clock(window) == pytest.approx(start, abs=0.12)
    assert len(read_window(song, seconds - 3, 10, SPEC)) / SPEC.sample_rate == pytest.approx(
        3, abs=0.15
    )


@pytest.mark.parametrize(
    "kind", marked(["oga", "flac.oga", "spx", "speexenc.spx", "mpc", "aac", "wma"])
)
def test_a_long_song_is_heard_where_it_is(
    kind: str, plain_songs: Callable[[float], Path], tmp_path: Path
) -> None:
    excerpts = read_excerpts(make(kind, plain_songs(170), tmp_path), SPEC)

    heard = [time_on_clock(part) for part in excerpts.samples]
    assert excerpts.duration == pytest.approx(170, abs=0.15)
    assert excerpts.starts == pytest.approx((23.777, 65.0, 106.223), abs=0.1)
    assert heard == pytest.approx(list(excerpts.starts), abs=0.12)
