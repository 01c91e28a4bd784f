"""Intros are kept by the sound of songs, and only those of the method that is asked for count."""

from pacetag.db.index import SongIndex


def test_intros_are_kept_by_the_sound(index: SongIndex) -> None:
    index.intros.store(1, {"f": 12.25, "g": 0.0})
    index.intros.store(1, {"f": 12.5})

    assert index.intros.by_sound(1) == {"f": 12.5, "g": 0.0}


def test_what_another_method_found_is_replaced(index: SongIndex) -> None:
    index.intros.store(1, {"f": 12.25})

    assert index.intros.by_sound(2) == {}
    index.intros.store(2, {"f": 11.0})
    assert (index.intros.by_sound(1), index.intros.by_sound(2)) == ({}, {"f": 11.0})
