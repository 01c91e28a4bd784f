"""The tables of the benchmark sets, and making them from the command line."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from pacetag.model.evaluation.evaluation_set import read_evaluation_set
from pacetag.model.training.benchmark_sets import __main__ as benchmark_sets
from pacetag.model.training.benchmark_sets.__main__ import SETS, main
from pacetag.model.training.benchmark_sets.table import BenchmarkSong, write_set
from pacetag.model.training.sources.sound import write_flac
from pacetag.model.training.sources.tools import ToolsMissingError

SONG = BenchmarkSong(
    file="b.flac",
    tempo=94.99999,
    beats_per_bar=4,
    genre="rock",
    artist="Someone, and others",
    remarks="a person's chart",
)
WIND = BenchmarkSong(file="a.flac", genre="weather", artist="Sky", remarks="recorded: wind")


def test_a_set_is_read_by_what_evaluates(tmp_path: Path) -> None:
    wind, song = read_evaluation_set(write_set(tmp_path, (SONG, WIND)))

    assert song.truth.right == (95.0,)
    assert song.beats_per_bar == 4
    assert (song.style, song.artist, song.remarks) == (SONG.genre, SONG.artist, SONG.remarks)
    assert song.path == tmp_path / "b.flac"
    assert wind.truth.beatless
    assert wind.beats_per_bar is None


def test_a_tempo_without_a_known_bar_is_no_beatless_row(tmp_path: Path) -> None:
    odd = BenchmarkSong(file="c.flac", tempo=120.0, genre="", artist="")

    (song,) = read_evaluation_set(write_set(tmp_path, (odd,)))

    assert song.truth.right == (120.0,)
    assert song.beats_per_bar is None


@pytest.mark.parametrize(("height", "expected"), [(0.25, 0.25), (3.0, 0.99)])
def test_only_sound_that_is_too_loud_is_changed(
    tmp_path: Path, height: float, expected: float
) -> None:
    sound = np.full((1_000, 2), height, np.float32)

    write_flac(tmp_path / "deep" / "x.flac", sound, 8_000)

    written, _ = soundfile.read(tmp_path / "deep" / "x.flac")
    assert np.abs(written).max() == pytest.approx(expected, abs=1e-3)
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["x.flac"]


@pytest.fixture
def builders(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, object]]:
    """LMMS is missing, the others are made; returns what was called."""
    called: list[tuple[str, object]] = []

    def lmms(folder: Path, console: object) -> tuple[BenchmarkSong, ...]:
        raise ToolsMissingError("it needs what is not installed: apt-get install lmms")

    def frets(folder: Path, console: object, debs: object) -> tuple[BenchmarkSong, ...]:
        called.append((folder.name, debs))
        return (SONG,)

    def beatless(folder: Path, console: object, debs: object) -> tuple[BenchmarkSong, ...]:
        called.append((folder.name, debs))
        return (WIND,)

    for name, build in (("lmms", lmms), ("frets", frets), ("beatless", beatless)):
        monkeypatch.setattr(benchmark_sets, f"build_{name}", build)
    return called


def test_one_set_that_fails_leaves_the_others(
    tmp_path: Path, builders: list[tuple[str, object]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path), "--debs", "packages"]) == 1

    assert "lmms: it needs what is not installed: apt-get install lmms" in capsys.readouterr().err
    assert builders == [("frets", Path("packages")), ("beatless", Path("packages"))]
    made = {name for name in SETS if (tmp_path / name / "set.csv").exists()}
    assert made == {"frets", "beatless"}


def test_one_set_alone_can_be_made(tmp_path: Path, builders: list[tuple[str, object]]) -> None:
    assert main([str(tmp_path), "--only", "frets"]) == 0

    assert builders == [("frets", None)]


def test_an_empty_set_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(benchmark_sets, "build_lmms", lambda folder, console: ())

    assert main([str(tmp_path), "--only", "lmms"]) == 1
    assert "there is not one song for it" in capsys.readouterr().err
    assert not (tmp_path / "lmms" / "set.csv").exists()
