"""`pacetag playlist --from` makes a playlist that goes as a recorded run went."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.tagger.commands.test_plans import store
from tests.tagger.runs.recordings import INTERVALS, gpx

Run = Callable[..., Any]


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """Intervals, counted in strides."""
    path = tmp_path / "intervals.gpx"
    path.write_text(gpx(INTERVALS))
    return path


@pytest.fixture
def songs(index_file: Path, library: Path) -> None:
    """Songs of 140 to 190 steps a minute."""
    store(index_file, library, [(140 + number / 4, 120 + number % 90) for number in range(200)])


@pytest.mark.usefixtures("songs")
def test_the_blocks_are_those_of_the_run_and_are_said(pacetag: Run, recording: Path) -> None:
    done = pacetag("playlist", "--from", recording, "--json")

    found = json.loads(done.stdout)
    assert done.exit_code == 0
    assert [block["cadence"] for block in found["blocks"]] == [158, *(5 * [182, 150]), 158]
    plan, reason, *_ = done.stderr.splitlines()
    assert plan == "Plan: 10m@158 5x(1m@182 1m@150) 10m@158"
    assert reason.startswith("The file counts strides")


@pytest.mark.usefixtures("songs")
def test_what_the_file_counts_can_be_said(pacetag: Run, recording: Path) -> None:
    done = pacetag("playlist", "--from", recording, "--steps")

    assert done.exit_code == 1
    assert "which is walking, counted in steps; --strides counts it the other way" in done.stderr


@pytest.mark.parametrize(
    ("others", "named"),
    [
        (["--cadence", "165"], "--cadence"),
        (["--plan", "10m@150", "--limit", "3"], "--plan and --limit"),
        (["intervals"], "the name of a training"),
    ],
)
def test_a_run_excludes_other_plans(
    pacetag: Run, recording: Path, others: list[str], named: str
) -> None:
    done = pacetag("playlist", *others, "--from", recording)

    assert done.exit_code == 2
    assert f"--from excludes {named}: the run has its own plan" in done.stderr


def test_a_file_that_is_no_run_is_one_sentence(pacetag: Run, tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("no run")

    done = pacetag("playlist", "--from", path)

    assert done.exit_code == 1
    assert len(done.stderr.splitlines()) == 1
    assert "Traceback" not in done.stderr
