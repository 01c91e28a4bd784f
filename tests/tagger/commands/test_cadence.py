"""`pacetag cadence` says a run's cadence and proposes a plan, and touches nothing else."""

import gzip
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from pacetag.tagger.plots.run import run_figure
from pacetag.tagger.runs.proposal import propose
from tests.tagger.runs.recordings import (
    INTERVALS,
    STEADY,
    fit_file,
    gpx,
    plan_blocks,
    records,
    run_of,
)
from tests.tagger.test_start import modules_of

Run = Callable[..., Any]
KEYS = {
    *("path", "format", "sport", "cadence", "steady", "plan", "seconds", "counts", "detected"),
    *("left_out", "blocks", "reasons"),
}


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """A packed GPX file of intervals."""
    path = tmp_path / "intervals.gpx.gz"
    path.write_bytes(gzip.compress(gpx(INTERVALS).encode()))
    return path


def test_cadence_plan_and_reasons_are_said(pacetag: Run, recording: Path) -> None:
    done = pacetag("cadence", recording)

    cadence, plan, *reasons = done.stdout.splitlines()
    assert (done.exit_code, done.stderr) == (0, "")
    assert cadence == "158 steps a minute in 30:00 of running"
    assert plan == "Plan: 10m@158 5x(1m@182 1m@150) 10m@158"
    assert reasons == ["The file counts strides, one foot, so its numbers are doubled."]


def test_a_steady_run_is_said_to_be_steady(pacetag: Run, tmp_path: Path) -> None:
    path = tmp_path / "run.gpx"
    path.write_text(gpx(STEADY))

    cadence, plan, *_ = pacetag("cadence", path).stdout.splitlines()

    assert cadence == "165 steps a minute, steady, in 20:00 of running"
    assert plan == "Plan: 20m@165"


def test_json_has_all_of_it(pacetag: Run, recording: Path) -> None:
    (line,) = pacetag("cadence", recording, "--json").stdout.splitlines()

    found = json.loads(line)
    assert set(found) == KEYS
    assert found["path"] == str(recording)
    assert (found["format"], found["counts"], found["detected"]) == ("GPX", "strides", True)
    assert len(found["blocks"]) == len(plan_blocks(found["plan"])) == 12
    assert set(found["blocks"][0]) == {"start", "end", "seconds", "cadence", "to"}
    assert set(found["left_out"]) == {"walking", "standing", "pauses", "without_cadence"}


@pytest.mark.parametrize(("option", "cadence"), [("--strides", 180), ("--steps", 90)])
def test_the_counting_can_be_said(option: str, cadence: int, pacetag: Run, tmp_path: Path) -> None:
    path = tmp_path / "run.gpx"
    path.write_text(gpx(((600, 180.0),)))

    done = pacetag("cadence", path, option, "--json")

    if option == "--strides":
        assert json.loads(done.stdout)["cadence"] == cadence
        assert json.loads(done.stdout)["detected"] is False
    else:
        assert f"median is {cadence} steps a minute, which is walking" in done.stderr


@pytest.mark.parametrize(
    "content",
    [b"", b"\x0e\x10" + bytes(30), b"<gpx><trk>", gzip.compress(b"<gpx/>", mtime=0)[:15]],
    ids=["empty", "fit", "gpx", "packed"],
)
def test_what_is_no_run_is_one_sentence(content: bytes, pacetag: Run, tmp_path: Path) -> None:
    path = tmp_path / "run.fit"
    path.write_bytes(content)

    done = pacetag("cadence", path)

    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith(f"pacetag: {path}: ")
    assert done.stderr.count("\n") == 1


def test_a_file_that_is_not_there_is_wrong_usage(pacetag: Run, tmp_path: Path) -> None:
    for path in (tmp_path / "gone.fit", tmp_path):
        done = pacetag("cadence", path)
        assert (done.exit_code, done.stderr.count("\n")) == (2, 1)


def test_without_fitdecode_gpx_is_read_and_fit_says_what_to_install(
    pacetag: Run, recording: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "run.fit"
    path.write_bytes(fit_file(records(STEADY)))
    monkeypatch.setitem(sys.modules, "fitdecode", None)

    assert pacetag("cadence", recording).exit_code == 0
    done = pacetag("cadence", path)

    assert done.exit_code == 1
    assert "reading FIT files needs packages that are not installed; `" in done.stderr


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_the_picture_is_drawn(kind: str, pacetag: Run, recording: Path, tmp_path: Path) -> None:
    picture = tmp_path / f"run.{kind}"

    done = pacetag("cadence", recording, "--plot", picture)

    assert done.exit_code == 0, done.stderr
    assert picture.read_bytes().lstrip()[:5] in (b"\x89PNG\r", b"<?xml")


def test_a_recording_is_never_replaced(pacetag: Run, tmp_path: Path) -> None:
    path = tmp_path / "run.png"  # under whatever name
    path.write_text(gpx(STEADY))
    before = path.read_bytes()
    os.link(path, tmp_path / "other.png")

    for name in ("run.png", "other.png"):
        done = pacetag("cadence", path, "--plot", tmp_path / name, "--overwrite")
        assert (done.exit_code, "is what this command reads" in done.stderr) == (2, True)

    assert path.read_bytes() == before


def test_nothing_is_drawn_of_what_cannot_be_read(pacetag: Run, tmp_path: Path) -> None:
    path, picture = tmp_path / "run.gpx", tmp_path / "run.png"
    path.write_text("<gpx>")

    assert pacetag("cadence", path, "--plot", picture).exit_code == 1
    assert not picture.exists()


def axes_of(figure: Figure) -> Any:
    (axes,) = figure.axes
    return axes


def test_the_picture_shows_the_cadence_and_every_block() -> None:
    run = run_of((*INTERVALS, (300, None), (600, 158.0)))
    proposal = propose(run)

    axes = axes_of(run_figure(run, proposal, title="intervals $1"))

    curve, *blocks = axes.get_lines()
    starts = [block.start for block in proposal.blocks]
    assert len(blocks) == len(proposal.blocks)
    assert np.isnan(curve.get_ydata()).sum() == 1  # the pause
    assert [line.get_xdata()[0] * 60 for line in blocks] == pytest.approx(starts)
    assert axes.get_title() == proposal.plan
    low, high = axes.get_ylim()
    assert all(low < line.get_ydata()[0] < high for line in blocks)


def test_what_is_not_needed_is_not_imported(recording: Path, tmp_path: Path) -> None:
    modules, code = modules_of(tmp_path, "cadence", os.fspath(recording))

    assert code == 0
    assert modules.isdisjoint(
        {"fitdecode", "matplotlib", "rich", "mutagen", "av", "scipy", "sqlite_utils"}
    )
