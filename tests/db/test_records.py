"""Which paces of a song count."""

from collections.abc import Callable

import pytest

from pacetag.db.records import SongRecord
from pacetag.model.judgement import Pace


@pytest.mark.parametrize(
    ("listener", "counting"),
    [
        (None, (Pace(bpm=165.0, confidence=0.9),)),
        ((84.0, 168.0), (Pace(bpm=84.0, confidence=1.0), Pace(bpm=168.0, confidence=1.0))),
        ((), ()),
    ],
)
def test_paces_that_a_person_set_count_before_the_networks(
    make_song: Callable[..., SongRecord],
    listener: tuple[float, ...] | None,
    counting: tuple[Pace, ...],
) -> None:
    assert make_song("/a.mp3", {165.0: 0.9}, listener=listener).paces == counting
