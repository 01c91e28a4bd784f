"""Commands and options that messages recommend exist and work."""

import ast
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from pacetag.model.extras import extra_packages, install_command
from pacetag.tagger.cli import app

ROOT = Path(__file__).parents[2]
ADVISED = re.compile(r"`(pacetag (?:train|scan|[a-z]+)[^`]*)`")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")


def _texts() -> Iterator[tuple[str, str]]:
    """Every text of the code that a person may get to read, with its place."""
    for folder in ("tagger", "model", "db"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = path.relative_to(ROOT)
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.JoinedStr):
                    parts = (getattr(part, "value", None) for part in node.values)
                    text = "".join(p if isinstance(p, str) else "X" for p in parts)
                    yield f"{name}:{node.lineno}", text
                elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield f"{name}:{node.lineno}", node.value


TEXTS = list(_texts())
COMMANDS = sorted({(found, place) for place, text in TEXTS for found in ADVISED.findall(text)})


def test_there_is_advice_to_test() -> None:
    assert len(COMMANDS) > 8


@pytest.mark.parametrize(("advised", "place"), COMMANDS)
def test_an_advised_command_exists_with_its_options(advised: str, place: str) -> None:
    _, name, *words = shlex.split(advised)
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    if name == "X":
        return
    assert name in commands, place
    options = {option for parameter in commands[name].params for option in parameter.opts}

    assert {word for word in words if word.startswith("--")} <= options, place


OF_SYSTEMCTL, OF_BEETS = "--user", "--scan"


def test_every_option_that_a_message_names_is_one_of_a_command() -> None:
    groups: list[Any] = [typer.main.get_command(app)]
    commands = []
    for group in groups:
        commands += group.commands.values()
        groups += [each for each in group.commands.values() if hasattr(each, "commands")]
    known = {
        option
        for command in (*groups, *commands)
        for parameter in command.params
        for option in (*parameter.opts, *parameter.secondary_opts)
    }
    named = {
        (option, place)
        for place, text in TEXTS
        if place.startswith("tagger/") and " " in text
        for option in OPTION.findall(text)
    }

    assert {option for option, _ in named} - known - {"--help", OF_SYSTEMCTL, OF_BEETS} == set()


def test_the_packages_of_an_extra_are_those_of_the_project() -> None:
    assert extra_packages("plot") == ["matplotlib>=3.8"]
    train = {package.partition(">")[0] for package in extra_packages("train")}
    assert {"keras", "tensorflow-cpu"} <= train


def test_the_advised_installation_is_for_the_python_that_runs() -> None:
    words = shlex.split(install_command("plot"))

    assert words == [sys.executable, "-m", "pip", "install", "matplotlib>=3.8"]
    done = subprocess.run(
        [*words[:4], "--help"], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr


def test_an_environment_without_pip_is_advised_uv(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.machinery.PathFinder.find_spec", lambda _: None)

    assert install_command("plot").startswith(f"uv pip install --python {sys.executable} ")
