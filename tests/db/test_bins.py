"""A song's bins as one number."""

import random

import pytest

from pacetag.db.bins import BEYOND, STARTS, bin_of, bins_of, histogram
from pacetag.tagger.paces import whole_paces


def test_a_song_without_paces_has_no_bin_and_one_with_paces_out_of_range_has_something() -> None:
    assert bins_of([]) == 0
    assert bins_of([20.0, 330.0]) == BEYOND


def test_paces_in_the_same_bin_set_it_once() -> None:
    assert bins_of([160.0, 169.49, 80.0]) == 1 << STARTS.index(160) | 1 << STARTS.index(80)


def test_the_histogram_counts_each_song_once_a_bin() -> None:
    rng = random.Random(2)
    songs = [[rng.uniform(20, 340) for _ in range(rng.randrange(5))] for _ in range(300)]

    found = histogram((bins_of(paces), 1) for paces in songs)

    assert found == tuple(
        (start, sum(any(bin_of(bpm) == start for bpm in paces) for paces in songs))
        for start in STARTS
    )


@pytest.mark.parametrize(
    ("bpm", "start"),
    [
        *((39.49, None), (39.5, 40), (49.49, 40), (49.5, 50), (119.97, 120), (119.49, 110)),
        *((119.5, 120), (120.0, 120), (319.97, 310), (320.0, 310), (320.49, 310), (320.5, None)),
    ],
)
def test_a_pace_falls_into_the_bin_of_the_whole_number_that_tags_hold(
    bpm: float, start: int | None
) -> None:
    assert bin_of(bpm) == start


def test_every_pace_is_counted_as_its_tag_reads() -> None:
    for hundredths in range(3_900, 32_100):
        bpm = hundredths / 100
        (tag,) = whole_paces([bpm])
        start = bin_of(bpm)
        assert start == (min(tag, 319) // 10 * 10 if 40 <= tag <= 320 else None), bpm
