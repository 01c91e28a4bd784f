"""`pacetag show`: one song, and what it was judged by."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.image import imread

from pacetag.tagger import workers
from pacetag.tagger.worker import Ear

MakeSong = Callable[..., Path]
Run = Callable[..., Any]


def test_paces_and_candidates_are_listed_the_surest_first(
    make_song: MakeSong, pacetag: Run
) -> None:
    song = make_song("172.34-86.2.mp3")

    done = pacetag("show", song)

    assert done.stdout.splitlines() == [
        f"{song}  3:00, judged by fake-1",
        "Paces: 172.3 (98%), 86.2 (93%)",
        "Candidates:",
        "   172.3 bpm   98.00%",
        "    86.2 bpm   93.00%",
        "   133.0 bpm   10.00%",
    ]
    assert (done.exit_code, done.stderr) == (0, "")


def test_neither_the_song_nor_the_index_is_touched(
    make_song: MakeSong, pacetag: Run, index_file: Path
) -> None:
    song = make_song("172.mp3")
    content = song.read_bytes()

    pacetag("show", song)

    assert song.read_bytes() == content
    assert not index_file.exists()


def test_json_keeps_its_keys(make_song: MakeSong, pacetag: Run) -> None:
    song = make_song("172.mp3")

    assert json.loads(pacetag("show", song, "--json").stdout) == {
        "path": str(song),
        "duration": 180.0,
        "bundle": "fake-1",
        "paces": [{"bpm": 172.0, "confidence": 0.98}],
        "candidates": [
            {"bpm": 172.0, "probability": 0.98},
            {"bpm": 133.0, "probability": 0.1},
        ],
    }


def test_a_song_without_a_beat_is_said_to_have_no_paces(make_song: MakeSong, pacetag: Run) -> None:
    assert "Paces: none" in pacetag("show", make_song("beatless.mp3")).stdout


@pytest.mark.parametrize(
    ("name", "said"), [("broken.mp3", "cannot decode audio"), ("short.mp3", "3.0 s long")]
)
def test_what_cannot_be_judged_is_one_sentence(
    name: str, said: str, make_song: MakeSong, pacetag: Run
) -> None:
    song = make_song(name)

    done = pacetag("show", song)

    assert done.exit_code == 1
    assert done.stderr.startswith(f"pacetag: {song}: {said}")
    assert done.stderr.count("\n") == 1


def test_a_folder_or_nothing_is_a_usage_error(pacetag: Run, library: Path) -> None:
    assert "is a folder" in pacetag("show", library).stderr
    assert pacetag("show", library).exit_code == 2
    assert pacetag("show", library / "nowhere.mp3").exit_code == 2


@pytest.fixture
def seeing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A judge that shows evidence."""
    ear = Ear(bundle="fake-1", factory="seeing_judge:load_seeing")
    monkeypatch.setattr(workers, "shipped_ear", lambda: ear)


@pytest.mark.usefixtures("seeing")
def test_a_plot_shows_tempogram_candidates_and_case(
    make_song: MakeSong, pacetag: Run, tmp_path: Path
) -> None:
    picture = tmp_path / "out.png"

    done = pacetag("show", make_song("120-60 $x.mp3"), "--plot", picture)

    assert (done.exit_code, done.stderr) == (0, "")
    pixels = np.asarray(imread(picture))[..., :3]
    height = len(pixels)
    above, below = pixels[: height // 2], pixels[height // 2 :]
    green = (above[..., 1] > above[..., 0] + 0.2) & (above[..., 1] > above[..., 2] + 0.2)
    assert green.any()  # the compatible tempos
    bright = np.all(np.abs(below - (0.987, 0.991, 0.750)) < 0.02, axis=-1)  # the top of the map
    stripes = bright.mean(axis=0) > 0.6
    assert np.sum(np.diff(stripes.astype(int)) == 1) == 4  # the beat's column in each heat map


@pytest.mark.usefixtures("seeing")
def test_without_matplotlib_it_says_how_to_get_it(
    make_song: MakeSong, pacetag: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "pacetag.tagger.plot", raising=False)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)

    done = pacetag("show", make_song("120.mp3"), "--plot", tmp_path / "out.png")

    assert done.exit_code == 1
    assert "pip install 'pacetag[plot]'" in done.stderr
    assert done.stdout == ""


@pytest.mark.usefixtures("seeing")
@pytest.mark.parametrize(("output", "code"), [("out.nonsense", 2), ("nowhere/out.png", 1)])
def test_a_picture_that_cannot_be_written_is_one_sentence(
    output: str, code: int, make_song: MakeSong, pacetag: Run, tmp_path: Path
) -> None:
    done = pacetag("show", make_song("120.mp3"), "--plot", tmp_path / output)

    assert done.exit_code == code
    assert done.stderr.startswith(f"pacetag: {tmp_path / output}: ")
