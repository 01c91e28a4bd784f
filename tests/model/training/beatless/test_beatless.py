"""Music without a beat has no period at which its notes gather, and no pace in its truth."""

import io
from pathlib import Path

import numpy as np
import pytest
import soundfile
from rich.console import Console

from pacetag.model.training.beatless.corpus import (
    KINDS,
    SONGS,
    build_beatless,
    compose,
    draw_plan,
    to_midi,
)
from pacetag.model.training.beatless.voices import SECONDS, Voice
from pacetag.model.training.rendered import rendered_songs
from pacetag.model.training.sources.midi import song_of
from tests.outside import FONTS

PLANS = [draw_plan(1, number) for number in range(SONGS)]
BPM = np.geomspace(40, 320, 400)


def onsets(voices: tuple[Voice, ...]) -> np.ndarray:
    """Seconds [n] at which something is struck; what is struck within 60 ms is one chord."""
    times = np.unique([tone.at for voice in voices for tone in voice.tones])
    return times[np.diff(times, prepend=-1.0) > 0.06]


def gathering(seconds: np.ndarray) -> float:
    """How far the onsets gather at one phase of a pulse of 40 to 320 bpm, at most: 0..1."""
    phases = np.exp(2j * np.pi * np.outer(BPM / 60, seconds))
    return float(np.abs(phases.mean(axis=1)).max())


@pytest.mark.parametrize("kind", KINDS)
def test_no_pulse_gathers_the_notes(kind: str) -> None:
    found = [onsets(compose(plan)) for plan in PLANS if plan.kind == kind]
    # Of n onsets at random the largest of 400 sums is sqrt(log(400) / n) on average.
    excess = [gathering(one) * np.sqrt(len(one) / np.log(400)) for one in found]

    assert np.median(excess) < 1.6
    steady = np.arange(0, SECONDS, 0.5)
    assert gathering(steady) * np.sqrt(len(steady) / np.log(400)) > 4


def test_a_kind_is_on_one_side_of_the_split() -> None:
    assert {KINDS[plan.kind].split for plan in PLANS} == {"train", "validation"}
    assert {plan.kind for plan in PLANS} == set(KINDS)


def test_equal_seeds_write_equal_songs_and_others_do_not() -> None:
    assert compose(PLANS[7]) == compose(draw_plan(1, 7))
    assert compose(PLANS[7]) != compose(draw_plan(2, 7))


def test_every_note_is_within_the_piece_and_written_down() -> None:
    for plan in PLANS[:18]:
        voices = compose(plan)
        written = song_of(to_midi(voices)).notes

        assert len(written) == sum(len(voice.tones) for voice in voices) > 0
        assert all(0 <= note.tick < 1000 * SECONDS for note in written)


@pytest.mark.outside("fluidsynth", *FONTS)
def test_a_rendered_song_has_no_pace(tmp_path: Path) -> None:
    made = build_beatless(tmp_path, songs=2, seed=1, jobs=2, console=Console(file=io.StringIO()))

    samples, rate = soundfile.read(tmp_path / made[0].audio)
    assert rate == 22_050
    assert np.abs(samples).max() > 0.01
    for song in rendered_songs(tmp_path, "beatless"):
        assert song.truth.beatless
        labels = song.truth.label(0, (60.0, 120.0, 240.0))
        assert [(one.bpm, one.compatible) for one in labels] == [
            (60.0, False),
            (120.0, False),
            (240.0, False),
        ]
