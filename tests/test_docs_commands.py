"""Every command that a document shows is one that the program understands.

tests/test_readme.py runs them: those of the README, the tutorial and docs/using.md, and those in
the blocks of all other pages.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from pacetag.tagger.cli import app
from tests.documented_commands import PAGES, ROOT, Shown, shown_in

SHOWN = [shown for page in PAGES for shown in shown_in(page)]
TOP = typer.main.get_command(app)


def parse(words: tuple[str, ...], *, complete: bool) -> None:
    """Parse a command without running anything. Raises the parser's errors, or AssertionError."""
    command: Any = TOP
    context = command.context_class(command, info_name="pacetag")
    rest = list(words)
    while True:
        if not complete and rest:  # "with `pacetag show --evidence`"
            rest += ["1"] * _values_of(command, rest[-1])
        values, left, _ = command.make_parser(context).parse_args(args=rest)
        for parameter in command.get_params(context):
            value = values.get(parameter.name)
            wanted = parameter.required and parameter.param_type_name == "argument"
            assert not (complete and wanted and not value), f"lacks {parameter.name}"
            if isinstance(value, (str, list, tuple)) and not "".join(value).isupper():  # as in N
                parameter.type_cast_value(context, value)
        below = getattr(command, "commands", {})
        if not (below and left):
            assert not left, f"{left} are not understood"
            return
        name, *rest = left
        assert name in below, f"there is no command {name}"
        command = below[name]
        context = command.context_class(command, info_name=name, parent=context)


def _values_of(command: Any, option: str) -> int:
    """Return how many values an option of the command takes; 0 for any other word."""
    takes = [each for each in command.params if option in each.opts and option.startswith("-")]
    return sum(0 if each.is_flag else each.nargs for each in takes)


@pytest.mark.parametrize("shown", SHOWN, ids=str)
def test_a_command_of_a_document_is_understood(shown: Shown) -> None:
    if shown.words[0] != "COMMAND":  # which stands for all of them
        parse(shown.words, complete=shown.in_block)


def test_the_commands_without_json_are_named() -> None:
    text = " ".join((ROOT / "docs/using.md").read_text().split())
    named = text.partition("All commands have it but ")[2].partition(";")[0]

    assert set(re.findall("`(.*?)`", named)) == set(_without_json(TOP))


def _without_json(top: Any) -> Iterator[str]:
    for name, command in top.commands.items():
        ends = getattr(command, "commands", {"": command}).values()
        if not any("--json" in each.opts for end in ends for each in end.params):
            yield name


def test_commands_are_found_in_blocks_and_in_sentences(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        'Say `pacetag set\nFILE... 84`, or\n```\n$ pacetag stats  # all\nA=1 pacetag show "a b"\n'
        "pip install pacetag\n```\n`pacetag problems [PATH...]`, `pacetagged`.\n"
    )

    found = shown_in(page)

    assert [(shown.words, shown.in_block) for shown in found] == [
        (("stats",), True),
        (("show", "a b"), True),
        (("set", "FILE...", "84"), False),
        (("problems",), False),
    ]


@pytest.mark.parametrize(
    "command",
    [
        "scan --no-such-option x",
        "no-such-command",
        "playlist --cadence",
        "playlist --cadence fast",
        "playlist --player winamp",
        "training lists",
        "stats all",
        "love",
    ],
)
def test_a_command_that_does_not_exist_is_noticed(command: str) -> None:
    with pytest.raises(Exception):  # noqa: B017, PT011
        parse(tuple(command.split()), complete=True)
