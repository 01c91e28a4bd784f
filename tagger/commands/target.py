"""`pacetag target`: the targets of the file of settings, and what would fail on them."""

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pacetag.tagger.commands.completing import targets
from pacetag.tagger.commands.options import JsonOption
from pacetag.tagger.errors import TaggerError, UsageError
from pacetag.tagger.logs.options import LoggingCommand

if TYPE_CHECKING:
    from pacetag.tagger.targets.target import Target

target = typer.Typer(
    name="target",
    no_args_is_help=True,
    rich_markup_mode=None,
    help="List and check the targets, such as watches, that `playlist --to` copies songs to.",
)


@target.command("list", cls=LoggingCommand)
def list_targets(as_json: JsonOption = False) -> None:
    """List the targets. Exit codes: 0 done, 2 there is a fault in the file of settings."""
    from pacetag.tagger.terminal.columns import Column, print_table
    from pacetag.tagger.terminal.say import say

    known, faults = _read()
    if as_json:
        _say_json(targets=[_object(each) for each in known.values()], faults=faults)
    elif known:
        columns = [Column(heading="Target"), Column(heading="Path", least=20)]
        columns += [Column(heading="Songs"), Column(heading="Playlist")]
        rows = [(each.name, str(each.path or "?"), _songs(each), each.playlist or "")
                for each in known.values()]  # fmt: skip
        print_table(columns, rows)
    else:
        say('There is no target yet: write [target.watch] and path = "/media/me/WATCH/Music".')
    for fault in faults:
        say(f"pacetag: {fault}", sys.stderr)
    raise typer.Exit(2 if faults else 0)


@target.command("check", cls=LoggingCommand)
def check_targets(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", autocompletion=targets, help="Only this one."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Say what would fail: keys that are missing, players that are not there, broken lists.

    Exit codes: 0 all is right, 1 a player is not there or cannot be written, 2 a setting is wrong.
    """
    from pacetag.tagger.targets.target import faults_of
    from pacetag.tagger.terminal.say import say

    known, faults = _read()
    names = list(known) if name is None else [target_named(name).name]
    faults += [fault for each in names for fault in faults_of(known[each])]
    absent = [] if faults else [line for each in names for line in _absences(known[each])]
    if as_json:
        _say_json(checked=names, faults=[*faults, *absent])
    else:
        for line in (*faults, *absent):
            say(line, whole=True)
        if not faults and not absent:
            say("1 target is right." if len(names) == 1 else f"{len(names)} targets are right.")
    raise typer.Exit(2 if faults else 1 if absent else 0)


def target_named(name: str) -> "Target":
    """Return a target of the file of settings. Raises UsageError, with the nearest name."""
    import difflib

    known, _ = _read()
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean `{near[0]}`?" if near else f"write [target.{name}] into the settings"
    raise UsageError(f"there is no target `{name}`; {hint}")


def _read() -> "tuple[dict[str, Target], list[str]]":
    from pacetag.tagger.config.file import read_config
    from pacetag.tagger.targets.target import targets_of

    file = read_config()
    return targets_of(file.values), list(file.faults)


def _absences(each: "Target") -> list[str]:
    """What is wrong with a target's folder now."""
    from pacetag.tagger.targets.folder import folder_of
    from pacetag.tagger.targets.manifest import read_manifest

    try:
        read_manifest(folder_of(each))
    except TaggerError as error:
        return [str(error)]
    return []


def _songs(each: "Target") -> str:
    """How songs go there, in words."""
    words = ["as they are" if each.form is None else f"as {each.form}"]
    words += [f"stretched up to {each.stretch}"] * (each.stretch is not None)
    words += ["numbered"] * each.numbered + ["cleaned"] * each.clean
    words += [f"at most {each.max_size / 10**9:.3g} GB"] if each.max_size else []
    return ", ".join(words)


def _object(each: "Target") -> dict[str, Any]:
    return {
        "name": each.name,
        "path": None if each.path is None else str(each.path),
        "format": each.format,
        "max_size": each.max_size,
        "clean": each.clean,
        "numbered": each.numbered,
        "playlist": each.playlist,
        "stretch": each.stretch,
    }


def _say_json(**values: Any) -> None:
    from pacetag.tagger.output.json_lines import say_json

    say_json(values)
