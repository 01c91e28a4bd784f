"""The beat, the bar and the levels of scores, on rhythms written out by hand."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from pacetag.model.training.scores.pulse import Pulse, find_pulse
from pacetag.model.training.scores.score import MetreChange, Score, TempoChange
from pacetag.model.training.scores.truth import ScoreTruth, find_truth

KICK, SNARE, HAT, BASS = 128 + 36, 128 + 38, 128 + 42, 1
ROCK = ((0, KICK), (1, SNARE), (2, KICK), (3, SNARE), *((n / 2, HAT) for n in range(8)))
WALTZ = ((0, KICK), (0, BASS), (1, HAT), (2, HAT))


def score(
    bar: Iterable[tuple[float, int]],
    quarters: float,
    *,
    bpm: float = 120.0,
    metre: tuple[int, int] | None = None,
    length: float = 160.0,
    late: float = 0.0,
) -> Score:
    """A bar of (quarter, voice) repeated every `quarters`, with a bass that differs each bar."""
    rng = np.random.default_rng(0)
    bar = tuple(bar)
    notes = []
    for number, start in enumerate(np.arange(0.0, length, quarters)):
        notes += [(start + late + place, voice, 100.0) for place, voice in bar]
        # Music that repeats without a change has no bar longer than its pattern.
        notes.append((start + late, 2 + number % 2, 60.0 + rng.uniform(0, 5)))
    notes.sort()
    return Score(
        onsets=np.array([note[0] for note in notes]),
        loudness=np.array([note[2] for note in notes]),
        voices=np.array([note[1] for note in notes]),
        tempos=(TempoChange(quarter=0.0, bpm=bpm),),
        metres=(MetreChange(quarter=0.0, beats=metre[0], unit=metre[1]),) if metre else (),
    )


def pulse(part: Score) -> Pulse:
    found = find_pulse(part)
    assert found is not None
    return found


def truth(part: Score) -> ScoreTruth:
    found = find_truth(part)
    assert found is not None
    return found


def said(found: ScoreTruth) -> dict[float, str]:
    return {round(level.bpm, 1): level.verdict for level in found.levels}


def every(step: float, until: float, voice: int = HAT) -> Sequence[tuple[float, int]]:
    return [(float(place), voice) for place in np.arange(0, until, step)]


def test_rock_in_four_fits_at_the_half_the_beat_and_the_double() -> None:
    found = truth(score(ROCK, 4, metre=(4, 4)))

    assert found.beat == pytest.approx(120)
    assert found.pulse.bar == 4
    assert said(found) == {60.0: "compatible", 120.0: "compatible", 240.0: "compatible"}


def test_the_rhythm_itself_tells_the_bar_where_none_is_written() -> None:
    assert pulse(score(ROCK, 4)).bar == 4
    assert pulse(score(WALTZ, 3)).bar == 3
    assert pulse(score([(0, KICK), (3, SNARE), *every(1, 5)], 5)).bar == 5
    assert pulse(score([(0, KICK), (4, SNARE), *every(1, 7)], 7)).bar == 7


def test_without_a_bar_nothing_slower_than_the_beat_is_claimed_or_denied() -> None:
    rng = np.random.default_rng(1)
    quarters = np.arange(160.0)
    found = truth(
        Score(
            onsets=quarters,
            loudness=rng.uniform(60, 100, 160),
            voices=rng.integers(0, 6, 160),
            tempos=(TempoChange(quarter=0.0, bpm=170.0),),
            metres=(),
        )
    )

    assert found.pulse.bar is None
    assert said(found)[170.0] == "compatible"
    assert {said(found)[round(170 * ratio, 1)] for ratio in (1 / 2, 1 / 3, 2 / 3, 3 / 4)} == {
        "unclear"
    }


def test_a_written_bar_that_the_rhythm_contradicts_is_not_believed() -> None:
    assert pulse(score(WALTZ, 3, metre=(4, 4))).bar is None
    assert pulse(score(WALTZ, 3, metre=(3, 4))).bar == 3


def test_a_change_of_metre_leaves_the_bar_open() -> None:
    part = score(ROCK, 4)
    first = MetreChange(quarter=0.0, beats=4, unit=4)

    def bar(beats: int) -> int | None:
        changed = MetreChange(quarter=10.0, beats=beats, unit=4)
        return pulse(replace(part, metres=(first, changed))).bar

    assert bar(7) is None
    assert bar(2) == 4


def test_a_waltz_has_no_half() -> None:
    found = said(truth(score(WALTZ, 3, bpm=180, metre=(3, 4))))

    assert found[60.0] == found[180.0] == "compatible"
    assert 90.0 not in found


def test_three_beats_that_may_be_two_dotted_ones_leave_both_open() -> None:
    """The drums play six eighths in two, the bass in three."""
    two = [(place, drum) for place in (0, 1.5) for drum in (KICK, SNARE)]
    bar = [*two, *every(1, 3, BASS), *every(0.5, 3)]
    found = said(truth(score(bar, 3, bpm=150, metre=(3, 4))))

    assert found[100.0] == found[150.0] == "unclear"
    assert found[300.0] == "compatible"


def test_seven_eight_counts_eighths_and_has_no_even_half() -> None:
    bar = [(0, KICK), (1, KICK), (2, SNARE), (3, KICK), *every(0.5, 3.5)]
    found = truth(score(bar, 3.5, bpm=120, metre=(7, 8)))

    assert found.pulse.quarters == 0.5
    assert found.pulse.bar == 7
    assert said(found)[240.0] == "compatible"
    assert said(found).get(120.0) != "compatible"
    assert said(found)[round(240 * 2 / 7, 1)] == said(found)[round(240 * 3 / 7, 1)] == "unclear"


def test_six_eight_is_two_dotted_beats_to_a_bar() -> None:
    bar = [(0, KICK), (1.5, SNARE), *every(0.5, 3)]
    found = truth(score(bar, 3, bpm=120, metre=(6, 8)))

    assert found.beat == pytest.approx(80)
    assert found.pulse.bar == 4
    assert said(found)[80.0] == "compatible"
    assert said(found)[160.0] == "wrong"
    assert said(found)[240.0] == "compatible"


def test_a_sequencer_that_ran_at_two_thirds_of_the_tempo_is_found_out() -> None:
    """The band plays in four at 80, the file says 120: its beat is struck, but leads nowhere."""
    bar = [(place * 1.5, voice) for place, voice in ROCK]
    found = truth(score(bar, 6, bpm=120, metre=(4, 4)))

    assert not found.pulse.notated
    assert found.beat == pytest.approx(80)
    assert said(found)[80.0] == said(found)[160.0] == "compatible"
    assert 120.0 not in said(found)


@pytest.mark.parametrize("ratio", [0.871, 1.0371, 1.13])
def test_a_file_that_was_converted_from_ticks_of_its_own_is_judged_by_its_notes(
    ratio: float,
) -> None:
    """Its quarter is a format's default and has nothing to do with the music."""
    part = score(ROCK, 4, late=0.2)
    found = truth(replace(part, onsets=part.onsets * ratio))
    beat = 120 / ratio

    assert not found.pulse.notated
    assert {bpm for bpm, verdict in said(found).items() if verdict == "compatible"} == {
        round(bpm, 1) for bpm in (beat / 2, beat, beat * 2) if bpm >= 52
    }


def test_notes_that_keep_to_no_grid_say_nothing() -> None:
    part = score(ROCK, 4)
    played = np.sort(part.onsets + np.random.default_rng(0).uniform(-0.3, 0.3, len(part.onsets)))

    assert find_truth(replace(part, onsets=np.maximum(played, 0))) is None


def test_a_tempo_that_drifts_has_no_grid() -> None:
    part = score(ROCK, 4)

    assert find_truth(replace(part, onsets=part.onsets * (1 + part.onsets / 1000))) is None


def test_a_single_note_says_nothing() -> None:
    assert find_truth(score([], 1, length=1)) is None


@pytest.mark.parametrize("late", [0.1, 0.37, 0.5])
def test_a_band_that_comes_late_is_judged_by_its_own_beat(late: float) -> None:
    found = truth(score(ROCK, 4, late=late, metre=(4, 4)))

    assert found.pulse.phase == pytest.approx(late, abs=1e-6)
    assert said(found) == {60.0: "compatible", 120.0: "compatible", 240.0: "compatible"}


def test_halves_and_thirds_that_both_sound_are_told_apart_by_what_repeats() -> None:
    bar = [*every(1 / 6, 4), *every(0.5, 4, KICK), *every(0.5, 4, BASS)]
    found = said(truth(score(bar, 4, bpm=60)))
    even = said(truth(score(every(1 / 6, 4), 4, bpm=60)))

    assert found[120.0] == "compatible"
    assert found[180.0] == "unclear"
    assert even[120.0] == even[180.0] == "unclear"


def test_what_is_faster_than_310_is_left_open() -> None:
    assert said(truth(score(ROCK, 4, bpm=160)))[320.0] == "unclear"


def test_a_tempo_that_is_silent_half_of_the_song_is_left_open() -> None:
    part = score(ROCK, 4)
    eighths = (part.voices == HAT) & (part.onsets % 1 > 0.25) & (part.onsets > 80)
    thinner = replace(
        part,
        onsets=part.onsets[~eighths],
        loudness=part.loudness[~eighths],
        voices=part.voices[~eighths],
    )

    assert said(truth(thinner))[240.0] == "unclear"
