"""The levels of a stretch: the click's are right, swung doubles wrong."""

from collections.abc import Sequence

import numpy as np
import pytest

from pacetag.model.training.drummers.swing import Swing, find_swing
from pacetag.model.training.drummers.truth import Played, drummed_levels
from pacetag.model.training.grooves.truth import Level
from tests.model.training.drummers.made_takes import swung_beat


def levels_of(hits: Sequence[tuple[float, int]], bpm: float = 120.0) -> dict[str, str]:
    """Judge hits (beat, key), played with a human spread."""
    played = played_by_people(hits, bpm)
    hats = np.array([key in (22, 42, 51) for _, key in hits])
    return verdicts(drummed_levels(played, find_swing(played.onsets, hats)))


def played_by_people(hits: Sequence[tuple[float, int]], bpm: float = 120.0) -> Played:
    rng = np.random.default_rng(4)
    onsets = np.array([beat for beat, _ in hits]) + rng.normal(0, 0.012, len(hits))
    return Played(
        onsets=onsets,
        velocities=np.full(len(hits), 90.0),
        beats=int(max(onsets) // 4 + 1) * 4,
        bpm=bpm,
    )


def verdicts(levels: Sequence[Level]) -> dict[str, str]:
    return {level.name: level.verdict for level in levels}


def test_even_eighths_make_the_double_right() -> None:
    levels = levels_of(swung_beat(16, 0.5), bpm=105.0)

    assert levels["beat"] == levels["beat/2"] == levels["beat*2"] == "compatible"
    assert levels["beat*3"] == "wrong"


@pytest.mark.parametrize("ratio", [1.6, 2.0, 3.0])
def test_swing_makes_the_double_wrong_and_leaves_thirds_open(ratio: float) -> None:
    levels = levels_of(swung_beat(16, ratio / (1 + ratio)), bpm=100.0)

    assert levels["beat"] == "compatible"
    assert levels["beat*2"] == "wrong"
    assert levels["beat*3"] == "unclear"


def test_thirds_are_right_where_all_of_them_are_played() -> None:
    levels = levels_of([(third / 3, 42) for third in range(192)], bpm=100.0)

    assert levels["beat*3"] == "compatible"
    assert levels["beat*2"] == "wrong"


def test_the_beat_is_right_though_few_beats_are_struck() -> None:
    sparse = [(4.0 * bar, 36) for bar in range(16)]

    assert levels_of(sparse)["beat"] == "compatible"


def test_even_sixteenths_make_the_quadruple_right() -> None:
    levels = levels_of([(step / 4, 42) for step in range(256)], bpm=75.0)

    assert levels["beat*2"] == levels["beat*4"] == "compatible"
    assert levels["beat/2"] == "unclear"  # slower than people name


def test_a_little_swing_leaves_the_double_open() -> None:
    levels = levels_of(swung_beat(16, 1.3 / 2.3))

    assert levels["beat*2"] == "unclear"


def test_a_bar_of_even_notes_in_swing_leaves_the_double_open() -> None:
    hits = [*swung_beat(16, 2 / 3), *((beat + 64, key) for beat, key in swung_beat(10, 0.5))]
    onsets = np.array([beat for beat, _ in hits])
    played = Played(onsets=onsets, velocities=np.full(len(hits), 90.0), beats=104, bpm=120.0)

    levels = {one.name: one.verdict for one in drummed_levels(played, Swing(ratio=2.0))}

    assert levels["beat*2"] == "unclear"


BELL = (0, 2, 4, 5, 7, 9, 10)  # thirds of the beat in a bar of 12/8


def bell(strokes: Sequence[int]) -> list[tuple[float, int]]:
    """Bars of strokes on the ride, in thirds of the beat."""
    return [(4.0 * bar + third / 3, 51) for bar in range(16) for third in strokes]


def test_three_against_two_leaves_open_what_is_felt() -> None:
    levels = levels_of(bell(BELL))

    assert levels["beat"] == levels["beat/2"] == "unclear"
    assert levels["hemiola"] == levels["hemiola/2"] == "unclear"


def test_a_foot_on_the_beat_decides_for_it_against_three() -> None:
    foot = [(4.0 * bar + beat, 44) for bar in range(16) for beat in (1, 3)]

    levels = levels_of([*bell(BELL), *foot])

    assert levels["beat"] == "compatible"
    assert levels["hemiola"] == "unclear"


def test_a_band_that_strikes_the_beat_decides_for_it_against_three() -> None:
    bass = [(float(beat), 36) for beat in range(64)]
    song, drums = played_by_people([*bell(BELL), *bass]), played_by_people(bell(BELL))

    levels = verdicts(drummed_levels(song, Swing(ratio=2.0), drums))

    assert levels["beat"] == "compatible"
    assert levels["hemiola"] == "unclear"


def test_a_shuffle_is_not_three_against_two() -> None:
    assert "hemiola" not in levels_of(bell(range(12)))
