"""Times typed with one decimal, and times that people played, are put where they belong."""

import numpy as np
import pytest

from pacetag.model.training.grooves.quantise import quantise_score, quantised_onsets
from pacetag.model.training.grooves.score import Score, Track
from pacetag.model.training.grooves.styles import load_styles
from pacetag.model.training.sources.midi import DRUM_CHANNEL, Note

SIZE = 192


def typed(*quarters: float, channel: int = DRUM_CHANNEL, beats: int = 16) -> Score:
    """A pattern of a beat, repeated, as MMA plays it: cut down to whole ticks."""
    notes = [
        Note(tick=int((beat + place) * SIZE), length=20, channel=channel, key=40, velocity=90)
        for beat in range(beats)
        for place in quarters
    ]
    return Score(ticks_per_quarter=SIZE, tracks=(Track(notes=tuple(sorted(notes)), others=()),))


def places(score: Score, first: int = 0, last: int = 16) -> list[float]:
    """Where in the quarter notes of these quarters begin."""
    ticks = [note.tick / score.ticks_per_quarter for track in score.tracks for note in track.notes]
    return sorted({round(tick % 1, 2) for tick in ticks if first <= tick < last})


@pytest.mark.parametrize(
    ("style", "pattern", "meant"),
    [
        ("casio/16beat1", (0, 0.3, 0.5, 0.8), [0, 0.25, 0.5, 0.75]),
        ("casio/ambient2", (0, 0.2, 0.5, 0.7), [0, 0.25, 0.5, 0.75]),
        ("casio/oldieballad", (0, 0.3, 0.7), [0, 0.33, 0.67]),
        ("casio/16shuffle1", (0, 0.3, 0.5, 0.8), [0, 0.33, 0.5, 0.83]),
        ("casio/jazzwaltz", (0, 0.75), [0, 0.75]),
        ("casio/slowrock", (0, 0.34, 0.67), [0, 0.34, 0.67]),
        ("zoom/rock", (0, 0.2, 0.5, 0.8), [0, 0.25, 0.5, 0.75]),
        ("zoom/blues", (0, 0.3, 0.7), [0, 0.33, 0.67]),
        ("zoom/funk", (0, 0.3, 0.5, 0.8), [0, 0.33, 0.5, 0.83]),
        ("zoom/beat8", (0, 0.6), [0, 0.5]),
        ("yamaha/salsa1", (0, 0.2, 0.8), [0, 0.2, 0.8]),
    ],
)
def test_tenths_become_what_they_were_cut_from(
    style: str, pattern: tuple[float, ...], meant: list[float]
) -> None:
    mended = quantise_score(typed(*pattern), load_styles()[style], [0.0])

    assert places(mended) == pytest.approx(meant, abs=0.011)


def test_each_groove_of_a_song_is_decided_by_itself() -> None:
    straight, swung = typed(0, 0.2, 0.5, 0.8), typed(0, 0.3, 0.7)
    later = [
        Note(tick=n.tick + 16 * SIZE, length=20, channel=9, key=40, velocity=90)
        for n in swung.tracks[0].notes
    ]
    both = Score(
        ticks_per_quarter=SIZE,
        tracks=(Track(notes=(*straight.tracks[0].notes, *later), others=()),),
    )
    mended = quantise_score(both, load_styles()["zoom/pop"], [0.0, 16.0])

    assert places(mended, 0, 16) == pytest.approx([0, 0.25, 0.5, 0.75], abs=0.011)
    assert places(mended, 16, 32) == pytest.approx([0, 0.33, 0.67], abs=0.011)


@pytest.mark.parametrize(
    ("played", "twelfth"),
    [(0.05, 0), (0.96, 12), (0.45, 6), (0.54, 6), (0.125, 1), (0.24, 3), (0.35, 4), (0.64, 8),
     (0.7, 8), (0.73, 9), (0.86, 11)],
)  # fmt: skip
def test_a_played_onset_counts_for_what_it_is_meant_as(played: float, twelfth: int) -> None:
    notes = typed(played, beats=1).tracks[0].notes

    assert quantised_onsets(notes, SIZE, 1.0)[0] * 12 == pytest.approx(twelfth)


def test_the_strings_of_one_stroke_are_one_onset_and_drums_are_not_strings() -> None:
    strings = typed(0, 0.05, 0.13, channel=2, beats=1).tracks[0].notes
    drums = typed(0, 0.05, 0.13, beats=1).tracks[0].notes

    assert (quantised_onsets(strings, SIZE, 1.0) == 0).all()
    assert np.count_nonzero(quantised_onsets(drums, SIZE, 1.0)) == 1


def test_the_beat_of_a_compound_metre_is_longer_than_a_quarter() -> None:
    thirds = typed(0, 2 / 3, 4 / 3, beats=1).tracks[0].notes

    assert quantised_onsets(thirds, SIZE, 2.0) * 12 == pytest.approx([0, 4, 8])
