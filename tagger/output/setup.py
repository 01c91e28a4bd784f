"""Print what programs need to see paces, and what was changed in their files."""

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pacetag.tagger.integrations.backups import Backup
from pacetag.tagger.integrations.planning import FilePlan, State, plans_of
from pacetag.tagger.integrations.program import FileChange, Program
from pacetag.tagger.output.json_lines import say_json
from pacetag.tagger.playlist.rules import Rules
from pacetag.tagger.terminal.columns import Column, print_table
from pacetag.tagger.terminal.say import say

_WORDS = {State.LACKING: "can be changed", State.DONE: "is as it should be"}


def say_programs(programs: Sequence[Program], rules: Rules, *, as_json: bool) -> None:
    """Print all programs, and where their files are."""
    found = {each.name: plans_of(each.change, rules) if each.change else [] for each in programs}
    if as_json:
        for program in programs:
            say_json(_object(program, rules, found[program.name], []))
        return
    columns = [Column(heading="Name"), Column(heading="Program", drop=2)]
    columns += [Column(heading="Here", least=20), Column(heading="Known", drop=1)]
    rows = [
        (each.name, each.title, _here(each, found[each.name]), each.source.value)
        for each in programs
    ]
    print_table(columns, rows)
    say("`pacetag setup NAME` says what a program needs; --apply changes its file.")


def _here(program: Program, plans: Sequence[FilePlan]) -> str:
    if program.change is None:
        return "no file to change"
    if not plans:
        return "not found"
    return "; ".join(f"{plan.file}: {_WORDS.get(plan.state, plan.state.value)}" for plan in plans)


def say_program(
    program: Program,
    rules: Rules,
    plans: Sequence[FilePlan] = (),
    copies: Sequence[Path] = (),
    *,
    as_json: bool,
) -> None:
    """Print one program: what it shows, what is or was changed, and what is left to do.

    `copies`: the safety copies of files that were changed just now.
    """
    if as_json:
        say_json(_object(program, rules, plans, copies))
        return
    say(f"{program.title} ({program.source.value})")
    say(program.sees)
    if program.change is not None:
        _say_change(program, program.change, rules, plans, copies)
    for step in program.steps(rules):
        say(f"- {step}")


def _say_change(
    program: Program,
    change: FileChange,
    rules: Rules,
    plans: Sequence[FilePlan],
    copies: Sequence[Path],
) -> None:
    if not plans:
        say("Its file was not found. These are the lines, and the usual places:")
        _say_lines(change, rules)
        for place in change.places(rules):
            say(f"    {place.file}", whole=True)
    for plan in plans:
        say(f"{plan.file}: {_told(plan, copies)}")
        if plan.state is State.BY_HAND:
            _say_lines(change, rules)
        elif not copies:
            for line in plan.diff:
                say(line, whole=True)
    for plan, copy in zip(plans, copies, strict=False):
        undo = f"`pacetag setup {program.name} --undo --file {shlex.quote(str(plan.file))}`"
        if plan.old is None:
            say(f"{undo} removes it again. {change.then}")
        else:
            say(f"Safety copy: {copy}")
            say(f"{undo} puts it back. {change.then}")


def _told(plan: FilePlan, copies: Sequence[Path]) -> str:
    if plan.state is State.BY_HAND:
        return f"{plan.reason}; it is left alone: add by hand what it lacks of these lines"
    if copies:
        return "was changed" if plan.old is not None else "was made"
    if plan.state is State.DONE:
        return "is as it should be"
    return "would be changed by --apply:" if plan.old is not None else "would be made by --apply:"


def _say_lines(change: FileChange, rules: Rules) -> None:
    for line in change.lines(rules).splitlines():
        say(f"    {line}", whole=True)


def say_undone(program: Program, file: Path, copy: Backup, *, as_json: bool) -> None:
    """Print that a change was taken back."""
    source = None if copy.absent else str(copy.path)
    if as_json:
        say_json({"program": program.name, "file": str(file), "restored_from": source})
    elif copy.absent:
        say(f"{file}: was removed, since pacetag had made it")
    else:
        say(f"{file}: is as it was before; {copy.path.name} was put back")


def _object(
    program: Program, rules: Rules, plans: Sequence[FilePlan], copies: Sequence[Path]
) -> dict[str, Any]:
    change = program.change
    return {
        "program": program.name,
        "title": program.title,
        "sees": program.sees,
        "source": program.source.value,
        "files": [
            {
                "path": str(plan.file),
                "state": "changed" if copies else plan.state.value,
                "reason": plan.reason,
                "diff": plan.diff,
            }
            for plan in plans
        ],
        "safety_copies": [str(copy) for copy in copies],
        "places": [str(place.file) for place in change.places(rules)] if change else [],
        "lines": change.lines(rules) if change else None,
        "steps": list(program.steps(rules)),
        "then": (change.then or None) if change else None,
    }
