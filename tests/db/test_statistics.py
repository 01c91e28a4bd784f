"""The index in numbers."""

from collections.abc import Callable

import pytest

from pacetag.db.index import SongIndex
from pacetag.db.records import SongRecord

MakeSong = Callable[..., SongRecord]


def test_an_empty_index_has_nothing_of_anything(index: SongIndex) -> None:
    stats = index.stats()

    assert (stats.songs, stats.with_paces, stats.without_paces) == (0, 0, 0)
    assert (stats.failed, stats.missing, stats.artists, stats.total_seconds) == (0, 0, 0, 0.0)
    assert stats.histogram == tuple((start, 0) for start in range(40, 320, 10))
    assert stats.bundles == {}


def test_every_song_counts_once_in_its_state(index: SongIndex, make_song: MakeSong) -> None:
    index.store(make_song("/1.mp3", artist="A", duration=100.0))
    index.store(make_song("/2.mp3", artist="A", duration=None, bundle="ear-2"))
    index.store(make_song("/3.mp3", {}, artist="B", duration=20.5))
    index.store(make_song("/4.mp3", {}, artist=None, bundle=None, duration=7.0, failure="no"))
    index.store(make_song("/5.mp3", artist="C", missing=True))
    index.store(make_song("/6.mp3", {}, artist="C", failure="no", missing=True))

    stats = index.stats()

    assert stats.songs == 4
    assert (stats.with_paces, stats.without_paces, stats.failed, stats.missing) == (2, 1, 1, 2)
    assert stats.artists == 2
    assert stats.total_seconds == pytest.approx(127.5)
    assert stats.bundles == {"ear-1": 2, "ear-2": 1}


def test_songs_whose_paces_a_person_set_are_counted(index: SongIndex, make_song: MakeSong) -> None:
    index.store(make_song("/1.mp3", listener=(84.0,)))
    index.store(make_song("/2.mp3", {}, listener=()))
    index.store(make_song("/3.mp3"))
    index.store(make_song("/gone.mp3", listener=(84.0,), missing=True))

    assert index.stats().listener == 2


def test_the_histogram_counts_songs_not_paces(index: SongIndex, make_song: MakeSong) -> None:
    index.store(make_song("/1.mp3", {160.0: 0.9, 169.49: 0.8, 80.0: 0.7}))
    index.store(make_song("/2.mp3", {165.0: 0.9}))
    index.store(make_song("/gone.mp3", {165.0: 0.9}, missing=True))
    index.store(make_song("/broken.mp3", {165.0: 0.9}, failure="no"))

    counted = {start: songs for start, songs in index.stats().histogram if songs}

    assert counted == {80: 1, 160: 2}


@pytest.mark.parametrize(
    ("bpm", "start"),
    [(39.5, 40), (49.49, 40), (49.5, 50), (309.49, 300), (309.5, 310), (319.99, 310), (320.0, 310)],
)
def test_a_pace_falls_into_the_bin_of_its_whole_number(
    index: SongIndex, make_song: MakeSong, bpm: float, start: int
) -> None:
    index.store(make_song("/1.mp3", {bpm: 0.9}))

    assert [bin_ for bin_, songs in index.stats().histogram if songs] == [start]


@pytest.mark.parametrize("bpm", [39.49, 320.5])
def test_a_pace_outside_the_judged_range_is_in_no_bin(
    index: SongIndex, make_song: MakeSong, bpm: float
) -> None:
    index.store(make_song("/1.mp3", {bpm: 0.9}))

    assert not any(songs for _, songs in index.stats().histogram)
