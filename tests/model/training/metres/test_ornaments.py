"""Strums spread chords, graces come before their notes, gaps spare downbeats."""

import random

import pytest

from pacetag.model.training.grooves.score import Track
from pacetag.model.training.metres.ornaments import graced, strummed, with_gaps
from pacetag.model.training.sources.midi import Note


def note(tick: int, key: int = 60) -> Note:
    return Note(tick=tick, channel=0, key=key, velocity=80, length=100)


CHORDS = Track(notes=tuple(note(tick, key) for tick in (0, 480) for key in (60, 64, 67)), others=())
TUNE = Track(notes=tuple(note(tick) for tick in range(0, 4800, 480)), others=())


def test_a_strum_spreads_a_chord_over_its_time_at_most() -> None:
    ticks = [n.tick for n in strummed(CHORDS, random.Random(1), 30.0).notes]

    assert min(ticks[:3]) == 0
    assert 10 <= max(ticks[:3]) <= 30
    assert len(set(ticks)) == 6


def test_no_strum_leaves_chords_as_they_are() -> None:
    assert strummed(CHORDS, random.Random(1), 0.0).notes == CHORDS.notes


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_grace_notes_are_short_soft_and_before_their_notes(share: float) -> None:
    found = graced(TUNE, random.Random(1), share, 60).notes
    added = [n for n in found if n not in TUNE.notes]

    assert len(added) == share * (len(TUNE.notes) - 1)
    for grace in added:
        assert grace.tick % 480 == 420
        assert grace.velocity < 80
        assert grace.length < 60
        assert grace.key != 60


def test_a_note_without_room_gets_no_grace() -> None:
    tight = Track(notes=(note(0), note(100)), others=())

    assert graced(tight, random.Random(1), 1.0, 60).notes == tight.notes


def test_gaps_leave_out_whole_chords_and_no_downbeat() -> None:
    left = with_gaps(CHORDS.notes, random.Random(1), 1.0, 960)

    assert left == list(CHORDS.notes[:3])
