"""Drummers and bands become sound, with the drummer's swing and an exact truth."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from pacetag.model.training.drummers.__main__ import main
from pacetag.model.training.drummers.band import warp
from pacetag.model.training.drummers.corpus import build_drummers
from pacetag.model.training.drummers.plan import plan_songs
from pacetag.model.training.drummers.render import full_score, played
from pacetag.model.training.drummers.swing import Swing
from pacetag.model.training.rendered import rendered_songs
from tests import outside
from tests.model.training.drummers.made_takes import MadeSet, straight_beat, swung_beat


@pytest.fixture
def made(tmp_path: Path) -> MadeSet:
    """A swung take to learn from and a straight one to validate with."""
    takes = MadeSet(tmp_path / "groove")
    takes.add(swung_beat(8, 3 / 4), style="jazz", drummer="drummer10")
    takes.add(straight_beat(8), drummer="drummer3")
    return takes


def test_a_written_offbeat_is_played_where_the_drummer_has_it() -> None:
    assert warp(5.5, Swing(ratio=3.0)) == pytest.approx(5.75)
    assert warp(5.25, Swing(ratio=3.0, pulses=2)) == pytest.approx(5.375)
    assert warp(5.5, Swing(ratio=None)) == 5.5
    assert warp(5.0, Swing(ratio=3.0)) == 5.0


def test_the_band_swings_as_the_drummer_does(made: MadeSet) -> None:
    plan = next(plan for plan in plan_songs(made.takes(), 1) if plan.band)

    score = full_score(plan)

    band = [note for track in score.tracks for note in track.notes if note.channel != 9]
    places = np.array([note.tick / score.ticks_per_quarter for note in band]) % 1
    inside = places[(places > 0.2) & (places < 0.9)]
    assert len(inside) > 10
    assert np.median(inside) == pytest.approx(0.75, abs=0.05)


def test_the_same_plan_gives_the_same_notes(made: MadeSet) -> None:
    first, again = (plan_songs(made.takes(), 1)[1] for _ in range(2))

    assert full_score(first) == full_score(again)


def test_the_truth_counts_from_the_first_downbeat(made: MadeSet) -> None:
    plan = plan_songs(made.takes(), 1)[0]

    onsets = played(plan, full_score(plan)).onsets

    assert onsets.min() == pytest.approx(0, abs=0.01)
    assert onsets.max() == pytest.approx(plan.stretch.beats - 0.25, abs=0.01)


@pytest.mark.outside("fluidsynth", *outside.FONTS)
def test_takes_are_rendered_once_and_read_back_as_songs(made: MadeSet, tmp_path: Path) -> None:
    folder = tmp_path / "drummers"
    songs = build_drummers(folder, made.folder, seed=1, jobs=2, console=None)

    assert {song.group: song.split for song in songs} == {
        "drummer10": "train",
        "drummer3": "validation",
    }
    first = songs[0]
    assert first.made["swing_ratio"] == pytest.approx(3.0, rel=0.05)
    assert (first.tempo, first.made["style"]) == (120.0, "jazz")
    samples, rate = soundfile.read(folder / first.audio)
    assert (rate, samples.ndim) == (22_050, 1)
    assert len(samples) / rate == pytest.approx(first.seconds, abs=0.01)
    assert np.sqrt(np.mean(samples**2)) > 0.001

    before = (folder / first.audio).stat().st_mtime_ns
    assert build_drummers(folder, made.folder, seed=1, jobs=2, console=None) == songs
    assert (folder / first.audio).stat().st_mtime_ns == before
    learnt = rendered_songs(folder, "drummers")
    assert {song.source for song in learnt} == {"drummers"}
    assert 240.0 in learnt[0].truth.tempting  # swung eighths are no even pulse


@pytest.mark.outside("fluidsynth", *outside.FONTS)
def test_a_folder_without_takes_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "out"), str(tmp_path)]) == 1

    assert "name the folder of the Groove MIDI Dataset" in " ".join(capsys.readouterr().err.split())


def test_nothing_is_rendered_over_foreign_files(tmp_path: Path) -> None:
    (tmp_path / "diary.txt").write_text("mine")

    assert main([str(tmp_path), str(tmp_path)]) == 2
