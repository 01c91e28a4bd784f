"""`pacetag training`: the trainings that the file of settings keeps."""

import sys
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from pacetag.tagger.commands.completing import trainings
from pacetag.tagger.commands.options import JsonOption
from pacetag.tagger.logs.options import LoggingCommand

if TYPE_CHECKING:
    from pacetag.tagger.sessions.plan import Plan
    from pacetag.tagger.sessions.plan_errors import PlanError
    from pacetag.tagger.sessions.trainings import Training, Trainings

NameArgument = Annotated[
    str,
    typer.Argument(
        metavar="NAME",
        autocompletion=trainings,
        help="As in [training.NAME] of the file of settings.",
    ),
]

training = typer.Typer(
    name="training",
    no_args_is_help=True,
    rich_markup_mode=None,
    help="List, show and check the trainings that your file of settings keeps.",
)


@training.command("list", cls=LoggingCommand)
def list_trainings(as_json: JsonOption = False) -> None:
    """List the trainings with their plans. Exit codes: 0 done, 2 there is a fault in one."""
    from pacetag.tagger.terminal.columns import Column, print_table
    from pacetag.tagger.terminal.say import say
    from pacetag.tagger.text.formatting import clock

    known, faults = _read()
    plans = {name: _plan_or_none(known, name) for name in known.by_name}
    if as_json:
        _say_json(
            trainings=[_object(known.by_name[name], plan) for name, plan in plans.items()],
            parts=dict(known.parts),
            faults=faults,
        )
    elif known.by_name:
        columns = [Column(heading="Training"), Column(heading="Time", right=True)]
        columns += [Column(heading="Blocks", right=True), Column(heading="Plan", least=20)]
        print_table(
            columns,
            [
                (
                    name,
                    clock(plan.seconds) if plan else "?",
                    str(len(plan.blocks)) if plan else "?",
                    " ".join((known.by_name[name].plan or "").split()),
                )
                for name, plan in plans.items()
            ],
        )
    else:
        say('There is no training yet: write [training.NAME] and plan = "10m@150 20m@165".')
    _end(faults)


@training.command("show", cls=LoggingCommand)
def show_training(name: NameArgument, as_json: JsonOption = False) -> None:
    """Print the blocks of a training, each with its begin and its cadence."""
    from pacetag.tagger.terminal.columns import Column, print_table
    from pacetag.tagger.terminal.say import say
    from pacetag.tagger.text.formatting import clock

    known, faults = _read()
    plan = plan_named(known, name)
    if as_json:
        _say_json(**_object(known.by_name[name], plan))
        _end(faults)
        return
    columns = [Column(heading="Begins", right=True), Column(heading="Lasts", right=True)]
    columns += [Column(heading="Cadence", right=True), Column(heading="Intensity")]
    rows = [
        (clock(start), clock(block.seconds), block.cadence_text, str(block.asked or ""))
        for start, block in zip(plan.starts, plan.blocks, strict=True)
    ]
    print_table(columns, rows)
    count = "1 block" if len(rows) == 1 else f"{len(rows)} blocks"
    say(f"{name}: {count}, {clock(plan.seconds)}")
    _end(faults)


@training.command("check", cls=LoggingCommand)
def check_trainings(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", autocompletion=trainings, help="Only this one."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Say what would fail: unknown keys, plans, cadences, parts that hold themselves.

    Exit codes: 0 all is right, 2 something is not.
    """
    from pacetag.tagger.sessions.trainings import faults_of, part_faults
    from pacetag.tagger.terminal.say import say

    known, faults = _read()
    if name is not None:
        _check_name(known, name)
    names = list(known.by_name) if name is None else [name]
    found = [[fault] for fault in faults]
    found += [lines for each in names for lines in faults_of(known, each)]
    found += list(part_faults(known)) if name is None else []
    if as_json:
        _say_json(checked=names, faults=["\n".join(lines) for lines in found])
    else:
        for lines in found:
            for line in lines:
                say(line, whole=True)
        right = "1 training is" if len(names) == 1 else f"{len(names)} trainings are"
        if not found:
            say(f"{right} right.")
    raise typer.Exit(2 if found else 0)


def _read() -> "tuple[Trainings, list[str]]":
    """The trainings, and the faults of the file of settings."""
    from pacetag.tagger.config.file import read_config
    from pacetag.tagger.sessions.trainings import trainings_of

    file = read_config()
    return trainings_of(file.values), list(file.faults)


def _check_name(known: "Trainings", name: str) -> None:
    import difflib

    from pacetag.tagger.errors import UsageError

    if name in known.by_name:
        return
    near = difflib.get_close_matches(name, known.by_name, n=1)
    hint = f"did you mean `{near[0]}`?" if near else "`pacetag training list` lists all"
    raise UsageError(f"there is no training `{name}`; {hint}")


def plan_named(known: "Trainings", name: str) -> "Plan":
    """Return the plan of a training; what is wrong with it ends the command."""
    from pacetag.tagger.sessions.plan_errors import PlanError

    _check_name(known, name)
    try:
        return known.plan(name)
    except PlanError as error:
        end_with(error, f"[training.{name}] plan")


def end_with(error: "PlanError", source: str) -> NoReturn:
    """Say what is wrong with a plan, with a caret under the word, and end the command."""
    from pacetag.tagger.terminal.say import say

    first, *rest = error.lines(source)
    for line in (f"pacetag: {first}", *rest):
        say(line, sys.stderr, whole=True)
    raise typer.Exit(2)


def _plan_or_none(known: "Trainings", name: str) -> "Plan | None":
    from contextlib import suppress

    from pacetag.tagger.sessions.plan_errors import PlanError

    with suppress(PlanError):
        return known.plan(name)
    return None


def _object(training: "Training", plan: "Plan | None") -> dict[str, Any]:
    """A training as JSON holds it; its blocks are null where its plan cannot be read."""
    return {
        "name": training.name,
        "plan": training.plan,
        "query": training.query,
        "tolerance": training.tolerance,
        "target": training.to if training.target is None else str(training.target),
        "seconds": None if plan is None else plan.seconds,
        "blocks": None
        if plan is None
        else [
            {
                "start": start,
                "seconds": block.seconds,
                "cadence": block.first,
                "to": block.last,
                "asked": block.asked and block.asked.word,
            }
            for start, block in zip(plan.starts, plan.blocks, strict=True)
        ],
    }


def _say_json(**values: Any) -> None:
    from pacetag.tagger.output.json_lines import say_json

    say_json(values)


def _end(faults: list[str]) -> None:
    """Say the faults of the file, and end with 2 if there are any."""
    from pacetag.tagger.terminal.say import say

    for fault in faults:
        say(f"pacetag: {fault}", sys.stderr)
    if faults:
        raise typer.Exit(2)
