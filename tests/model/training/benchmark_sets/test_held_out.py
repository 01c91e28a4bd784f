"""Held-out songs become sets that `pacetag evaluate` reads."""

from pathlib import Path

import pytest

from pacetag.model.evaluation.evaluation_set import read_evaluation_set
from pacetag.model.training.benchmark_sets.held_out import main, write_sets
from pacetag.model.training.songs import LabelledTruth, TrainingSong, Window


def song(name: str, split: str, source: str, truth: LabelledTruth) -> TrainingSong:
    windows = (Window(path=Path(f"/music/{name}.flac"), start=5.0, seconds=40.0),)
    return TrainingSong(
        name=name, source=source, group="waltz", split=split, windows=windows, truth=truth
    )


def test_each_split_and_source_is_a_set_that_can_be_read(tmp_path: Path) -> None:
    songs = [
        song("a", "train", "grooves", LabelledTruth(right=(120.0,))),
        song("b", "test", "grooves", LabelledTruth(right=(186.0, 62.0), unclear=(93.0, 15.5))),
        song("c", "test", "recordings", LabelledTruth(right=())),
        song("d", "validation", "recordings", LabelledTruth(right=(100.123,))),
    ]

    written = write_sets(songs, tmp_path)

    assert {path.name: count for path, count in written.items()} == {
        "test-grooves.csv": 1,
        "test-recordings.csv": 1,
        "validation-recordings.csv": 1,
    }
    (waltz,) = read_evaluation_set(tmp_path / "test-grooves.csv")
    assert waltz.path == Path("/music/b.flac")
    assert waltz.truth.right == (62.0, 186.0)
    assert 93.0 in waltz.truth.unclear
    assert waltz.style == "waltz"
    (fog,) = read_evaluation_set(tmp_path / "test-recordings.csv")
    assert fog.truth.beatless


def test_without_a_corpus_it_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path), str(tmp_path / "sets")]) == 1
    assert "run `pacetag train WORK` first" in capsys.readouterr().err
