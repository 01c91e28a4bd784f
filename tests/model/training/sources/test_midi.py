"""Reading and extending MIDI files; damaged and odd ones are written by hand."""

import pytest
from mido import MidiFile, MidiTrack

from pacetag.model.training.sources.midi import (
    MidiError,
    Note,
    add_track,
    parse_midi,
    set_tempo,
    song_of,
)
from tests.model.training.midi_files import bytes_of, midi_bytes, note, tempo

END = b"\x00\xff\x2f\x00"


def midi_file(*tracks: bytes, division: int = 192) -> bytes:
    head = b"MThd\x00\x00\x00\x06\x00\x01" + len(tracks).to_bytes(2) + division.to_bytes(2)
    return head + b"".join(b"MTrk" + len(track).to_bytes(4) + track for track in tracks)


def test_what_is_played_is_read_and_system_exclusives_are_not() -> None:
    track = (
        b"\x00\xf0\x03\x7e\x7f\xf7"  # system exclusive: skipped
        b"\x00\xc2\x05"  # program change
        b"\x00\x92\x3c\x64"  # note on
        b"\x60\x3c\x00"  # running status, velocity 0: a note off
        b"\x81\x40\x40\x50"  # 192 ticks later, still running
        b"\x00\x82\x40\x00" + END
    )

    song = song_of(parse_midi(midi_file(b"\x00\xff\x51\x03\x07\xa1\x20" + END, track)))

    assert song.ticks_per_quarter == 192
    assert song.tempo == pytest.approx(120)
    assert song.channels == {2}
    assert song.notes == (
        Note(tick=0, channel=2, key=60, velocity=100),
        Note(tick=288, channel=2, key=64, velocity=80),
    )


def test_a_file_without_a_tempo_is_at_120() -> None:
    assert song_of(parse_midi(midi_file(END))).tempo == 120


def test_notes_of_several_tracks_come_out_by_time() -> None:
    song = song_of(parse_midi(midi_bytes([(96, note())], [(48, note(9, 36))])))

    assert [one.tick for one in song.notes] == [48, 96]


@pytest.mark.parametrize(
    "data",
    [
        b"RIFF....WAVE",
        b"",
        midi_file(END, division=0xE728),
        midi_file(b"\x00\x3c\x40"),
        midi_file(b"\x00\x90\x3c"),
        midi_file(b"\x81"),
    ],
    ids=["not MIDI", "empty", "SMPTE", "no status", "cut-off event", "cut-off time"],
)
def test_damaged_data_is_refused_by_name(data: bytes) -> None:
    with pytest.raises(MidiError):
        parse_midi(data)


def test_a_key_signature_that_means_nothing_costs_no_song() -> None:
    song = song_of(parse_midi(midi_file(b"\x00\xff\x59\x02\xff\xff\x00\x90\x3c\x40" + END)))

    assert [one.key for one in song.notes] == [60]


def test_an_added_track_is_read_back_and_leaves_the_others_alone() -> None:
    base = parse_midi(midi_bytes([(0, tempo(120))], [(96, note(9, 36, 64))]))
    lead = [
        Note(tick=0, channel=3, key=60, velocity=90, length=96),
        Note(tick=96, channel=3, key=60, velocity=91, length=400),
    ]

    longer = parse_midi(bytes_of(add_track(base, channel=3, program=40, notes=lead)))

    assert [(n.tick, n.channel, n.velocity) for n in song_of(longer).notes] == [
        (0, 3, 90),
        (96, 3, 91),
        (96, 9, 64),
    ]
    assert longer.tracks[:2] == base.tracks
    # The first note ends before the second of the same key begins.
    events = [event for event in longer.tracks[2] if event.type.startswith("note")]
    assert [event.type for event in events] == ["note_on", "note_off", "note_on", "note_off"]


def test_a_file_of_a_single_track_takes_no_second_one() -> None:
    with pytest.raises(MidiError, match="format 1"):
        add_track(MidiFile(type=0, tracks=[MidiTrack()]), channel=0, program=0, notes=[])


@pytest.mark.parametrize("bpm", [55.25, 171.37, 433.333])
def test_a_new_tempo_holds_to_the_microsecond(bpm: float) -> None:
    changed = song_of(set_tempo(parse_midi(midi_bytes([(0, tempo(120))], [])), bpm))

    assert 60e6 / changed.tempo == pytest.approx(60e6 / bpm, abs=0.5)


def test_a_file_that_sets_no_tempo_cannot_be_given_another() -> None:
    with pytest.raises(MidiError, match="no tempo"):
        set_tempo(parse_midi(midi_file(END)), 100)
