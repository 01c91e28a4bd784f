"""What the listener said outlasts the songs' rows, and playlists that were written are counted."""

import sqlite3
from collections.abc import Callable

import pytest

from pacetag.db.errors import DamagedIndexError
from pacetag.db.index import SongIndex
from pacetag.db.records import Opinion, PlayedSong, SaidOpinion, SongRecord

MakeSong = Callable[..., SongRecord]


def _said(opinion: Opinion, fingerprint: str = "f") -> SaidOpinion:
    return SaidOpinion(opinion=opinion, fingerprint=fingerprint, name="legs hill", duration=200.5)


def test_the_last_word_counts_and_outlasts_the_song(index: SongIndex, make_song: MakeSong) -> None:
    index.store(make_song("/a.mp3", fingerprint="f"))
    assert index.listening.opinion("f") is None

    index.listening.say(_said(Opinion.LOVED))
    index.listening.say(_said(Opinion.EXCLUDED))
    index.forget(["/a.mp3"])

    assert index.listening.opinion("f") is Opinion.EXCLUDED
    assert index.listening.opinions() == [_said(Opinion.EXCLUDED)]


def test_what_was_withdrawn_is_known_as_such_and_not_listed(index: SongIndex) -> None:
    index.listening.say(_said(Opinion.LOVED))
    index.listening.say(_said(Opinion.NONE))

    assert index.listening.opinion("f") is Opinion.NONE
    assert index.listening.opinions() == []


def test_songs_are_counted_back_from_the_last_playlist(index: SongIndex) -> None:
    index.listening.wrote("/a.m3u8", [("f", "one"), ("g", None)])
    index.listening.wrote("/b.m3u8", [(None, "two")])

    assert index.listening.played() == [
        PlayedSong(ago=1, fingerprint=None, name="two"),
        PlayedSong(ago=2, fingerprint="f", name="one"),
        PlayedSong(ago=2, fingerprint="g", name=None),
    ]


def test_a_playlist_that_is_written_again_soon_counts_once_and_not_for_itself(
    index: SongIndex,
) -> None:
    index.listening.wrote("/a.m3u8", [("f", None)])
    index.listening.wrote("/a.m3u8", [("g", None)])

    assert [song.fingerprint for song in index.listening.played()] == ["g"]
    assert index.listening.played("/a.m3u8") == []
    assert [song.ago for song in index.listening.played("/b.m3u8")] == [1]


def test_the_same_file_of_another_day_is_another_playlist(index: SongIndex) -> None:
    index.listening.wrote("/a.m3u8", [("f", None)])
    index._db.execute("UPDATE playlists SET written = written - 86400")
    index.listening.wrote("/a.m3u8", [("g", None)])

    songs = [(song.ago, song.fingerprint) for song in index.listening.played("/a.m3u8")]
    assert songs == [(1, "f")]
    assert len(index.listening.played()) == 2


@pytest.mark.parametrize("value", ["adored", 7, b"loved"])
def test_an_impossible_opinion_is_damage(index: SongIndex, value: object) -> None:
    with sqlite3.connect(index.path) as other:
        other.execute("INSERT INTO opinions (fingerprint, opinion) VALUES ('f', ?)", [value])
    other.close()

    with pytest.raises(DamagedIndexError, match="an opinion"):
        index.listening.opinions()
