"""The sung line is long, bound and trembling, and free of the accompaniment's channels."""

import random

import numpy as np
import pytest
from mido import MidiFile

from pacetag.model.training.grooves.score import Track, read_score
from pacetag.model.training.grooves.voice import add_voice
from pacetag.model.training.sources.midi import MidiSong, song_of

TICKS = 192
EMPTY = MidiFile(ticks_per_beat=TICKS, tracks=[])


def song(tempo: float, channels: frozenset[int] = frozenset({0, 9})) -> MidiSong:
    return MidiSong(ticks_per_quarter=TICKS, tempo=tempo, notes=(), channels=channels)


def voice(seed: int = 0, tempo: float = 120.0, key: int = 2, *, minor: bool = False) -> Track:
    data = add_voice(
        EMPTY,
        song(tempo),
        random.Random(seed),
        beats=128,
        quarters_per_beat=1.0,
        key=key,
        minor=minor,
    )
    assert data is not None
    return read_score(data).tracks[0]


@pytest.mark.parametrize("tempo", [60.0, 120.0, 250.0])
def test_notes_are_long_bound_and_one_at_a_time(tempo: float) -> None:
    notes = voice(1, tempo).notes
    seconds = np.array([note.length for note in notes]) / TICKS * 60 / tempo
    ends = np.array([note.tick + note.length for note in notes])
    starts = np.array([note.tick for note in notes])

    assert len(notes) >= 15
    assert np.median(seconds) >= 0.45
    assert (ends[:-1] <= starts[1:]).all()
    assert (ends[:-1] == starts[1:]).mean() > 0.5
    assert ends[-1] <= 128 * TICKS


def test_it_keeps_to_the_beat_and_its_half() -> None:
    places = {note.tick % TICKS for seed in range(6) for note in voice(seed).notes}

    assert places == {0, TICKS // 2}


@pytest.mark.parametrize(("minor", "degrees"), [(False, {0, 2, 4, 7, 9}), (True, {0, 3, 5, 7, 10})])
def test_it_sings_in_the_songs_key(minor: bool, degrees: set[int]) -> None:
    notes = [note for seed in range(6) for note in voice(seed, key=5, minor=minor).notes]

    assert {(note.key - 5) % 12 for note in notes} == degrees
    assert all(50 <= note.key <= 100 for note in notes)


def test_long_notes_tremble_a_few_times_a_second() -> None:
    track = voice(3)
    longest = max(track.notes, key=lambda note: note.length)
    bends = [
        (tick, event.pitch)
        for tick, event in track.others
        if event.type == "pitchwheel" and longest.tick <= tick < longest.tick + longest.length
    ]
    sway = np.array([bend for _, bend in bends[12:]])  # after the scoop
    turns = np.count_nonzero(np.diff(np.sign(sway))) / 2
    seconds = (bends[-1][0] - bends[12][0]) / TICKS * 60 / 120

    assert 4.0 <= turns / seconds <= 7.0
    assert 300 < np.abs(sway).max() < 8192 / 4  # cents * 41: audible, less than a quarter tone
    assert bends[0][1] <= 0  # reached from below


def test_without_a_free_channel_nobody_sings() -> None:
    full = song(120.0, frozenset(range(16)))
    settings = {"beats": 16, "quarters_per_beat": 1.0, "key": 0}

    assert add_voice(EMPTY, full, random.Random(0), minor=False, **settings) is None  # type: ignore[arg-type]


def test_its_channel_is_free_and_its_sound_a_voice() -> None:
    data = add_voice(
        EMPTY, song(120.0, frozenset({0, 1, 9})), random.Random(0),
        beats=32, quarters_per_beat=1.0, key=0, minor=True,
    )  # fmt: skip
    assert data is not None
    program = next(event for _, event in read_score(data).tracks[0].others)

    assert {note.channel for note in song_of(data).notes} == {2}
    assert (program.type, program.channel) == ("program_change", 2)
    assert program.program in {52, 53, 54, 85}
