"""`pacetag setup`: what players need to see paces; change their files for it, or take that back."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pacetag.tagger.commands.options import PATH, JsonOption

if TYPE_CHECKING:
    from pacetag.tagger.integrations.planning import FilePlan
    from pacetag.tagger.integrations.program import FileChange, Program
    from pacetag.tagger.playlist.rules import Rules


def programs(incomplete: str) -> list[str]:
    """Return the names of programs that begin with what was typed, for a shell's TAB."""
    from pacetag.tagger.integrations.table import PROGRAMS

    return [program.name for program in PROGRAMS if program.name.startswith(incomplete)]


def setup(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]",
            autocompletion=programs,
            help="A program; without it, all are listed.",
        ),
    ] = None,
    cadence: Annotated[
        float,
        typer.Option(
            "--cadence", metavar="N", help="Steps a minute that searches and playlists are for."
        ),
    ] = 165.0,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file",
            metavar="FILE",
            click_type=PATH,
            help="The program's file, where it is not at its usual place.",
        ),
    ] = None,
    apply: Annotated[
        bool, typer.Option("--apply", help="Make the change, with a safety copy beside the file.")
    ] = False,
    undo: Annotated[
        bool,
        typer.Option(
            "--undo", help="Put the safety copy back, if the file is as `--apply` left it."
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Say what a player or tagger needs to see paces, and how its settings would be changed.

    Only --apply and --undo write. Comments, links and rights stay; a file that is not understood
    is left alone, with the lines to add by hand. Exit codes: 0 done or nothing to do, 1 a file
    could not be changed, 2 wrong usage.
    """
    from pacetag.tagger.errors import UsageError
    from pacetag.tagger.integrations.table import PROGRAMS, program_named
    from pacetag.tagger.output.setup import say_program, say_programs

    if apply and undo:
        raise UsageError("either --apply or --undo")
    rules = _rules(cadence)
    if name is None:
        if apply or undo or file is not None:
            raise UsageError("name the program: `pacetag setup` lists them")
        say_programs(PROGRAMS, rules, as_json=as_json)
        return
    program = program_named(name)
    if program.change is None:
        if apply or undo or file is not None:
            raise UsageError(
                f"pacetag changes no file of {program.title}; `pacetag setup {program.name}` says "
                "what you can do there"
            )
        say_program(program, rules, as_json=as_json)
    elif undo:
        raise typer.Exit(_undo(program, program.change, rules, file, as_json=as_json))
    else:
        code = _apply(program, program.change, rules, file, write=apply, as_json=as_json)
        raise typer.Exit(code)


def _rules(cadence: float) -> "Rules":
    """The paces for a cadence, within the tolerance that is set. Raises UsageError."""
    from pacetag.tagger.commands.choice_options import checked_numbers
    from pacetag.tagger.config.values import value_of
    from pacetag.tagger.playlist.rules import rules_of

    tolerance, _ = checked_numbers(cadence, value_of("playlist.tolerance").value, 0.0, None)
    name = f"{cadence:g}"
    return rules_of(name, cadence=cadence, tolerance=tolerance, limit=None, filters={})


def _apply(
    program: "Program",
    change: "FileChange",
    rules: "Rules",
    file: Path | None,
    *,
    write: bool,
    as_json: bool,
) -> int:
    """Say what would be changed, and change it if asked to; return the exit code."""
    from pacetag.tagger.integrations.applying import apply
    from pacetag.tagger.integrations.planning import State, plans_of
    from pacetag.tagger.output.setup import say_program

    plans = plans_of(change, rules, file)
    copies: list[Path] = []
    if write:
        plan = _only(program, plans)
        if plan.state is State.LACKING:
            copies = [apply(plan, change.processes)]
    say_program(program, rules, plans, copies, as_json=as_json)
    return int(write and plans[0].state is State.BY_HAND)


def _undo(
    program: "Program", change: "FileChange", rules: "Rules", file: Path | None, *, as_json: bool
) -> int:
    from pacetag.tagger.integrations.applying import undo
    from pacetag.tagger.integrations.planning import plans_of
    from pacetag.tagger.output.setup import say_undone

    plan = _only(program, plans_of(change, rules, file))
    copy = undo(plan.file, change.processes)
    say_undone(program, plan.file, copy, as_json=as_json)
    return 0


def _only(program: "Program", plans: "list[FilePlan]") -> "FilePlan":
    """The one file that is meant. Raises TaggerError where there is none, or more than one."""
    from pacetag.tagger.errors import TaggerError, UsageError

    if not plans:
        raise TaggerError(
            f"{program.title} is not set up on this machine, as far as can be seen; name its file "
            f"with --file (`pacetag setup {program.name}` says which)"
        )
    if len(plans) > 1:
        found = ", ".join(str(plan.file) for plan in plans)
        raise UsageError(f"{program.title} has several such files: {found}; name one with --file")
    return plans[0]
