"""Intros are kept by the sound of songs, and only those of the method that is asked for count."""

from collections.abc import Callable

from pacetag.db.index import SongIndex
from pacetag.db.records import SongRecord

MakeSong = Callable[..., SongRecord]


def test_all_files_of_a_sound_have_its_intro(index: SongIndex, make_song: MakeSong) -> None:
    for name, fingerprint in (("a", "f"), ("b", "f"), ("c", "g"), ("d", "h")):
        index.store(make_song(f"/{name}.mp3", fingerprint=fingerprint))

    index.intros.store(1, {"f": 12.25, "g": 0.0, "gone": 9.0})

    assert index.intros.by_song(1) == {1: 12.25, 2: 12.25, 3: 0.0}


def test_what_another_method_found_is_replaced(index: SongIndex, make_song: MakeSong) -> None:
    index.store(make_song("/a.mp3", fingerprint="f"))
    index.intros.store(1, {"f": 12.25})

    assert index.intros.by_song(2) == {}
    index.intros.store(2, {"f": 11.0})
    assert (index.intros.by_song(1), index.intros.by_song(2)) == ({}, {1: 11.0})
