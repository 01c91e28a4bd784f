"""A song's bins as one number."""

import random

from pacetag.db.bins import BEYOND, STARTS, bins_of, histogram


def test_a_song_without_paces_has_no_bin_and_one_with_paces_out_of_range_has_something() -> None:
    assert bins_of([]) == 0
    assert bins_of([20.0, 330.0]) == BEYOND


def test_paces_in_the_same_bin_set_it_once() -> None:
    assert bins_of([160.0, 169.99, 80.0]) == 1 << STARTS.index(160) | 1 << STARTS.index(80)


def test_the_histogram_counts_each_song_once_a_bin() -> None:
    rng = random.Random(2)
    songs = [[rng.uniform(20, 340) for _ in range(rng.randrange(5))] for _ in range(300)]

    found = histogram((bins_of(paces), 1) for paces in songs)

    assert found == tuple(
        (start, sum(any(start <= bpm < start + 10 for bpm in paces) for paces in songs))
        for start in STARTS
    )
