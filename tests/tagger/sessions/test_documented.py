"""What docs/sessions.md says is so: its commands run, its plans are read."""

import random
import re
import shlex
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pacetag.tagger.sessions import losses
from pacetag.tagger.sessions.grammar import parse_plan
from tests.tagger.commands.test_plans import store

PAGE = (Path(__file__).parents[3] / "docs/sessions.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
LINES = [line for _, block in BLOCKS for line in block.splitlines()]
COMMANDS = [line for line in LINES if line.startswith("pacetag ")]
(TOML,) = (block for kind, block in BLOCKS if kind == "toml")

Run = Callable[..., Any]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, index_file: Path, library: Path) -> Path:
    """A home with the documented trainings and four hundred songs."""
    place = tmp_path / "config" / "pacetag" / "config.toml"
    place.parent.mkdir(parents=True)
    place.write_text(TOML)
    rng = random.Random(3)
    songs = [(round(rng.uniform(130, 190), 2), rng.uniform(110, 320)) for _ in range(400)]
    store(index_file, library, songs)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_there_are_commands_to_run() -> None:
    assert {command.split()[1] for command in COMMANDS} == {"playlist", "stats", "training"}


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_runs(command: str, pacetag: Run) -> None:
    done = pacetag(*shlex.split(command)[1:])

    assert done.exit_code == 0, done.stderr
    assert done.stdout


def test_the_marked_error_is_what_is_printed(pacetag: Run) -> None:
    (block,) = (block for _, block in BLOCKS if "has no cadence" in block)
    command, *said = block.splitlines()

    done = pacetag(*shlex.split(command)[2:])

    assert done.stderr.splitlines() == said


def test_what_is_said_of_a_small_pool_is_what_is_printed(
    pacetag: Run, index_file: Path, library: Path
) -> None:
    (block,) = (block for _, block in BLOCKS if "less than planned" in block)
    command, *said = block.splitlines()
    songs = [(165.0, 180.0)] * 4 + [(173.0, 180.0)] * 3 + [(165.0, 180.0)] * 2
    store(index_file, library, songs, sure=(0.4, 7))

    done = pacetag(*shlex.split(command)[2:])

    assert done.stderr.splitlines() == said


def test_every_plan_of_the_page_is_read() -> None:
    cells = re.findall(r"^\| (?:blocks|ramps|repeats|names) \| (.*?) \|", PAGE, re.MULTILINE)
    cells += re.findall(r"also `(5x1m@180)`.*?`(2x\(.*?\)\))`", PAGE)[0]
    parts = tomllib.loads(TOML)["parts"]

    assert len(cells) == 6
    for cell in cells:
        assert parse_plan(cell.strip("`"), parts).blocks


def test_the_numbers_of_the_page_are_those_of_the_code() -> None:
    assert f"loses {losses.MISS:.0f}, and {losses.MISSED:.0f} for each further" in PAGE
    assert f"lose {losses.JUMPED:.0f}, and {losses.JUMP:.0f}\n" in PAGE
    right, one, two = losses.AGAIN
    assert f"loses {right:g} right after, {one:g} after one other song, {two:g} after two" in PAGE
    assert f"{losses.OFF} for each second, {losses.FLOW} for each step" in PAGE
