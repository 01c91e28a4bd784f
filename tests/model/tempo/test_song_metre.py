"""Duple or triple, told from the levels of a song."""

import numpy as np
import pytest

from pacetag.model.judge import Judge
from pacetag.model.tempo.song_metre import heard_metre


@pytest.mark.parametrize(
    ("bpms", "there", "threes", "said"),
    [
        ([86, 172, 43], [1, 0.97, 0.2], [-3, -3, -3], "duple"),
        ([186, 62], [1, 0.94], [3, -3], "triple"),
        ([90, 180, 30], [0.9, 0.9, 0.8], [0, 0, 0], "triple"),  # a waltz with its eighths
        ([60, 360], [0.9, 0.9], [0, 0], "triple"),
        ([170, 113], [0.9, 0.1], [-3, 0], "duple"),
        ([170, 113], [0.9, 0.1], [2, 0], "triple"),
        ([170, 113], [0.9, 0.1], [0.2, 3], None),  # a lone level that nothing is known of
        ([170, 85], [0.3, 0.2], [-3, -3], None),  # no beat
        ([], [], [], None),
    ],
)
def test_the_metre_follows_from_the_levels_that_are_there(
    bpms: list[float], there: list[float], threes: list[float], said: str | None
) -> None:
    assert heard_metre(*(np.array(part, float) for part in (bpms, there, threes))) == said


@pytest.mark.parametrize(
    ("name", "metre"),
    [
        ("04-riverside-waltz.ogg", "triple"),
        ("07-parade.mp3", "duple"),
        ("11-half-time-hill.flac", "duple"),
        ("10-fog.opus", None),
    ],
)
def test_the_samples_are_heard_in_their_metre(name: str, metre: str | None, root: object) -> None:
    assert Judge.load().file(root / "sample_audio" / name).metre == metre  # type: ignore[operator]
