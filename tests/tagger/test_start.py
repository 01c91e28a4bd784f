"""Commands that only query the index start without what they do not need."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

HEAVY = (
    *("numpy", "librosa", "keras", "tensorflow", "ai_edge_litert", "soundfile", "av"),
    *("dask", "distributed", "fsspec", "pyarrow"),
)

PROBE = """
import json, sys
from pacetag.tagger.cli import app
if sys.argv[2] == "scan":
    from pacetag.tagger.workers import pool
    pool.shipped_judge = lambda: pool.JudgeRef(bundle="fake-1", factory="fake_judge:load")
try:
    app(sys.argv[2:])
finally:
    with open(sys.argv[1], "w") as file:
        json.dump(sorted(sys.modules), file)
"""


def modules_of(tmp_path: Path, *arguments: str) -> tuple[set[str], int]:
    """The modules that a command imports in a fresh interpreter, and its exit code."""
    noted = tmp_path / "modules.json"
    done = subprocess.run(
        [sys.executable, "-c", PROBE, noted, *arguments],
        capture_output=True,
        timeout=60,
        check=False,
    )
    return set(json.loads(noted.read_text())), done.returncode


@pytest.fixture
def scanned(make_song: Callable[..., Path], scan_json: Callable[..., Any]) -> None:
    """A library with one song that the index knows."""
    make_song("172.mp3")
    scan_json()


@pytest.mark.parametrize(
    "command",
    [
        ["--help"],
        ["--version"],
        ["config"],
        ["playlist", "--cadence", "172"],
        ["stats"],
        ["problems"],
        ["export"],
        ["export", "--jsonl"],
    ],
    ids=" ".join,
)
@pytest.mark.usefixtures("scanned")
def test_asking_imports_nothing_that_listens(command: list[str], tmp_path: Path) -> None:
    modules, code = modules_of(tmp_path, *command)

    assert code == 0
    assert modules.isdisjoint(HEAVY)


def test_help_does_not_even_import_rich_or_the_index(tmp_path: Path) -> None:
    modules, _ = modules_of(tmp_path, "--help")

    assert modules.isdisjoint({"rich", "sqlite_utils", "mutagen", "watchdog", "platformdirs"})
    assert modules.isdisjoint({"tomllib", "pacetag.tagger.config.values"})


@pytest.mark.parametrize(
    "command",
    [["playlist", "--cadence", "172"], ["stats"], ["problems"], ["export"], ["config"]],
    ids=lambda command: str(command[0]),
)
@pytest.mark.usefixtures("scanned")
def test_asking_a_current_index_needs_neither_rich_nor_sqlite_utils(
    command: list[str], tmp_path: Path
) -> None:
    modules, _ = modules_of(tmp_path, *command)

    assert modules.isdisjoint({"rich", "sqlite_utils", "mutagen", "watchdog"})


@pytest.mark.usefixtures("scanned")
def test_a_scan_that_judges_nothing_needs_no_numpy_in_the_parent(
    tmp_path: Path, library: Path
) -> None:
    modules, code = modules_of(tmp_path, "scan", os.fspath(library))

    assert code == 0
    assert modules.isdisjoint(HEAVY)


def test_completion_is_offered() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from pacetag.tagger.cli import app; app(prog_name='pacetag')"],
        env={
            **os.environ,
            "_PACETAG_COMPLETE": "complete_bash",
            "COMP_WORDS": "pacetag pl",
            "COMP_CWORD": "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout.split() == ["playlist"]
