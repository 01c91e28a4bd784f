"""The songs for a cadence, best first."""

import math
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pacetag.db.index import SongIndex
from pacetag.db.records import SongRecord
from pacetag.model.judgement import Pace
from pacetag.tagger.playlist import query
from pacetag.tagger.playlist.entries import NearMiss, Playlist, PlaylistEntry
from pacetag.tagger.playlist.query import build_playlist
from pacetag.tagger.playlist.ranking import Sought, all_entries, worth

Song = Callable[..., SongRecord]


@pytest.fixture
def song(song: Song) -> Song:
    """The same, each with a title of its own: one of another's would be the same piece."""
    return lambda path, paces=None, **fields: song(path, paces, **{"title": path, **fields})


def _paths(playlist: Playlist) -> list[str]:
    return [entry.song.path for entry in _chosen(playlist)]


def _chosen(playlist: Playlist) -> list[PlaylistEntry]:
    """The entries in the order in which they were taken, before their artists were set apart."""
    return sorted(playlist.entries, key=lambda entry: entry.rank)


def test_an_entry_holds_the_song_its_pace_and_how_far_off_it_is(
    index: SongIndex, song: Song
) -> None:
    stored = song("/a.mp3", {84.15: 0.99, 168.3: 0.9})
    index.store(stored)

    playlist = build_playlist(index, 165)

    assert (playlist.cadence, playlist.tolerance, playlist.near) == (165, 0.04, ())
    (entry,) = playlist.entries
    assert entry.song == stored
    assert entry.pace == Pace(bpm=168.3, confidence=0.9)
    assert entry.deviation == pytest.approx(0.02)
    assert playlist.total == 200.0


@pytest.mark.parametrize(
    ("bpm", "fits"),
    [(158.4, True), (171.6, True), (158.39, False), (171.61, False), (82.5, False), (330.0, False)],
)
def test_a_pace_fits_up_to_the_tolerance_itself(
    index: SongIndex, song: Song, bpm: float, fits: bool
) -> None:
    index.store(song("/a.mp3", {bpm: 0.9}))

    assert bool(build_playlist(index, 165).entries) == fits


def test_every_border_counts_as_inside(index: SongIndex, song: Song) -> None:
    """Binary fractions must not push a pace of exactly the tolerance out."""
    for cadence in range(100, 221, 3):
        for pace in (round(cadence * 1.04, 2), round(cadence * 0.96, 2)):
            index.store(song("/a.mp3", {pace: 0.9}))
            assert build_playlist(index, cadence).entries, (cadence, pace)


def test_a_tolerance_of_nothing_wants_the_cadence_itself(index: SongIndex, song: Song) -> None:
    index.store(song("/exact.mp3", {165.0: 0.6}))
    index.store(song("/off.mp3", {165.01: 0.9}))

    assert _paths(build_playlist(index, 165, tolerance=0)) == ["/exact.mp3"]


def test_closer_beats_farther_at_equal_confidence(index: SongIndex, song: Song) -> None:
    for bpm in (171.0, 166.0, 161.0, 165.0):
        index.store(song(f"/{bpm}.mp3", {bpm: 0.9}))

    assert _paths(build_playlist(index, 165)) == [
        "/165.0.mp3",
        "/166.0.mp3",
        "/161.0.mp3",
        "/171.0.mp3",
    ]


def test_surer_beats_less_sure_at_equal_distance(index: SongIndex, song: Song) -> None:
    for sure in (0.7, 0.9, 0.8):
        index.store(song(f"/{sure}.mp3", {167.0: sure}))

    assert _paths(build_playlist(index, 165)) == ["/0.9.mp3", "/0.8.mp3", "/0.7.mp3"]


@pytest.mark.parametrize(("edge", "first"), [(0.99, "/on.mp3"), (1.0, "/edge.mp3")])
def test_at_the_edge_a_song_must_be_twice_as_sure(
    index: SongIndex, song: Song, edge: float, first: str
) -> None:
    index.store(song("/edge.mp3", {156.75: edge}, artist="A"))  # 5 % below
    index.store(song("/on.mp3", {165.0: 0.5}, artist="B"))

    assert _paths(build_playlist(index, 165, tolerance=0.05))[0] == first


def test_worth_is_confidence_on_the_cadence_and_half_of_it_at_the_edge(song: Song) -> None:
    def entry(deviation: float) -> PlaylistEntry:
        pace = Pace(bpm=165.0, confidence=0.8)
        return PlaylistEntry(song=song("/a.mp3"), pace=pace, deviation=deviation)

    assert worth(entry(0.0), 0.04) == 0.8
    assert worth(entry(0.04), 0.04) == worth(entry(-0.04), 0.04) == 0.4
    assert worth(entry(0.02), 0.04) == 0.7
    assert worth(entry(0.0), 0.0) == 0.8


def test_of_two_fitting_paces_the_worthier_is_taken(index: SongIndex, song: Song) -> None:
    index.store(song("/a.mp3", {159.0: 0.95, 165.0: 0.9}))

    (entry,) = build_playlist(index, 165).entries

    assert entry.pace.bpm == 165.0


def test_equal_songs_come_by_artist_title_and_path(index: SongIndex, song: Song) -> None:
    named = [
        ("/6.mp3", None, None),
        ("/5.mp3", None, "Zoo"),
        ("/4.mp3", "beta", None),
        ("/3.mp3", "Beta", "b"),
        ("/2.mp3", "Alpha", "z"),
        ("/1.mp3", "alpha", "Z"),
        ("/0.mp3", "Alpha", "a"),
    ]
    for path, artist, title in named:
        # The same distance to both sides: equal whichever way it was reckoned.
        bpm = 160.0 if int(path[1]) % 2 else 170.0
        index.store(song(path, {bpm: 0.9}, artist=artist, title=title))

    entries = all_entries(index, Sought(cadence=165, tolerance=0.04, min_confidence=0.5))
    assert [entry.song.path for entry in entries] == [f"/{number}.mp3" for number in range(7)]


def test_the_order_does_not_depend_on_the_order_of_storing(tmp_path: Path, song: Song) -> None:
    rng = random.Random(3)
    songs = [
        song(f"/{n}.mp3", {rng.choice([160.0, 165.0, 170.0]): rng.choice([0.6, 0.9])})
        for n in range(15)
    ]
    orders = []
    for attempt in range(3):
        rng.shuffle(songs)
        with SongIndex.open(tmp_path / f"{attempt}.db") as index:
            for one in songs:
                index.store(one)
            orders.append(_paths(build_playlist(index, 165)))

    assert len(orders[0]) == 15
    assert orders[0] == orders[1] == orders[2]


def test_random_libraries_give_just_the_fitting_songs_in_falling_worth(
    index: SongIndex, song: Song
) -> None:
    rng = random.Random(8)
    songs = [
        song(f"/{n}.mp3", {round(rng.uniform(60, 240), 2): rng.random() for _ in range(3)})
        for n in range(120)
    ]
    for one in songs:
        index.store(one)

    for _ in range(15):
        cadence, tolerance = rng.uniform(120, 200), rng.uniform(0.01, 0.1)
        playlist = build_playlist(index, cadence, tolerance=tolerance, min_confidence=0.3)
        fitting = {
            one.path
            for one in songs
            if any(abs(p.bpm / cadence - 1) <= tolerance and p.confidence >= 0.3 for p in one.paces)
        }
        values = [worth(entry, tolerance) for entry in playlist.entries]
        assert set(_paths(playlist)) == fitting
        assert len(playlist.entries) == len(fitting)
        assert values == sorted(values, reverse=True)


def test_an_unsure_pace_is_left_out(index: SongIndex, song: Song) -> None:
    index.store(song("/a.mp3", {165.0: 0.6}))

    assert _paths(build_playlist(index, 165, min_confidence=0.6)) == ["/a.mp3"]
    assert _paths(build_playlist(index, 165, min_confidence=0.61)) == []


def test_missing_and_failed_songs_are_left_out(index: SongIndex, song: Song) -> None:
    index.store(song("/gone.mp3", {165.0: 0.9}, missing=True))
    index.store(song("/broken.mp3", {165.0: 0.9}, failure="cannot decode"))

    playlist = build_playlist(index, 165)

    assert (playlist.entries, playlist.near) == ((), ())


def test_the_same_audio_comes_once_under_the_name_that_was_scanned_first(
    index: SongIndex, song: Song
) -> None:
    index.store(song("/z/copy.mp3", {165.0: 0.9}, fingerprint="f"))
    index.store(song("/a/copy.mp3", {165.0: 0.9}, fingerprint="f"))
    index.store(song("/worse.mp3", {165.0: 0.85}, fingerprint="g"))
    index.store(song("/better.mp3", {165.0: 0.95}, fingerprint="g"))

    assert _paths(build_playlist(index, 165)) == ["/worse.mp3", "/z/copy.mp3"]


def test_songs_without_a_fingerprint_are_not_taken_for_one(index: SongIndex, song: Song) -> None:
    for name in "ab":
        index.store(song(f"/{name}.mp3", {165.0: 0.9}, fingerprint=None))

    assert len(build_playlist(index, 165).entries) == 2


class TestDuration:
    @pytest.fixture
    def filled(self, index: SongIndex, song: Song) -> SongIndex:
        for number in range(5):
            index.store(song(f"/{number}.mp3", {165.0: 0.9 - number / 100}, duration=200.0))
        return index

    @pytest.mark.parametrize(
        ("seconds", "songs"), [(1, 1), (200, 1), (200.5, 2), (600, 3), (1000, 5), (9999, 5)]
    )
    def test_the_best_songs_whose_sum_reaches_it_are_taken(
        self, filled: SongIndex, seconds: float, songs: int
    ) -> None:
        playlist = build_playlist(filled, 165, duration=seconds)

        assert _paths(playlist) == [f"/{number}.mp3" for number in range(songs)]
        assert playlist.total == 200.0 * songs

    def test_a_song_of_unknown_duration_is_taken_but_adds_nothing(
        self, filled: SongIndex, song: Song
    ) -> None:
        filled.store(song("/unknown.mp3", {165.0: 0.99}, duration=None))

        playlist = build_playlist(filled, 165, duration=300)

        assert _paths(playlist) == ["/unknown.mp3", "/0.mp3", "/1.mp3"]
        assert playlist.total == 400.0

    def test_a_copy_of_the_same_audio_fills_nothing(self, filled: SongIndex, song: Song) -> None:
        filled.store(song("/copy.mp3", {165.0: 0.5}, fingerprint="audio of '/0.mp3'"))

        assert len(build_playlist(filled, 165, duration=9999).entries) == 5


class TestLimit:
    def test_the_best_songs_are_taken_and_a_line_says_that_there_are_more(
        self, index: SongIndex, song: Song
    ) -> None:
        for number in range(5):
            index.store(song(f"/{number}.mp3", {165.0: 0.9 - number / 100}))

        for limit, more in ((1, True), (4, True), (5, False), (6, False)):
            playlist = build_playlist(index, 165, limit=limit)
            assert _paths(playlist) == [f"/{number}.mp3" for number in range(min(limit, 5))]
            assert playlist.total == 200.0 * min(limit, 5)
            assert playlist.cut == more

    def test_with_a_duration_whichever_is_reached_first_counts(
        self, index: SongIndex, song: Song
    ) -> None:
        for number in range(5):
            index.store(song(f"/{number}.mp3", {165.0: 0.9}))

        by_limit = build_playlist(index, 165, limit=2, duration=600)
        by_duration = build_playlist(index, 165, limit=4, duration=600)
        by_both = build_playlist(index, 165, limit=3, duration=600)

        assert (len(by_limit.entries), by_limit.cut) == (2, True)
        assert (len(by_duration.entries), by_duration.cut) == (3, False)
        assert (len(by_both.entries), by_both.cut) == (3, False)

    def test_near_misses_do_not_hang_on_it(self, index: SongIndex, song: Song) -> None:
        index.store(song("/a.mp3", {174.0: 0.9}))

        assert build_playlist(index, 165, limit=1).near == build_playlist(index, 165).near != ()


@pytest.mark.parametrize("tolerance", [0.0, 0.04, 0.3])
@pytest.mark.parametrize("first", [1, 3, 64])
def test_a_part_of_the_ranking_is_the_beginning_of_the_whole(
    index: SongIndex, song: Song, monkeypatch: pytest.MonkeyPatch, first: int, tolerance: float
) -> None:
    """Ties, copies, missing songs and songs with several fitting paces, read a few at a time."""
    monkeypatch.setattr(query, "FIRST", first)
    rng = random.Random(11)
    for number in range(150):
        copy = str(rng.randrange(100)) if rng.random() < 0.5 else None
        heard = random.Random(copy or number)  # the same of all copies
        paces = {
            heard.choice([160.0, 163.5, 165.0, 166.5, 170.0, 82.5]): heard.choice([0.6, 0.9, 1.0])
            for _ in range(2)
        }
        title = rng.choice([f"x {number}", f"Y {number}", None])
        names = {"artist": rng.choice(["A", "b", None]), "title": title}
        duration = rng.choice([None, 100.0, 250.0])
        gone = rng.random() < 0.2
        index.store(
            song(
                f"/{number}.mp3", paces, fingerprint=copy, missing=gone, duration=duration, **names
            )
        )
    whole = build_playlist(index, 165, tolerance=tolerance)
    assert len(whole.entries) > 20

    for limit in (1, 2, 10, len(whole.entries) - 1, len(whole.entries), 500):
        part = build_playlist(index, 165, tolerance=tolerance, limit=limit)
        assert _chosen(part) == _chosen(whole)[:limit]
        assert part.cut == (limit < len(whole.entries))
    for seconds in (1, 500, 3_000, 1e9):
        part = build_playlist(index, 165, tolerance=tolerance, duration=seconds)
        chosen = _chosen(part)
        assert chosen == _chosen(whole)[: len(chosen)]
        assert part.total >= seconds or len(chosen) == len(whole.entries)
        assert part.total - (chosen[-1].song.duration or 0.0) < seconds


class TestNearMisses:
    def test_only_the_tolerances_that_change_something_are_named(
        self, index: SongIndex, song: Song
    ) -> None:
        for bpm in (174.0, 174.5, 188.0, 141.0):  # 5.5, 5.8, 13.9, 14.5 % off 165
            index.store(song(f"/{bpm}.mp3", {bpm: 0.9}))

        playlist = build_playlist(index, 165)

        assert playlist.entries == ()
        assert playlist.total == 0
        assert playlist.near == (
            NearMiss(tolerance=0.06, songs=2),
            NearMiss(tolerance=0.15, songs=4),
        )

    def test_none_when_something_fits(self, index: SongIndex, song: Song) -> None:
        index.store(song("/a.mp3", {165.0: 0.9}))
        index.store(song("/b.mp3", {174.0: 0.9}))

        assert build_playlist(index, 165).near == ()

    def test_none_in_an_empty_index_or_when_all_are_too_far(
        self, index: SongIndex, song: Song
    ) -> None:
        assert build_playlist(index, 165).near == ()
        index.store(song("/a.mp3", {220.0: 0.9}))
        assert build_playlist(index, 165).near == ()

    def test_it_starts_beyond_the_tolerance_that_was_asked_for(
        self, index: SongIndex, song: Song
    ) -> None:
        index.store(song("/a.mp3", {168.0: 0.9}))  # 1.8 % off

        assert build_playlist(index, 165, tolerance=0.01).near == (
            NearMiss(tolerance=0.02, songs=1),
        )
        assert build_playlist(index, 165, tolerance=0.9).near == ()

    def test_what_it_promises_is_what_that_tolerance_gives(
        self, index: SongIndex, song: Song
    ) -> None:
        rng = random.Random(4)
        for number in range(30):
            bpm = round(rng.choice([rng.uniform(120, 158), rng.uniform(172, 210)]), 2)
            index.store(song(f"/{number}.mp3", {bpm: rng.random()}, fingerprint=str(number % 20)))

        near = build_playlist(index, 165, min_confidence=0.4).near

        assert len(near) > 2
        for miss in near:
            wider = build_playlist(index, 165, tolerance=miss.tolerance, min_confidence=0.4)
            assert len(wider.entries) == miss.songs


@pytest.mark.parametrize(
    ("cadence", "options", "about"),
    [
        (0, {}, "cadence"),
        (-165, {}, "cadence"),
        (math.nan, {}, "cadence"),
        (math.inf, {}, "cadence"),
        (165, {"tolerance": -0.01}, "tolerance"),
        (165, {"tolerance": 4}, "0.04 is 4 %"),
        (165, {"tolerance": math.nan}, "tolerance"),
        (165, {"min_confidence": 50}, "confidence"),
        (165, {"min_confidence": -1}, "confidence"),
        (165, {"duration": 0}, "duration"),
        (165, {"duration": math.nan}, "duration"),
        (165, {"limit": 0}, "at least one song"),
    ],
)
def test_numbers_that_make_no_sense_are_refused_in_words(
    index: SongIndex, cadence: float, options: dict[str, Any], about: str
) -> None:
    with pytest.raises(ValueError, match=about):
        build_playlist(index, cadence, **options)
