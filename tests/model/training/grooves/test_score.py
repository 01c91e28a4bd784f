"""A MIDI file read as notes with lengths, and written again."""

from dataclasses import replace

from mido import Message, MetaMessage

from pacetag.model.training.grooves.score import Score, Track, read_score, write_score
from pacetag.model.training.sources.midi import Note, add_track, parse_midi, song_of, timed
from tests.model.training.midi_files import bytes_of, tempo

TEMPO = tempo(120)
TEXT = MetaMessage("lyrics", text="a" * 200)
Others = tuple[tuple[int, Message], ...]


def note(tick: int, length: int, key: int = 60, channel: int = 0, velocity: int = 90) -> Note:
    return Note(tick=tick, length=length, key=key, channel=channel, velocity=velocity)


def score(*notes: Note, others: Others = ((0, TEMPO),)) -> Score:
    return Score(ticks_per_quarter=192, tracks=(Track(notes=notes, others=others),))


def test_everything_is_read_back_as_it_was_written() -> None:
    others = (
        (0, TEMPO),
        (0, TEXT),
        (0, Message("program_change", program=5)),
        (3, Message("sysex", data=[1, 2])),
        (7, Message("pitchwheel")),
    )
    whole = score(note(0, 96), note(96, 10), note(96, 300, key=64), others=others)
    added = replace(whole, tracks=(*whole.tracks, Track(notes=(note(5, 9, 36, 9),), others=())))

    assert read_score(parse_midi(bytes_of(write_score(added)))) == added


def test_it_reads_what_other_writers_wrote() -> None:
    lead = [note(0, 96, channel=3), note(96, 400, channel=3, key=62)]
    midi = add_track(write_score(score(note(0, 50))), channel=3, program=40, notes=lead)

    assert read_score(midi).tracks[1].notes == tuple(lead)
    assert song_of(write_score(read_score(midi))) == song_of(midi)


def test_a_note_moved_into_the_one_before_ends_it_first() -> None:
    """A late end would silence the note that has begun on the same key."""
    moved = score(note(0, 100), note(96, 100)).moved(
        lambda one: replace(one, tick=one.tick - 16 if one.tick else 0)
    )
    events = [
        (tick, event.type)
        for tick, event in timed(write_score(moved).tracks[0])
        if not event.is_meta
    ]

    assert events == [(0, "note_on"), (80, "note_off"), (80, "note_on"), (180, "note_off")]


def test_notes_can_be_left_out() -> None:
    kept = score(note(0, 5), note(0, 5, channel=9)).moved(
        lambda one: None if one.channel == 9 else one
    )

    assert [one.channel for one in song_of(write_score(kept)).notes] == [0]


def test_finer_ticks_are_the_same_music() -> None:
    fine = score(note(96, 48)).refined(5)

    assert fine.ticks_per_quarter == 960
    assert fine.tracks[0].notes == (note(480, 240),)


def test_new_tempos_replace_the_old_ones_and_nothing_else() -> None:
    timed = score(others=((0, TEMPO), (9, TEXT), (96, TEMPO))).timed([(0, 600_000), (192, 1)])

    assert timed.tracks[0].others == (
        (0, tempo(100)),
        (9, TEXT),
        (192, MetaMessage("set_tempo", tempo=1)),
    )
