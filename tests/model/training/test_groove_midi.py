"""Reading and extending MIDI files, on bytes written by hand."""

import pytest

from pacetag.model.training.sources.midi import MidiError, Note, add_track, read_midi, set_tempo

TEMPO_120 = b"\x00\xff\x51\x03\x07\xa1\x20"
END = b"\x00\xff\x2f\x00"


def midi_file(*tracks: bytes, form: int = 1, division: int = 192) -> bytes:
    head = b"MThd\x00\x00\x00\x06" + form.to_bytes(2) + len(tracks).to_bytes(2)
    return (
        head
        + division.to_bytes(2)
        + b"".join(b"MTrk" + len(track).to_bytes(4) + track for track in tracks)
    )


def test_running_status_silent_note_ons_and_system_exclusives_are_understood() -> None:
    track = (
        b"\x00\xf0\x03\x7e\x7f\xf7"  # system exclusive: skipped
        b"\x00\xc2\x05"  # program change
        b"\x00\x92\x3c\x64"  # note on
        b"\x60\x3c\x00"  # running status, velocity 0: a note off
        b"\x81\x40\x40\x50"  # 192 ticks later, still running
        b"\x00\x82\x40\x00" + END
    )

    song = read_midi(midi_file(TEMPO_120 + END, track))

    assert song.ticks_per_quarter == 192
    assert song.tempo == pytest.approx(120)
    assert song.channels == {2}
    assert song.notes == (
        Note(tick=0, channel=2, key=60, velocity=100),
        Note(tick=288, channel=2, key=64, velocity=80),
    )


def test_a_file_without_a_tempo_is_at_120() -> None:
    assert read_midi(midi_file(END)).tempo == 120


def test_notes_of_several_tracks_come_out_by_time() -> None:
    late, early = b"\x60\x90\x3c\x40" + END, b"\x30\x99\x24\x40" + END

    assert [note.tick for note in read_midi(midi_file(late, early)).notes] == [48, 96]


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
        read_midi(data)


def test_an_added_track_is_read_back_and_leaves_the_others_alone() -> None:
    base = midi_file(TEMPO_120 + END, b"\x60\x99\x24\x40" + END)
    lead = [
        Note(tick=0, channel=3, key=60, velocity=90, length=96),
        Note(tick=96, channel=3, key=60, velocity=91, length=400),
    ]

    longer = add_track(base, channel=3, program=40, notes=lead)
    song = read_midi(longer)

    assert [(n.tick, n.channel, n.velocity) for n in song.notes] == [
        (0, 3, 90),
        (96, 3, 91),
        (96, 9, 64),
    ]
    assert longer[14 : len(base)] == base[14:]
    assert int.from_bytes(longer[10:12]) == 3
    # The first note ends before the second of the same key begins.
    assert longer.index(b"\x83\x3c\x00") < longer.index(b"\x93\x3c\x5b")


def test_a_file_of_a_single_track_takes_no_second_one() -> None:
    with pytest.raises(MidiError, match="format 1"):
        add_track(midi_file(END, form=0), channel=0, program=0, notes=[])


@pytest.mark.parametrize("tempo", [55.25, 171.37, 433.333])
def test_a_new_tempo_holds_to_the_microsecond(tempo: float) -> None:
    changed = read_midi(set_tempo(midi_file(TEMPO_120 + END, END), tempo))

    assert 60e6 / changed.tempo == pytest.approx(60e6 / tempo, abs=0.5)


def test_a_file_that_sets_no_tempo_cannot_be_given_another() -> None:
    with pytest.raises(MidiError, match="no tempo"):
        set_tempo(midi_file(END), 100)
