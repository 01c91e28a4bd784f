"""A piece is in a playlist once, however many files hold it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pacetag.db.index import SongIndex
from pacetag.db.records import SongRecord
from pacetag.db.write_log import NOTHING
from pacetag.tagger.library.presence import Place, Presence
from pacetag.tagger.playlist.query import build_playlist

Song = Callable[..., SongRecord]

PACES = {164.98: 0.97, 82.49: 0.9}
NEARLY = {165.02: 0.96, 82.51: 0.92}  # the tags say 83 where the others say 82


def _paths(index: SongIndex, **options: object) -> list[str]:
    return [entry.song.path for entry in build_playlist(index, 165, **options).entries]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({}, {}),
        ({}, {"title": "HILL"}),
        ({}, {"title": " hill  "}),
        ({"title": "Café  del Mar"}, {"title": "cafe\u0301 DEL\u00a0mar"}),
        ({"artist": "Sigur Rós"}, {"artist": "SIGUR ROS"}),
        ({"title": "Straße"}, {"title": "STRASSE"}),
        ({"title": "Ｆｕｌｌ　Ｗｉｄｔｈ"}, {"title": "full width"}),
        ({"duration": 200.0}, {"duration": 201.9}),
        ({"album": "Road"}, {"album": "Best of"}),
        ({"bundle": "ear-1"}, {"bundle": "ear-2"}),
        ({"duration": 200.0}, {"duration": 202.1}),  # a header that is wrong, or another edition
        ({"duration": 200.0}, {"duration": 300.0}),
        ({"duration": None}, {"duration": None}),
        ({"duration": 200.0}, {"duration": None}),
        ({}, {"title": "Hill (Remastered 2011)"}),
        ({}, {"title": "Hill - 2011 Remaster"}),
        ({}, {"title": "Hill [Explicit] (Album Version)"}),
        ({}, {"title": "Hill (feat. Arms)"}),
        ({}, {"artist": "Legs feat. Arms"}),
        ({}, {"artist": "The Legs"}),
        ({}, {"artist": "Legs; Arms"}),
    ],
)
def test_one_recording_in_several_formats_comes_once(
    index: SongIndex, song: Song, one: dict[str, object], other: dict[str, object]
) -> None:
    index.store(song("/a.mp3", PACES, **one))
    index.store(song("/b.opus", NEARLY, **other))

    assert len(_paths(index)) == 1
    assert [near.songs for near in build_playlist(index, 175, tolerance=0.01).near] == [1]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({}, {"title": "Hill (live)"}),
        ({}, {"artist": "Arms"}),
        ({}, {"title": "Hill (Arms remix)"}),
        ({}, {"title": "Hill - Part 2"}),
        ({}, {"artist": "Legs & Arms"}),
        ({"duration": 200.0}, {"duration": 330.0}),
        ({"title": None}, {"title": None}),
        ({"title": " "}, {"title": ""}),
        ({"artist": None}, {"artist": None}),
    ],
)
def test_what_differs_in_name_or_length_or_has_none_is_not_one(
    index: SongIndex, song: Song, one: dict[str, object], other: dict[str, object]
) -> None:
    index.store(song("/a.mp3", PACES, **one))
    index.store(song("/b.opus", NEARLY, **other))

    assert len(_paths(index)) == 2
    assert [near.songs for near in build_playlist(index, 175, tolerance=0.01).near] == [2]


@pytest.mark.parametrize(
    ("paces", "songs"),
    [
        ({165.0: 0.9, 82.5: 0.9}, 1),
        ({165.9: 0.9, 82.9: 0.9}, 1),
        ({165.0: 0.9, 82.5: 0.9, 55.0: 0.6}, 1),  # heard in one format only, and not surely
        ({165.0: 0.9, 82.5: 0.9, 55.0: 0.9}, 1),
        ({165.0: 0.9}, 1),
        ({166.1: 0.9, 83.7: 0.9}, 2),
        ({166.1: 0.9, 82.5: 0.7}, 2),
    ],
)
def test_of_another_length_it_must_share_a_sure_pace(
    index: SongIndex, song: Song, paces: dict[float, float], songs: int
) -> None:
    index.store(song("/a.mp3", PACES))
    index.store(song("/b.opus", paces, duration=212.0))

    assert len(_paths(index)) == songs


@pytest.mark.parametrize(
    ("one", "other", "paces", "songs"),
    [
        ("/x/Legs - Hill.flac", "/y/Legs - Hill.mp3", NEARLY, 1),
        ("/x/03 Hill song.flac", "/y/hill song.mp3", NEARLY, 1),
        ("/x/Legs - Hill.flac", "/y/Legs - Hill.mp3", {167.0: 0.9}, 2),
        ("/x/Legs - Hill.mp3", "/x/legs - hill.mp3", NEARLY, 2),
        ("/x/Track 03.flac", "/y/Track 03.mp3", NEARLY, 2),
        ("/x/03.flac", "/y/03.mp3", NEARLY, 2),
    ],
)
def test_songs_without_names_are_known_by_those_of_their_files(
    index: SongIndex, song: Song, one: str, other: str, paces: dict[float, float], songs: int
) -> None:
    index.store(song(one, PACES, title=None, artist=None))
    index.store(song(other, paces, title=None, artist=None))

    assert len(_paths(index)) == songs


def test_as_long_under_the_same_name_is_one_piece_whatever_was_heard(
    index: SongIndex, song: Song
) -> None:
    index.store(song("/a.mp3", {165.0: 0.97, 82.5: 0.9}))
    index.store(song("/b.opus", {167.0: 0.97, 110.0: 0.9}, duration=201.5))

    assert len(_paths(index)) == 1


class TestPreference:
    def test_of_equal_sound_the_file_that_carries_tags_comes_before_an_older_backup(
        self, index: SongIndex, song: Song
    ) -> None:
        index.store(song("/a backup.mp3", PACES, fingerprint="f"))
        index.store(song("/song.mp3", PACES, fingerprint="f"), found=NOTHING)

        assert _paths(index) == ["/song.mp3"]

    def test_a_backup_whose_tags_were_taken_back_is_not_offered(
        self, index: SongIndex, song: Song
    ) -> None:
        for path in ("/a.mp3", "/b.mp3"):
            index.store(song(path, PACES, fingerprint="f"), found=NOTHING)
        run = index.writes.start_run("undo", 1.0)
        index.writes.finish(
            index.writes.note("/a.mp3", "f", NOTHING, run=run, undoing=True), song("/a.mp3").stamp
        )

        assert _paths(index) == ["/b.mp3"]

    def test_then_a_lossless_file_then_the_one_that_was_scanned_first(
        self, index: SongIndex, song: Song
    ) -> None:
        for path in ("/z.mp3", "/y.opus", "/x.FLAC", "/w.wav"):
            index.store(song(path, PACES))

        presence = Presence()
        for gone in ("/x.FLAC", "/w.wav", "/z.mp3"):
            assert _paths(index, presence=_without(presence)) == [gone]
            presence._known[gone] = Place.GONE
        assert _paths(index, presence=presence) == ["/y.opus"]

    def test_tags_weigh_more_than_the_format(self, index: SongIndex, song: Song) -> None:
        index.store(song("/a.flac", PACES))
        index.store(song("/b.mp3", PACES), found=NOTHING)

        assert _paths(index) == ["/b.mp3"]


def _without(presence: Presence) -> Presence:
    """One that takes all songs for there, unless it knows better."""
    for path in ("/z.mp3", "/y.opus", "/x.FLAC", "/w.wav"):
        presence._known.setdefault(path, Place.THERE)
    return presence


def test_a_piece_that_lost_one_file_is_listed_by_another(
    index: SongIndex, song: Song, tmp_path: Path
) -> None:
    there = tmp_path / "b.mp3"
    there.write_bytes(b"sound")
    index.store(song(str(tmp_path / "a.flac"), PACES))
    index.store(song(str(there), NEARLY))

    found = build_playlist(index, 165, presence=Presence())

    assert [entry.song.path for entry in found.entries] == [str(there)]
    assert found.gone == 0


def test_a_piece_fills_a_duration_once(index: SongIndex, song: Song) -> None:
    for name in ("a.flac", "b.mp3", "c.opus"):
        index.store(song(f"/{name}", PACES))
    index.store(song("/other.mp3", {164.0: 0.8}, title="Dale"))

    found = build_playlist(index, 165, duration=400)

    assert [entry.song.path for entry in found.entries] == ["/a.flac", "/other.mp3"]
    assert found.total == 400.0


def test_where_thousands_are_gone_no_more_are_looked_for(
    index: SongIndex, song: Song, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pacetag.tagger.playlist.query.MOST_GONE", 80)
    for number in range(400):
        index.store(song(f"/none/{number}.mp3", {165.0 - number / 100: 0.9}, title=f"{number}"))

    found = build_playlist(index, 165, limit=3, presence=Presence())

    assert (found.entries, found.given_up) == ((), True)
    assert 80 <= found.gone < 400


def test_among_very_many_near_songs_only_copies_of_one_sound_are_reported(
    index: SongIndex, song: Song, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.flac", "b.mp3"):
        index.store(song(f"/{name}", PACES))
    index.store(song("/copy.mp3", PACES, fingerprint="audio of '/b.mp3'"))

    for most, songs in ((2, 1), (1, 2)):
        monkeypatch.setattr("pacetag.tagger.playlist.near_misses.CLOSELY", most)
        assert [near.songs for near in build_playlist(index, 175, tolerance=0.01).near] == [songs]
