"""The manual page is that of the command line, and readable by those who show it."""

import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from pacetag.tagger.cli import app
from tests.manual.__main__ import PAGE, written
from tests.manual.page import text

ROOT = Path(__file__).parent.parent


def test_the_page_is_what_the_command_line_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == written(), "run: python -m tests.manual"


def commands(command: Any, *words: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command with its words."""
    for name, each in getattr(command, "commands", {}).items():
        yield (*words, name), each
        yield from commands(each, *words, name)


@pytest.mark.outside("mandoc")
def test_every_command_with_its_options_is_shown() -> None:
    shown = subprocess.run(
        ["mandoc", "-Tutf8", "-O", "width=120", PAGE], capture_output=True, text=True, check=True
    ).stdout
    plain = re.sub(".\b", "", shown)
    parts = re.split(r"(?m)^   (?=pacetag [a-z])", plain)

    for words, command in commands(typer.main.get_command(app)):
        (part,) = [each for each in parts if each.splitlines()[0] == " ".join(("pacetag", *words))]
        for option in (name for each in command.params for name in each.opts if name[0] == "-"):
            assert option in part or option in parts[0], (words, option)


@pytest.mark.outside("mandoc")
def test_the_page_has_no_fault_that_its_readers_know() -> None:
    done = subprocess.run(
        ["mandoc", "-Tlint", "-Wwarning", PAGE], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize(
    ("words", "source"),
    [
        (".m3u8 or 'a' \\", "\\&.m3u8 or \\(aqa\\(aq \\e"),
        ("`--json` of ~/x – 5×", "\\fB\\-\\-json\\fR of \\(ti/x \\[u2013] 5\\[u00D7]"),
    ],
)
def test_signs_of_groff_stand_for_themselves(words: str, source: str) -> None:
    assert text(words) == source


def test_the_page_is_installed_where_man_looks() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

    (patterns,) = project["tool"]["setuptools"]["data-files"].values()

    assert PAGE in [found for each in patterns for found in ROOT.glob(each)]
