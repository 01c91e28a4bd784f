"""Searches that read narrow rows first find the same as a plain search."""

import random
from collections.abc import Callable, Iterable, Sequence

import pytest

from pacetag.db import search
from pacetag.db import statements as sql
from pacetag.db.index import SongIndex
from pacetag.db.records import PaceQuery, SongRecord, Stamp
from pacetag.db.runs import TagState
from pacetag.db.write_log import NOTHING
from pacetag.model.judgement import Pace

MakeSong = Callable[..., SongRecord]

QUERY = PaceQuery(centre=165.0, reach=0.04, min_confidence=0.5, fall=0.5 / 0.04**2)


def _paths(songs: Iterable[SongRecord]) -> set[str]:
    return {song.path for song in songs}


def _worth(pace: Pace, query: PaceQuery) -> float:
    return pace.confidence * (1 - query.fall * (pace.bpm / query.centre - 1) ** 2)


def _sought(songs: Sequence[SongRecord], query: PaceQuery) -> list[tuple[float, SongRecord]]:
    """(worth, song) of every pace that is sought, the worthiest first, by plain looking."""
    found = [
        (_worth(pace, query), song)
        for song in songs
        for pace in song.paces
        if query.centre * (1 - query.reach) <= pace.bpm <= query.centre * (1 + query.reach)
        and pace.confidence >= query.min_confidence
    ]
    return sorted(found, key=lambda pair: -pair[0])


class TestBest:
    @pytest.mark.parametrize("at_most", [1, 2, 7, 40, 100, 1_000])
    @pytest.mark.parametrize("fall", [QUERY.fall, 0.0], ids=["falling", "level"])
    def test_the_songs_of_the_worthiest_paces_come_and_nothing_left_out_is_worth_more(
        self, index: SongIndex, make_song: MakeSong, at_most: int, fall: float
    ) -> None:
        rng = random.Random(5)
        query = PaceQuery(centre=165.0, reach=0.1, min_confidence=0.3, fall=fall)
        songs = [
            make_song(
                f"/{n}.mp3",
                {round(rng.uniform(130, 200), 2): round(rng.random(), 4) for _ in range(3)},
            )
            for n in range(300)
        ]
        for song in songs:
            index.store(song)

        found = index.best(query, at_most=at_most)

        sought = _sought(songs, query)
        first, rest = sought[:at_most], sought[at_most:]
        assert _paths(found.songs) == _paths(song for _, song in first)
        assert len(found.songs) == len(_paths(found.songs))
        if rest:
            assert found.left == pytest.approx(first[-1][0], abs=1e-12)
        else:
            assert found.left is None

    def test_songs_come_whole_with_all_their_paces_in_order(
        self, index: SongIndex, make_song: MakeSong
    ) -> None:
        song = make_song(
            "/a.mp3", {82.5: 0.99, 165.0: 0.9, 330.0: 0.6}, tempo_segments=(100.0, 141.0)
        )
        index.store(song)

        assert list(index.best(QUERY, at_most=9).songs) == [song]

    def test_missing_and_failed_songs_are_left_out_but_not_what_comes_after_them(
        self, index: SongIndex, make_song: MakeSong
    ) -> None:
        index.store(make_song("/gone.mp3", {165.0: 0.99}, missing=True))
        index.store(make_song("/broken.mp3", {165.0: 0.98}, failure="no"))
        index.store(make_song("/here.mp3", {165.0: 0.97}))

        assert index.best(QUERY, at_most=2).songs == []
        assert index.best(QUERY, at_most=2).left == pytest.approx(0.98)
        assert _paths(index.best(QUERY, at_most=3).songs) == {"/here.mp3"}

    def test_a_sure_pace_far_off_is_found_where_the_near_ones_are_unsure(
        self, index: SongIndex, make_song: MakeSong
    ) -> None:
        for n in range(20):
            index.store(make_song(f"/near {n}.mp3", {165.0: 0.5 + n / 1_000}))
        index.store(make_song("/far.mp3", {170.5: 1.0}))  # 3.3 % off, worth .65

        assert _paths(index.best(QUERY, at_most=1).songs) == {"/far.mp3"}

    @pytest.mark.parametrize(("sure", "looks"), [(0.999, 1), (0.98, 2), (0.5, len(search.RINGS))])
    def test_where_close_paces_are_sure_no_other_is_looked_at(
        self, index: SongIndex, make_song: MakeSong, sure: float, looks: int
    ) -> None:
        """What makes it fast: one eighth of the reach holds one eighth of the rows."""
        for n in range(20):
            index.store(make_song(f"/{n}.mp3", {165.0 + n / 100: sure}))
        statements: list[str] = []
        index._db.set_trace_callback(statements.append)

        assert len(index.best(QUERY, at_most=10).songs) == 10

        assert sum("ORDER BY worth" in statement for statement in statements) == looks


class TestNearest:
    def test_each_audio_counts_once_where_it_is_nearest(
        self, index: SongIndex, make_song: MakeSong
    ) -> None:
        index.store(make_song("/a.mp3", {165.0 * 1.03: 0.9, 165.0 * 0.98: 0.6}, fingerprint="f"))
        near = make_song("/copy.mp3", {165.0 * 1.01: 0.9}, fingerprint="f", title="Copy")
        index.store(near)
        for name in "bc":
            nameless = {"fingerprint": None, "title": None, "duration": None}
            index.store(make_song(f"/{name}.mp3", {165.0 * 1.02: 0.9}, **nameless))
        index.store(make_song("/unsure.mp3", {165.0: 0.4}))
        index.store(make_song("/beyond.mp3", {175.0: 0.9}))
        index.store(make_song("/gone.mp3", {165.0: 0.9}, missing=True))
        index.store(make_song("/broken.mp3", {165.0: 0.9}, failure="no"))

        first, *others = sorted(index.nearest(QUERY), key=lambda song: song.off)

        assert [song.off for song in (first, *others)] == pytest.approx([0.01, 0.02, 0.02])
        assert (first.title, first.artist, first.duration) == ("Copy", "Legs", 200.5)
        assert {(song.title, song.duration) for song in others} == {(None, None)}
        assert index.songs_of([first.song_id, 99]) == {first.song_id: near}


def test_a_song_stands_by_when_it_was_scanned_and_whether_its_file_carries_tags(
    index: SongIndex, make_song: MakeSong
) -> None:
    run = index.writes.start_run("scan", 1.0)
    index.store(make_song("/tagged.mp3"), found=NOTHING)
    index.store(make_song("/only indexed.mp3", untagged="its folder is read-only"), found=NOTHING)
    index.store(make_song("/no tags.mp3"))
    index.store(make_song("/undone.mp3"), found=NOTHING)
    undone = index.writes.note(
        "/undone.mp3", "audio of '/undone.mp3'", NOTHING, run=run, undoing=True
    )
    index.writes.finish(undone, make_song("/undone.mp3").stamp)

    found = index.standings(
        ["/undone.mp3", "/none.mp3", "/no tags.mp3", "/tagged.mp3", "/only indexed.mp3"]
    )

    names = sorted(found, key=lambda path: found[path].song_id)
    assert names == ["/tagged.mp3", "/only indexed.mp3", "/no tags.mp3", "/undone.mp3"]
    assert [found[name].tagged for name in names] == [True, False, False, False]


class TestStatuses:
    def test_it_says_what_the_song_and_the_log_say(
        self, index: SongIndex, make_song: MakeSong
    ) -> None:
        stamp = Stamp(size=1, mtime_ns=2**70, ctime_ns=-3, inode=4)
        index.store(make_song("/a.mp3", {82.5: 0.9, 165.0: 0.8}, stamp=stamp), found=NOTHING)
        index.store(make_song("/b\udce9.mp3", {}, failure="no", missing=True))

        found = {one.path: one for one in index.statuses(["/b\udce9.mp3", "/none.mp3", "/a.mp3"])}

        assert set(found) == {"/a.mp3", "/b\udce9.mp3"}
        for path, one in found.items():
            song = index.song(path)
            assert song is not None
            assert (one.stamp, one.bundle, one.paces) == (song.stamp, song.bundle, song.paces)
            assert (one.failure, one.missing) == (song.failure, song.missing)
            assert one.tags is index.writes.state(path, str(song.fingerprint))
        assert found["/a.mp3"].tags is TagState.SEEN_TO

    def test_more_paths_than_a_statement_takes_are_asked_for_in_turn(
        self, index: SongIndex, make_song: MakeSong
    ) -> None:
        paths = [f"/{n}.mp3" for n in range(2 * sql.BATCH + 3)]
        for path in paths[:: sql.BATCH // 2]:
            index.store(make_song(path))

        assert [one.path for one in index.statuses(paths)] == paths[:: sql.BATCH // 2]
        assert list(index.statuses([])) == []


def test_paths_under_are_those_of_the_stamps(index: SongIndex, make_song: MakeSong) -> None:
    for path in ("/m/a.mp3", "/m/b/c.mp3", "/m/\udce9.mp3", "/n/d.mp3"):
        index.store(make_song(path))
    index.store(make_song("/m/gone.mp3", missing=True))

    assert set(index.paths_under("/m")) == {"/m/a.mp3", "/m/b/c.mp3", "/m/\udce9.mp3"}
    assert set(index.paths_under("/m")) == set(index.stamps_under("/m"))
