"""Songs with drums whose every beat and bar is known, their records, and mixes of them."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from pacetag.db.records import NEVER, SongRecord
from pacetag.model.judgement import Analysis, Pace
from pacetag.tagger.mixing.hearing import hear
from pacetag.tagger.mixing.laying import lay
from pacetag.tagger.mixing.mix_plan import MixPlan
from pacetag.tagger.mixing.slots import Slot, SlotSong
from pacetag.tagger.mixing.song import HeardSong
from pacetag.tagger.sessions.plan import Block

RATE = 44_100  # Hz
BARS = 4  # beats

DrumSong = Callable[..., SlotSong]
Counted = Callable[..., HeardSong]
Laid = Callable[..., MixPlan]


def drums(times: NDArray[np.float64], seconds: float, tone: float) -> NDArray[np.float32]:
    """A kick and a snare in turn at times, with a chord and a deeper kick on each fourth."""
    rng, clock = np.random.default_rng(round(tone)), np.arange(9_000) / RATE
    rise = np.minimum(1.0, clock / 0.002)
    kick = 0.5 * rise * np.exp(-clock * 25) * np.cos(2 * np.pi * 60 * clock)
    snare = 0.3 * rise * np.exp(-clock * 60) * rng.normal(0, 0.4, len(clock))
    sound = rng.normal(0, 1e-4, round((seconds + 1) * RATE))
    for number, at in enumerate(np.rint(times * RATE).astype(int)):
        sound[at : at + 9_000] += snare if number % 2 else kick
        if number % BARS == 0:
            held = np.arange(round(1.2 * RATE)) / RATE
            chord = tone * (1 + (number // BARS) % 3 * 0.25)
            found = 0.3 * np.exp(-held * 2) * np.sin(2 * np.pi * chord * held)
            sound[at : at + len(found)] += found[: len(sound) - at]
    return (0.5 * sound[: round(seconds * RATE)]).astype(np.float32)


@pytest.fixture(scope="session")
def drum_song(tmp_path_factory: pytest.TempPathFactory) -> DrumSong:
    """A song file of drums in stereo at a tempo; its first beat begins a bar."""
    folder = tmp_path_factory.mktemp("drums")

    def make(
        bpm: float, seconds: float, *, lead: float = 0.3, tone: float = 110.0, suffix: str = ".flac"
    ) -> SlotSong:
        path = folder / f"{bpm:g} {seconds:g} {lead:g} {tone:g}{suffix}"
        if not path.exists():
            times = np.arange(lead, seconds - 0.3, 60 / bpm)
            sound = drums(times, seconds, tone)
            soundfile.write(path, np.stack([sound, 0.8 * sound]).T, RATE)
        return slot_song(path, bpm, seconds)

    return make


def slot_song(path: Path, pace: float, seconds: float, title: str = "Song") -> SlotSong:
    """A file as a song of a mix, as a scan would have stored it."""
    record = SongRecord(
        path=str(path),
        stamp=NEVER,
        fingerprint="ab",
        title=f"{title} {path.stem}",
        artist="The Drums",
        album=None,
        genre=None,
        bundle="ear-1",
        analysis=Analysis(paces=(Pace(bpm=pace, confidence=0.9),), duration=seconds),
    )
    return SlotSong(song=record, paces=(pace,))


@pytest.fixture
def counted() -> Counted:
    """A song as values, whose beats lie at its pace."""

    def make(bpm: float, beats: int, *, downbeat: int = 0, clear: bool = True) -> HeardSong:
        times = 0.5 + np.arange(beats) * 60 / bpm
        return HeardSong(
            seconds=float(times[-1] + 1),
            times=times,
            heard=times,
            first=0,
            last=beats - 1,
            is_clear=clear,
            downbeat=downbeat,
            powers=np.full(round(10 * (times[-1] + 1)), 0.01),
            sounds=np.eye(beats, 32, dtype=np.float32)[np.arange(beats) % 32],
        )

    return make


@pytest.fixture
def laid(counted: Counted) -> Laid:
    """A mix of songs that are counted, for slots of (blocks, songs as (pace, beats))."""

    def make(
        *slots: tuple[tuple[Block, ...], list[tuple[float, int]]], is_open: bool = False, **how: int
    ) -> MixPlan:
        heard, made = dict[tuple[str, float], HeardSong](), list[Slot]()
        for blocks, songs in slots:
            of_slot = []
            for bpm, beats in songs:
                one = slot_song(Path(f"/music/{len(heard)}.flac"), bpm, beats * 60 / bpm)
                heard[one.song.path, bpm] = counted(bpm, beats, **how)
                of_slot.append(one)
            made.append(Slot(blocks=blocks, songs=tuple(of_slot), is_open=is_open))
        return lay(made, heard)

    return make


def heard_mix(slots: list[Slot]) -> MixPlan:
    """The mix of songs that are heard."""
    heard = {
        (one.song.path, one.paces[0]): hear(Path(one.song.path), one.paces[0], None)
        for slot in slots
        for one in slot.songs
    }
    return lay(slots, heard)


def open_slot(cadence: float, *songs: SlotSong) -> Slot:
    """A playlist at a cadence."""
    return Slot(
        blocks=(Block(seconds=86_400.0, first=cadence, last=cadence),), songs=songs, is_open=True
    )
