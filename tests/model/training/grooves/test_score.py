"""A MIDI file read as notes with lengths, and written again."""

from dataclasses import replace

from pacetag.model.training.grooves.score import Score, Track, read_score, write_score
from pacetag.model.training.sources.midi import Note, add_track, read_events, read_midi, read_tracks

TEMPO = b"\xff\x51\x03\x07\xa1\x20"
EXCLUSIVE = b"\xf0\x03\x01\x02\xf7"
TEXT = b"\xff\x03\x81\x48" + b"a" * 200


def note(tick: int, length: int, key: int = 60, channel: int = 0, velocity: int = 90) -> Note:
    return Note(tick=tick, length=length, key=key, channel=channel, velocity=velocity)


def score(*notes: Note, others: tuple[tuple[int, bytes], ...] = ((0, TEMPO),)) -> Score:
    return Score(ticks_per_quarter=192, tracks=(Track(notes=notes, others=others),))


def test_everything_is_read_back_as_it_was_written() -> None:
    others = ((0, TEMPO), (0, TEXT), (0, b"\xc0\x05"), (3, EXCLUSIVE), (7, b"\xe0\x00\x40"))
    whole = score(note(0, 96), note(96, 10), note(96, 300, key=64), others=others)
    added = replace(whole, tracks=(*whole.tracks, Track(notes=(note(5, 9, 36, 9),), others=())))

    assert read_score(write_score(added)) == added


def test_it_reads_what_other_writers_wrote() -> None:
    lead = [note(0, 96, channel=3), note(96, 400, channel=3, key=62)]
    data = add_track(write_score(score(note(0, 50))), channel=3, program=40, notes=lead)

    assert read_score(data).tracks[1].notes == tuple(lead)
    assert read_midi(write_score(read_score(data))) == read_midi(data)


def test_a_note_moved_into_the_one_before_ends_it_first() -> None:
    """A late end would silence the note that has begun on the same key."""
    moved = score(note(0, 100), note(96, 100)).moved(
        lambda one: replace(one, tick=one.tick - 16 if one.tick else 0)
    )
    events = [
        (tick, status)
        for tick, status, _ in read_events(next(read_tracks(write_score(moved))))
        if status != 0xFF
    ]

    assert events == [(0, 0x90), (80, 0x80), (80, 0x90), (180, 0x80)]


def test_notes_can_be_left_out() -> None:
    kept = score(note(0, 5), note(0, 5, channel=9)).moved(
        lambda one: None if one.channel == 9 else one
    )

    assert [one.channel for one in read_midi(write_score(kept)).notes] == [0]


def test_finer_ticks_are_the_same_music() -> None:
    fine = score(note(96, 48)).refined(5)

    assert fine.ticks_per_quarter == 960
    assert fine.tracks[0].notes == (note(480, 240),)


def test_new_tempos_replace_the_old_ones_and_nothing_else() -> None:
    timed = score(others=((0, TEMPO), (9, TEXT), (96, TEMPO))).timed([(0, 600_000), (192, 1)])

    assert timed.tracks[0].others == (
        (0, b"\xff\x51\x03\x09\x27\xc0"),
        (9, TEXT),
        (192, b"\xff\x51\x03\x00\x00\x01"),
    )
