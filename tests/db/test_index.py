"""The index gives back what was stored, and answers by pace, path and audio."""

import os
import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from pacetag.db.index import SongIndex
from pacetag.db.records import SongRecord, Stamp
from pacetag.db.runs import TagChange
from pacetag.model.judgement import Analysis, Pace

MakeSong = Callable[..., SongRecord]


def before(bpm: str) -> TagChange:
    return TagChange(old={"bpm": [bpm]}, new={"bpm": ["165"]})


def missing_under(index: SongIndex, folder: str) -> list[str]:
    return [path for path, missing in index.songs_under(folder) if missing]


def bpm_before(index: SongIndex, song: SongRecord) -> str | None:
    """What the log says of the only write to this song."""
    history = index.writes.history(song.path, str(song.fingerprint))
    return history[0].change.old["bpm"][0] if history else None


def test_a_stored_song_comes_back_equal(index: SongIndex, make_song: MakeSong) -> None:
    song = make_song("/music/a.mp3", {172.34: 0.98, 86.17: 0.95, 57.45: 0.6})

    index.store(song)

    assert index.song("/music/a.mp3") == song


@pytest.mark.parametrize("paces", [None, (), (84.0, 168.5)])
def test_a_song_with_paces_of_a_person_comes_back_equal(
    index: SongIndex, make_song: MakeSong, paces: tuple[float, ...] | None
) -> None:
    judged = {82.49: 0.9999, 164.98: 0.97}
    song = make_song("/a.mp3", judged, listener=paces, untagged="indexed only: read-only")

    index.store(song)

    assert index.song("/a.mp3") == song
    (status,) = index.statuses(["/a.mp3"])
    assert (status.listener, status.untagged) == (paces, "indexed only: read-only")


def test_a_song_with_few_known_facts_comes_back_equal(index: SongIndex) -> None:
    song = SongRecord(
        path="/music/odd.mp3",
        stamp=Stamp(size=0, mtime_ns=-1, ctime_ns=0, inode=0),
        fingerprint=None,
        title=None,
        artist=None,
        album=None,
        genre=None,
        bundle=None,
        analysis=Analysis(paces=(), duration=None),
        failure="cannot decode audio",
        missing=True,
    )

    index.store(song)

    assert index.song("/music/odd.mp3") == song


def test_an_unknown_path_is_none(index: SongIndex) -> None:
    assert index.song("/music/none.mp3") is None


@pytest.mark.parametrize(
    "name",
    [
        "plain.mp3",
        "Sigur Rós – Sæglópur 🏃.flac",
        "two\nlines\ttab.mp3",
        "100%_of 'quotes\" *?[a].mp3",
        os.fsdecode(b"caf\xe9 latin-1.mp3"),
        os.fsdecode(b"\xff\xfe\x80.ogg"),
    ],
)
def test_any_name_a_file_can_have_comes_back(
    index: SongIndex, make_song: MakeSong, name: str
) -> None:
    song = make_song(f"/music/{name}")

    index.store(song, found=before("120"))

    assert index.song(song.path) == song
    assert list(index.stamps_under("/music")) == [song.path]
    assert bpm_before(index, song) == "120"
    index.mark_missing([song.path])
    assert missing_under(index, "/music") == [song.path]


def test_random_bytes_as_names_come_back(index: SongIndex, make_song: MakeSong) -> None:
    rng = random.Random(5)
    names = {bytes(rng.choices([*range(1, 47), *range(48, 256)], k=12)) for _ in range(60)}
    paths = {os.fsdecode(b"/music/" + name) for name in names}

    for path in paths:
        index.store(make_song(path))

    assert set(index.stamps_under("/music")) == paths
    assert {match.song.path for match in index.matches(low=1, high=999, min_confidence=0)} == paths


def test_numbers_beyond_63_bits_in_a_stamp_come_back(index: SongIndex, make_song: MakeSong) -> None:
    stamp = Stamp(size=2**40, mtime_ns=2**63 + 7, ctime_ns=-(2**70), inode=2**64 - 1)

    index.store(make_song("/music/a.mp3", stamp=stamp))

    assert index.stamps_under("/music") == {"/music/a.mp3": stamp}


def test_text_that_utf8_cannot_hold_is_spelled_out(index: SongIndex, make_song: MakeSong) -> None:
    index.store(make_song("/a.mp3", failure="/caf\udce9: cannot decode"))

    song = index.song("/a.mp3")
    assert song is not None
    assert song.failure == "/caf\\udce9: cannot decode"


def test_storing_again_replaces_song_and_paces(index: SongIndex, make_song: MakeSong) -> None:
    index.store(make_song("/a.mp3", {160.0: 0.9, 80.0: 0.8}))
    again = make_song("/a.mp3", {140.0: 0.7}, title="Other", failure=None)

    index.store(again)

    assert index.song("/a.mp3") == again
    assert index.stats().songs == 1
    assert index.matches(low=150, high=170, min_confidence=0) == []


def test_a_store_that_fails_leaves_everything_as_it_was(
    index: SongIndex, make_song: MakeSong
) -> None:
    old = make_song("/old.mp3", fingerprint="f")
    index.store(old, found=before("99"))
    broken = make_song("/new.mp3", {float("nan"): 0.9}, fingerprint="f")  # SQLite has no NaN

    with pytest.raises(sqlite3.IntegrityError):
        index.store(broken, found=before("1"), moved_from="/old.mp3")

    assert index.song("/old.mp3") == old
    assert index.song("/new.mp3") is None
    assert bpm_before(index, old) == "99"
    assert bpm_before(index, broken) is None


def test_what_was_stored_is_there_after_opening_again(
    index_path: Path, make_song: MakeSong
) -> None:
    song = make_song("/a.mp3")
    with SongIndex.open(index_path) as first:
        first.store(song, found=before("99"))

    with SongIndex.open(index_path) as second:
        assert second.song("/a.mp3") == song
        assert bpm_before(second, song) == "99"


class TestMoves:
    def test_a_moved_song_leaves_no_row_behind_and_keeps_its_writes(
        self, index: SongIndex, make_song: MakeSong
    ) -> None:
        song, moved = make_song("/a.mp3", fingerprint="f"), make_song("/b.mp3", fingerprint="f")
        index.store(song, found=before("120"))

        index.store(moved, moved_from="/a.mp3")

        assert index.song("/a.mp3") is None
        assert index.song("/b.mp3") == moved
        assert bpm_before(index, song) is None
        assert bpm_before(index, moved) == "120"

    def test_a_move_onto_a_known_song_replaces_it(
        self, index: SongIndex, make_song: MakeSong
    ) -> None:
        index.store(make_song("/a.mp3", fingerprint="f"), found=before("120"))
        index.store(make_song("/b.mp3", {90.0: 1.0}, fingerprint="g"), found=before("2"))
        moved = make_song("/b.mp3", fingerprint="f")

        index.store(moved, moved_from="/a.mp3")

        assert index.song("/a.mp3") is None
        assert index.song("/b.mp3") == moved
        assert bpm_before(index, moved) == "120"
        assert index.stats().songs == 1

    def test_a_move_from_an_unknown_or_the_same_path_just_stores(
        self, index: SongIndex, make_song: MakeSong
    ) -> None:
        song = make_song("/b.mp3")
        index.store(song, found=before("1"))

        index.store(song, moved_from="/never.mp3")
        index.store(song, moved_from="/b.mp3")

        assert index.song("/b.mp3") == song
        assert bpm_before(index, song) == "1"


class TestByFingerprint:
    def test_finds_the_same_audio_judged_by_the_same_bundle(
        self, index: SongIndex, make_song: MakeSong
    ) -> None:
        song = make_song("/a.mp3", {172.34: 0.98, 86.17: 0.95}, fingerprint="f")
        index.store(song)

        assert index.by_fingerprint("f", "ear-1") == song
        assert index.by_fingerprint("f", "ear-2") is None
        assert index.by_fingerprint("g", "ear-1") is None

    def test_a_failed_song_is_no_answer(self, index: SongIndex, make_song: MakeSong) -> None:
        index.store(make_song("/a.mp3", {}, fingerprint="f", failure="cannot decode"))

        assert index.by_fingerprint("f", "ear-1") is None

    def test_a_song_without_any_pace_is_one(self, index: SongIndex, make_song: MakeSong) -> None:
        song = make_song("/a.mp3", {}, fingerprint="f")
        index.store(song)

        assert index.by_fingerprint("f", "ear-1") == song

    def test_a_missing_copy_comes_first(self, index: SongIndex, make_song: MakeSong) -> None:
        for name in "abc":
            index.store(make_song(f"/{name}.mp3", fingerprint="f"))
        index.mark_missing(["/b.mp3"])

        found = index.by_fingerprint("f", "ear-1")

        assert found is not None
        assert found.path == "/b.mp3"


class TestUnder:
    @pytest.fixture
    def paths(self, index: SongIndex, make_song: MakeSong) -> list[str]:
        paths = [
            "/m/a.mp3",
            "/m/sub/deep/b.mp3",
            "/m/ä.mp3",
            os.fsdecode(b"/m/\xe9.mp3"),
            os.fsdecode(b"/m/\xe9/c.mp3"),
            "/m.mp3",
            "/m-other/d.mp3",
            "/m0",
            "/n/e.mp3",
        ]
        for path in paths:
            index.store(make_song(path))
        return paths

    @pytest.mark.parametrize(
        "folder",
        ["/", "/m", "/m/", "/m/sub", "/m/a.mp3", "/m0", "/none", os.fsdecode(b"/m/\xe9")],
    )
    def test_finds_the_folder_itself_and_all_below_and_nothing_beside(
        self, index: SongIndex, paths: list[str], folder: str
    ) -> None:
        bare = folder.rstrip("/")
        expected = {path for path in paths if path == bare or path.startswith(f"{bare}/")}

        assert set(index.stamps_under(folder)) == expected
        index.mark_missing(paths)
        assert set(missing_under(index, folder)) == expected

    def test_missing_songs_have_no_stamp_until_they_are_back(
        self, index: SongIndex, make_song: MakeSong, paths: list[str]
    ) -> None:
        index.mark_missing(["/m/a.mp3", "/not/known.mp3"])

        assert "/m/a.mp3" not in index.stamps_under("/m")
        assert missing_under(index, "/") == ["/m/a.mp3"]
        song = index.song("/m/a.mp3")
        assert song is not None
        assert song.missing

        index.store(make_song("/m/a.mp3"))

        assert "/m/a.mp3" in index.stamps_under("/m")
        assert missing_under(index, "/") == []


class TestMatches:
    def test_borders_are_included(self, index: SongIndex, make_song: MakeSong) -> None:
        for bpm in (157.99, 158.0, 165.0, 172.0, 172.01):
            index.store(make_song(f"/{bpm}.mp3", {bpm: 0.5}))

        found = index.matches(low=158.0, high=172.0, min_confidence=0.5)

        assert [match.pace.bpm for match in found] == [158.0, 165.0, 172.0]

    def test_each_song_comes_once_with_its_most_confident_fitting_pace(
        self, index: SongIndex, make_song: MakeSong
    ) -> None:
        song = make_song("/a.mp3", {80.0: 0.99, 168.0: 0.8, 160.0: 0.7})
        index.store(song)

        (match,) = index.matches(low=155, high=170, min_confidence=0.5)

        assert match.song == song
        assert match.pace == Pace(bpm=168.0, confidence=0.8)

    def test_an_unsure_pace_does_not_count(self, index: SongIndex, make_song: MakeSong) -> None:
        index.store(make_song("/a.mp3", {80.0: 0.99, 165.0: 0.49}))

        assert index.matches(low=155, high=170, min_confidence=0.5) == []

    def test_missing_and_failed_songs_are_left_out(
        self, index: SongIndex, make_song: MakeSong
    ) -> None:
        index.store(make_song("/gone.mp3"))
        index.store(make_song("/broken.mp3", failure="cannot decode"))
        index.store(make_song("/here.mp3"))
        index.mark_missing(["/gone.mp3"])

        found = index.matches(low=155, high=170, min_confidence=0.5)

        assert [match.song.path for match in found] == ["/here.mp3"]

    def test_it_finds_what_a_plain_search_finds(
        self, index: SongIndex, make_song: MakeSong
    ) -> None:
        rng = random.Random(11)
        songs = []
        for number in range(80):
            paces = {
                round(rng.uniform(40, 320), 2): round(rng.random(), 3)
                for _ in range(rng.randrange(5))
            }
            songs.append(make_song(f"/{number}.mp3", paces))
            index.store(songs[-1])

        for _ in range(30):
            low = rng.uniform(40, 300)
            high, sure = low + rng.uniform(0, 60), rng.random()
            expected = [
                song.path
                for song in songs
                if any(low <= p.bpm <= high and p.confidence >= sure for p in song.paces)
            ]
            found = index.matches(low=low, high=high, min_confidence=sure)
            assert [match.song.path for match in found] == expected


def test_songs_that_failed_are_not_tagged_or_change_tempo_are_found_below_a_folder(
    index: SongIndex, make_song: MakeSong
) -> None:
    index.store(make_song("/m/right.mp3"))
    index.store(make_song("/m/failed.mp3", failure="no sound", paces={}))
    index.store(make_song("/m/a/short.mp3", failure="3 s", too_short=True, paces={}))
    index.store(make_song("/m/a/plain.mp3", untagged="read-only"))
    index.store(make_song("/m/a/changing.mp3", tempo_segments=(100.0, 141.0)))
    index.store(make_song("/m/a/gone.mp3", failure="no sound", paces={}, missing=True))
    index.store(make_song("/n/plain.mp3", untagged="read-only"))

    found = {song.path: song for song in index.noted_under("/m")}

    assert set(found) == {
        *("/m/failed.mp3", "/m/a/short.mp3", "/m/a/plain.mp3", "/m/a/changing.mp3")
    }
    assert (found["/m/a/short.mp3"].failure, found["/m/a/short.mp3"].too_short) == ("3 s", True)
    assert found["/m/a/plain.mp3"].untagged == "read-only"
    assert found["/m/a/changing.mp3"].tempo_segments == (100.0, 141.0)
    assert len(list(index.noted_under("/"))) == 5


def test_when_a_song_was_first_met_outlasts_rescans_and_moves(
    index: SongIndex, make_song: MakeSong
) -> None:
    index.store(make_song("/a.mp3", fingerprint="f", added=1000.0))
    index.store(make_song("/a.mp3", fingerprint="f", year=1999))
    index.store(make_song("/b.mp3", fingerprint="f"), moved_from="/a.mp3")
    index.store(make_song("/new.mp3"))

    moved, new = index.song("/b.mp3"), index.song("/new.mp3")

    assert moved is not None
    assert new is not None
    assert moved.added == 1000.0
    assert new.added is not None
    assert new.added > 1e9
