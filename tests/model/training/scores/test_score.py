"""Reading scores: tempo map, time signatures, how loud notes are, and WAD archives."""

import numpy as np
import pytest
from mido import Message

from pacetag.model.training.scores.score import MetreChange, TempoChange, read_score, wad_midi
from pacetag.model.training.sources.midi import MidiError
from tests.model.training.midi_files import Events, metre, midi_bytes, note, tempo


def control(number: int, value: int) -> Message:
    return Message("control_change", control=number, value=value)


def program(number: int, channel: int = 0) -> Message:
    return Message("program_change", channel=channel, program=number)


def test_seconds_follow_every_change_of_tempo() -> None:
    score = read_score(
        midi_bytes([(0, tempo(120)), (192, tempo(60))], [(0, note()), (384, note())])
    )

    assert score.tempos == (
        TempoChange(quarter=0.0, bpm=120.0),
        TempoChange(quarter=2.0, bpm=60.0),
    )
    assert score.seconds(np.array([0.0, 1.0, 2.0, 4.0])).tolist() == [0.0, 0.5, 1.0, 3.0]


def test_of_two_tempos_at_once_the_later_counts() -> None:
    score = read_score(midi_bytes([(0, tempo(120)), (0, tempo(200))], [(0, note())]))

    assert [change.bpm for change in score.tempos] == [200]


def test_a_tempo_that_is_said_twice_is_no_change() -> None:
    score = read_score(midi_bytes([(0, tempo(100)), (96, tempo(100))], [(0, note())]))

    assert len(score.tempos) == 1


@pytest.mark.parametrize("first", [[], [(192, tempo(60))]])
def test_before_any_tempo_it_is_120(first: Events) -> None:
    score = read_score(midi_bytes(first, [(0, note()), (96, note())]))

    assert score.tempos[0] == TempoChange(quarter=0.0, bpm=120.0)
    assert score.seconds(score.onsets).tolist() == [0.0, 0.5]


def test_time_signatures_are_read_with_their_places() -> None:
    score = read_score(midi_bytes([(0, metre(7, 8)), (336, metre(4, 4))], [(0, note())]))

    assert score.metres == (
        MetreChange(quarter=0.0, beats=7, unit=8),
        MetreChange(quarter=3.5, beats=4, unit=4),
    )
    assert read_score(midi_bytes([], [(0, note())])).metres == ()


def test_loudness_goes_with_volume_and_expression() -> None:
    track = [
        (0, note(velocity=80)),
        (96, control(7, 50)),
        (96, note(velocity=80)),
        (192, control(11, 64)),
        (192, note(velocity=80)),
        (288, control(121, 0)),
        (288, note(velocity=80)),
    ]

    assert read_score(midi_bytes(track)).loudness == pytest.approx([80, 40, 40 * 64 / 127, 40])


def test_a_choir_swells_and_so_carries_less_of_a_pulse_than_a_piano() -> None:
    track = [(0, program(52)), (0, note(0)), (1, program(52, 9)), (1, note(9)), (2, note(1))]

    assert read_score(midi_bytes(track)).loudness == pytest.approx([50, 100, 100])


def test_every_drum_is_a_voice_and_every_channel_is_one() -> None:
    track = [(0, note(9, 36)), (1, note(9, 38)), (2, note(0, 60)), (3, note(0, 64))]

    first, second, third, fourth = read_score(midi_bytes(track)).voices

    assert third == fourth
    assert len({first, second, third}) == 3


def test_a_part_is_counted_from_its_start() -> None:
    score = read_score(
        midi_bytes(
            [(0, metre(3, 4)), (0, tempo(100)), (480, tempo(90)), (960, tempo(80))],
            [(tick, note()) for tick in (0, 288, 384, 480, 672)],
        )
    )

    part = score.part(3, 7)

    assert part.onsets.tolist() == [0, 1, 2]
    assert [(change.quarter, round(change.bpm)) for change in part.tempos] == [(0, 100), (2, 90)]
    assert [(change.quarter, change.beats) for change in part.metres] == [(0, 3)]


def test_a_file_without_a_note_is_refused() -> None:
    with pytest.raises(MidiError, match="plays nothing"):
        read_score(midi_bytes([(0, tempo(100)), (0, note(velocity=0))]))


def wad(**lumps: bytes) -> bytes:
    body, entries = b"", b""
    for name, data in lumps.items():
        place = (12 + len(body)).to_bytes(4, "little") + len(data).to_bytes(4, "little")
        entries += place + name.encode().ljust(8, b"\0")
        body += data
    head = b"IWAD" + len(lumps).to_bytes(4, "little") + (12 + len(body)).to_bytes(4, "little")
    return head + body + entries


def test_the_midi_lumps_of_a_wad_are_found() -> None:
    music = midi_bytes([(0, note())])

    assert wad_midi(wad(PLAYPAL=b"colours", D_RUNNIN=music, D_NONE=b"MUS\x1a")) == {
        "D_RUNNIN": music
    }


def test_what_is_no_wad_is_refused() -> None:
    with pytest.raises(MidiError, match="not a WAD"):
        wad_midi(b"PK\x03\x04 this is a zip archive")
