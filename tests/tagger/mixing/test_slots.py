"""A mix is made from the blocks of a run and the songs that fill them, or from a playlist."""

from dataclasses import replace
from pathlib import Path

import pytest

from pacetag.model.judgement import Pace
from pacetag.tagger.mixing.slots import Slot, expected_seconds, slots_of
from pacetag.tagger.playlist.entries import Playlist, PlaylistEntry
from pacetag.tagger.sessions.plan import Block, Plan
from pacetag.tagger.sessions.session import FilledBlock, Session, SessionSong
from tests.tagger.mixing.conftest import slot_song

EASY, HARD = (Block(seconds=60.0, first=each, last=each) for each in (82.0, 165.0))


def played(
    pace: float, *, goes_on: bool = False, begins: float = 0.0, name: str = "a"
) -> SessionSong:
    record = slot_song(Path(f"/music/{name}.flac"), pace, 120.0).song
    return SessionSong(
        song=record,
        pace=Pace(bpm=pace, confidence=0.9),
        cadence=pace,
        start=0.0,
        play=60.0,
        begins=begins,
        goes_on=goes_on,
    )


def filled(block: Block, *songs: SessionSong) -> FilledBlock:
    return FilledBlock(block=block, tolerance=0.04, songs=songs, fitting=1, fitting_seconds=60.0)


def test_a_song_that_goes_on_fills_one_slot_of_several_blocks() -> None:
    blocks = (
        filled(HARD, played(165.2)),
        filled(EASY, played(82.5, goes_on=True)),
        filled(HARD, played(164.0, begins=24.0, name="b")),
    )
    session = Session(plan=Plan(blocks=(HARD, EASY, HARD)), blocks=blocks)

    shared, alone = slots_of(session)

    assert shared.blocks == (HARD, EASY)
    assert [one.ratios for one in shared.songs] == [(1, 2)]
    assert alone.songs[0].begins == 24.0
    assert expected_seconds((shared, alone)) == 180


def test_an_empty_block_is_a_slot_without_songs_and_does_not_count() -> None:
    session = Session(
        plan=Plan(blocks=(HARD, HARD)), blocks=(filled(HARD), filled(HARD, played(165.0)))
    )

    slots = slots_of(session)

    assert [len(slot.songs) for slot in slots] == [0, 1]
    assert expected_seconds(slots) == 60


@pytest.mark.parametrize(("wanted", "is_open"), [(130.0, False), (300.0, True), (None, True)])
def test_a_playlist_that_meets_its_duration_is_mixed_to_that_length(
    wanted: float | None, is_open: bool
) -> None:
    record = slot_song(Path("/music/a.flac"), 160.0, 120.0).song
    entry = PlaylistEntry(song=record, pace=Pace(bpm=160.0, confidence=0.9), deviation=0.0)
    found = Playlist(
        cadence=165.0, tolerance=0.04, entries=(entry,), total=120.0, near=(), wanted=wanted
    )

    (slot,) = slots_of(found)

    assert slot.is_open == is_open
    assert expected_seconds((slot,)) == pytest.approx(120 * 160 / 165 if is_open else 130)


def test_songs_that_are_lost_are_left_out() -> None:
    one, other = (slot_song(Path(f"/music/{name}.flac"), 160.0, 120.0) for name in "ab")
    slot = Slot(blocks=(HARD,), songs=(one, other))

    assert slot.without(frozenset({one.song.path})) == replace(slot, songs=(other,))
