"""Songs with a beat, their records, and copies of them."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from pacetag.db.records import NEVER, SongRecord
from pacetag.model.judgement import Analysis, Pace
from pacetag.tagger.stretching.copies import Copy, Wanted, copies_of
from pacetag.tagger.stretching.formats import Format
from pacetag.tagger.tags.fingerprint import file_fingerprint
from pacetag.tagger.tags.reader import read_tags

RATE = 44_100  # Hz

Clicks = Callable[..., NDArray[np.float32]]
Record = Callable[..., SongRecord]
WantedCopy = Callable[..., Copy]


@pytest.fixture(scope="session")
def clicks() -> Clicks:
    """Loud clicks in stereo [2, n] over a chord, the first at once and the last close to the end.

    The number of seconds is rounded to whole beats.
    """

    def make(bpm: float, seconds: float) -> NDArray[np.float32]:
        beats = round(seconds * bpm / 60)
        clock = np.arange(1_200) / RATE
        click = 0.95 * np.exp(-clock * 150) * np.cos(2 * np.pi * 1_000 * clock)
        count = round((beats - 1) * 60 / bpm * RATE) + len(clock)
        whole = np.arange(count) / RATE
        sound = np.stack([0.02 * np.sin(2 * np.pi * tone * whole) for tone in (220.0, 330.0)])
        for beat in range(beats):
            at = round(beat * 60 / bpm * RATE)
            sound[:, at : at + len(clock)] += click
        return sound.clip(-1, 1).astype(np.float32)

    return make


def write_clicks(path: Path, clicks: Clicks) -> Path:
    """Write half a minute of clicks at 160 as a FLAC; return its path."""
    soundfile.write(path, clicks(160.0, 30.0).T, RATE, format="FLAC", subtype="PCM_16")
    return path


@pytest.fixture
def click_song(tmp_path: Path, clicks: Clicks) -> Path:
    """Half a minute of clicks at 160 as a file."""
    return write_clicks(tmp_path / "Clicks.flac", clicks)


def scanned(path: Path, *paces: float) -> SongRecord:
    """Return the record of a file, as a scan would store it."""
    tags = read_tags(path)
    return SongRecord(
        path=str(path),
        stamp=NEVER,
        fingerprint=file_fingerprint(path),
        title=tags.title,
        artist=tags.artist,
        album=None,
        genre=None,
        bundle="ear-1",
        analysis=Analysis(
            paces=tuple(Pace(bpm=bpm, confidence=0.9) for bpm in paces),
            duration=tags.duration,
            tempo_segments=(),
        ),
    )


def wanted(path: Path, pace: float, cadence: float, folder: Path, form: Format) -> Copy:
    """Return the copy of a song at a cadence in a folder, which is not made yet."""
    one = Wanted(song=scanned(path, pace, pace / 2), pace=pace, cadence=cadence)
    return copies_of([one], folder, form)[one]


@pytest.fixture
def record() -> Record:
    """The record of a file, as a scan would store it."""
    return scanned


@pytest.fixture
def wanted_copy(tmp_path: Path) -> WantedCopy:
    """A copy of a song at a cadence, which is not made yet; its folder is there."""

    def make(path: Path, pace: float, cadence: float, form: Format = Format.FLAC) -> Copy:
        folder = tmp_path / "copies"
        folder.mkdir(exist_ok=True)
        return wanted(path, pace, cadence, folder, form)

    return make


def onsets(channel: NDArray[np.float32], rate: int) -> NDArray[np.float64]:
    """Seconds at which loud clicks begin."""
    loud = np.flatnonzero(np.abs(channel) > 0.35)
    first = np.concatenate([[True], np.diff(loud) > 0.1 * rate])
    return np.asarray(loud[first] / rate, np.float64)
