"""Which paces fit, on rhythms written out by hand and sent through a MIDI file."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from mido import MidiFile
from numpy.typing import NDArray

from pacetag.model.training.grooves.songs import groove_truth
from pacetag.model.training.grooves.truth import Level, find_levels, sounding_grid
from pacetag.model.training.sources.midi import Note, add_track, song_of

EMPTY = MidiFile(ticks_per_beat=192, tracks=[])
N_BEATS = 48


def grid(*beats: float, n_beats: int = N_BEATS, jitter: float = 0) -> NDArray[np.bool_]:
    """The grid of notes at these beats, read back from a MIDI file that holds them."""
    rng = np.random.default_rng(0)
    ticks = [max(0, round(beat * 192 + rng.uniform(-jitter, jitter))) for beat in beats]
    notes = [Note(tick=t, channel=9, key=36, velocity=100, length=1) for t in sorted(ticks)]
    song = song_of(add_track(EMPTY, channel=9, program=0, notes=notes))
    return sounding_grid(
        np.array([note.tick / song.ticks_per_quarter for note in song.notes]),
        np.array([note.velocity for note in song.notes], dtype=float),
        n_beats,
    )


def verdict(levels: Sequence[Level], bpm: float) -> str:
    """What training learns of a tempo, in the words of levels."""
    said = groove_truth(levels, bpm).case(bpm)
    return "compatible" if said == "right" else said


def every(step: float, start: float = 0.0, n_beats: int = N_BEATS) -> NDArray[np.float64]:
    return np.arange(start, n_beats, step)


def verdicts(
    struck: NDArray[np.bool_], bpm: float, *, beats_per_bar: int = 4, **settings: Any
) -> dict[str, str]:
    levels = find_levels(struck, bpm, beats_per_bar=beats_per_bar, **settings)
    return {level.name: level.verdict for level in levels}


def test_straight_eighths_in_four_fit_at_the_double_the_beat_and_the_half() -> None:
    found = verdicts(grid(*every(0.5)), 120)

    assert found == {
        "beat/2": "compatible",
        "beat": "compatible",
        "beat*2": "compatible",
    }


def test_a_bare_beat_does_not_fit_at_its_double() -> None:
    assert verdicts(grid(*every(1)), 120)["beat*2"] == "wrong"


@pytest.mark.parametrize(
    ("eighths", "expected"),
    [(1.0, "compatible"), (0.55, "compatible"), (0.4, "unclear"), (0.2, "unclear"), (0.1, "wrong")],
)
def test_the_share_of_sounding_pulses_decides(eighths: float, expected: str) -> None:
    off_beats = every(1, 0.5)
    chosen = np.random.default_rng(1).permutation(off_beats)[: round(eighths * len(off_beats))]

    assert verdicts(grid(*every(1), *chosen), 120)["beat*2"] == expected


def test_only_the_pulses_that_a_level_adds_are_counted() -> None:
    levels = find_levels(grid(*every(1)), 120, beats_per_bar=4)

    assert next(level for level in levels if level.name == "beat*2").share == 0


def test_swing_is_no_row_of_eighths_nor_of_triplets() -> None:
    swung = verdicts(grid(*every(1), *every(1, 2 / 3)), 90)

    assert swung["beat"] == "compatible"
    assert swung["beat*2"] == "wrong"
    assert swung["beat*3"] == "unclear"


def test_full_triplets_fit_at_three_steps_a_beat() -> None:
    triplets = verdicts(grid(*every(1 / 3)), 60)

    assert triplets["beat*3"] == "compatible"
    assert triplets["beat*2"] == "wrong"


def test_a_dotted_rhythm_is_no_row_of_sixteenths() -> None:
    dotted = verdicts(grid(*every(0.5), *every(1, 0.75)), 70)

    assert dotted["beat*2"] == "compatible"
    assert dotted["beat*4"] == "unclear"


def test_sixteenths_need_their_eighths() -> None:
    found = verdicts(grid(*every(1), *every(1, 0.25), *every(1, 0.75)), 70)

    assert found["beat*2"] == "wrong"
    assert found["beat*4"] == "wrong"


def test_a_waltz_fits_at_191_and_64_and_not_at_96() -> None:
    levels = find_levels(grid(*every(1)), 191, beats_per_bar=3)

    assert verdict(levels, 191) == "compatible"
    assert verdict(levels, 64) == "compatible"
    assert verdict(levels, 96) == "wrong"
    assert verdict(levels, 127) == "wrong"


def test_six_eight_is_felt_in_two_with_eighths_by_three() -> None:
    slow = verdicts(grid(*every(1 / 3)), 60, beats_per_bar=2, compound=True)
    fast = verdicts(grid(*every(1 / 3)), 110, beats_per_bar=2, compound=True)

    assert slow == {
        "beat": "compatible",
        "beat*2": "wrong",
        "beat*3": "compatible",
        "beat*4": "wrong",
    }
    assert fast["bar"] == "compatible"


def test_two_against_three_in_a_compound_metre_is_left_open() -> None:
    found = verdicts(grid(*every(1 / 3), *every(0.5)), 60, beats_per_bar=4, compound=True)

    assert found["beat*2"] == "unclear"


def test_a_hemiola_leaves_three_halves_of_the_beat_open() -> None:
    struck = grid(*every(1 / 3))

    assert verdicts(struck, 80, beats_per_bar=2, compound=True, hemiola=True)["hemiola"] == (
        "unclear"
    )
    assert verdict(find_levels(struck, 80, beats_per_bar=2, compound=True), 120) == "wrong"


def test_five_four_has_no_half() -> None:
    levels = find_levels(grid(*every(1), n_beats=40), 170, beats_per_bar=5)

    assert verdict(levels, 170) == "compatible"
    assert verdict(levels, 85) == "wrong"


def test_paces_below_52_are_left_open() -> None:
    assert verdicts(grid(*every(1)), 100)["beat/2"] == "unclear"
    assert verdicts(grid(*every(1)), 106)["beat/2"] == "compatible"


def test_a_written_beat_that_nobody_strikes_is_left_open() -> None:
    found = verdicts(grid(*every(2)), 120)

    assert found["beat"] == "unclear"
    assert found["beat/2"] == "compatible"


def test_sections_that_contradict_each_other_leave_a_level_open() -> None:
    struck = grid(*every(1), *every(1, 0.5)[: N_BEATS * 3 // 4])

    assert verdicts(struck, 120)["beat*2"] == "compatible"
    assert verdicts(struck, 120, section_starts=(0, 36))["beat*2"] == "unclear"


def test_a_humans_jitter_changes_nothing() -> None:
    assert verdicts(grid(*every(0.5), jitter=7), 120) == verdicts(grid(*every(0.5)), 120)


def test_notes_too_soft_to_hear_carry_no_pulse() -> None:
    loud, soft = every(1), every(1, 0.5)
    velocities = np.array([110.0] * len(loud) + [20.0] * len(soft))

    struck = sounding_grid(np.concatenate([loud, soft]), velocities, N_BEATS)

    assert struck[:, 0].all()
    assert not struck[:, 6].any()


def test_silence_fits_nothing_for_sure() -> None:
    struck = sounding_grid(np.array([]), np.array([]), N_BEATS)

    assert "compatible" not in {verdicts(struck, 100)[name] for name in ("beat", "beat*2")}


LEVELS = (
    Level(name="beat/2", bpm=60, verdict="compatible"),
    Level(name="beat", bpm=120, verdict="compatible"),
    Level(name="beat*2", bpm=240, verdict="unclear"),
    Level(name="beat*3", bpm=360, verdict="wrong"),
)


@pytest.mark.parametrize(
    ("bpm", "expected"),
    [
        (120.0, "compatible"),
        (124.7, "compatible"),
        (115.3, "compatible"),
        (125.5, "unclear"),  # 4.6 % off
        (113.5, "unclear"),
        (128.0, "wrong"),
        (90.0, "wrong"),
        (243.0, "unclear"),
        (252.0, "unclear"),  # 5 % off an unclear level
        (258.0, "wrong"),
        (355.0, "wrong"),
        (378.0, "wrong"),  # 5 % off a wrong level
    ],
)
def test_any_tempo_is_judged_by_the_levels_around_it(bpm: float, expected: str) -> None:
    assert verdict(LEVELS, bpm) == expected


def test_accents_in_threes_against_a_bar_of_four_leave_only_the_half_beats_certain() -> None:
    struck = grid(*every(0.5))

    assert verdicts(struck, 132, crossed=True) == {
        "crossed/6": "unclear",
        "beat/2": "unclear",
        "crossed/3": "unclear",
        "beat": "unclear",
        "beat*2": "compatible",
    }
    assert verdict(find_levels(struck, 132, beats_per_bar=4), 88) == "wrong"
