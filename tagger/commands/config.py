"""`pacetag config`: the settings, their values and their sources."""

import os
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pacetag.tagger.commands.completing import setting_names
from pacetag.tagger.commands.options import JsonOption

if TYPE_CHECKING:
    from pathlib import Path

    from pacetag.tagger.config.values import Value


def config(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SETTING]...",
            autocompletion=setting_names,
            help="Only these settings; without any, all of them.",
            show_default=False,
        ),
    ] = None,
    only_path: Annotated[
        bool, typer.Option("--path", help="Print where the file of settings lies, and no more.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Show each setting, or those that are named, its value, and where it comes from.

    Settings stand in a file, which PACETAG_CONFIG can name; variables of the environment stand
    above it, and options above both. Exit codes: 0 done, 2 there is something in the file or in a
    variable that cannot be used.
    """
    from pacetag.tagger.config.file import FILE_VARIABLE, config_path
    from pacetag.tagger.config.values import all_values
    from pacetag.tagger.errors import UsageError
    from pacetag.tagger.terminal.say import say
    from pacetag.tagger.text.formatting import printable

    place = config_path()
    if only_path:
        if place is None:
            raise UsageError(f"there is no home folder for the file; name one in {FILE_VARIABLE}")
        say(str(place))
        return
    values, faults = all_values()
    if names:
        _check(names)
        values = [each for each in values if each.setting.key in names]
    if as_json:
        from pacetag.tagger.output.json_lines import say_json

        say_json(_object(place, values, faults))
    else:
        _show(place, values)
        for fault in faults:
            say(printable(f"pacetag: {fault}"), sys.stderr)
    raise typer.Exit(2 if faults else 0)


def _check(names: list[str]) -> None:
    """Raise UsageError for a name that is none of a setting."""
    import difflib

    from pacetag.tagger.config.table import BY_KEY
    from pacetag.tagger.errors import UsageError

    for name in names:
        if name not in BY_KEY:
            near = difflib.get_close_matches(name, BY_KEY, n=1)
            hint = f"did you mean `{near[0]}`?" if near else "`pacetag config` lists all"
            raise UsageError(f"there is no setting `{name}`; {hint}")


def _object(place: "Path | None", values: "list[Value]", faults: list[str]) -> dict[str, Any]:
    """Return all of it as JSON holds it."""
    return {
        "file": None if place is None else str(place),
        "settings": {
            each.setting.key: {"value": _plain(_in_effect(each)), "from": each.source.value}
            for each in values
        },
        "faults": faults,
    }


def _show(place: "Path | None", values: "list[Value]") -> None:
    from pacetag.tagger.terminal.columns import Column, print_table
    from pacetag.tagger.terminal.say import say

    columns = [Column(heading="Setting"), Column(heading="Value", least=20), Column(heading="From")]
    rows = [(each.setting.key, _text(_in_effect(each)), each.source.value) for each in values]
    print_table(columns, rows)
    if place is not None:
        say(
            str(place)
            if os.path.lexists(place)
            else f"{place}: is not there; it would hold the settings"
        )


def _in_effect(each: "Value") -> Any:
    """Return a value, also where nothing is set and the program finds it out."""
    from contextlib import suppress

    from pacetag.tagger.errors import UsageError
    from pacetag.tagger.settings import default_index, default_jobs

    found = {"index": default_index, "jobs": default_jobs}.get(each.setting.key)
    if each.value is None and found is not None:
        with suppress(UsageError):  # no home folder
            return found()
    return each.value


def _plain(value: Any) -> Any:
    """Return a value as JSON holds it."""
    if isinstance(value, list):
        return list(map(str, value))
    return value if value is None or isinstance(value, bool | int | float) else str(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "-" if value is None else str(value)
