"""Arguments that several commands share, and the settings that stand in for options."""

import os
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.models import TyperPath

from pacetag.db.urls import is_url
from pacetag.tagger.logs.options import LoggingCommand, log_as
from pacetag.tagger.terminal.standard_output import STDOUT

_DEFAULTS = "pacetag.defaults"  # key of the values of options that were not filled in


class SettingsCommand(LoggingCommand):
    """A command whose options have the values of the user's settings unless they are typed."""

    def invoke(self, ctx: Any) -> Any:
        """Fill in the settings, and run the command. Raises ConfigError before anything is done."""
        from pacetag.tagger.config.values import value_of

        log_as(
            ctx,
            file=value_of("log-file").value,
            as_json=value_of("log-json").value,
            size=value_of("log-size").value,
            count=value_of("log-count").value,
        )
        ctx.meta[_DEFAULTS] = dict(ctx.params)
        fill_in(ctx)
        return super().invoke(ctx)


def fill_in(ctx: Any) -> None:
    """Give all parameters the values that hold now; may be called again. Raises ConfigError."""
    ctx.params.update(ctx.meta[_DEFAULTS])
    for parameter in ctx.command.params:
        if parameter.name in ctx.params:
            _fill_in(ctx, parameter)


def _fill_in(ctx: Any, parameter: Any) -> None:
    """Give a parameter that was not typed the value that is set for it, if there is one."""
    from pacetag.tagger.config.values import Source, option_value

    option = parameter.opts[0]
    if ctx.get_parameter_source(parameter.name).name != "DEFAULT":
        return
    found = option_value(ctx.command.name, option)
    if found is not None and found.source is not Source.DEFAULT:
        value = not found.value if option.startswith("--no-") else found.value
        ctx.params[parameter.name] = parameter.process_value(ctx, value)


def is_typed(ctx: typer.Context, name: str) -> bool:
    """Whether a parameter of the running command was typed, and not set or left out."""
    source = ctx.get_parameter_source(name)
    return source is not None and source.name != "DEFAULT"


class PathType(TyperPath):
    """A path that a person names. Every path option and argument is of this type."""

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        """Return the path; an empty one, as from an unset variable of a script, is wrong usage.

        pathlib would take it for the current folder.
        """
        if os.fspath(value) in ("", b""):
            self.fail("it is empty; name a path, or . for the current folder", param, ctx)
        try:
            Path(os.fsdecode(value)).expanduser()
        except RuntimeError:
            self.fail(f"{value}: there is no such user; write ./{value} for a file", param, ctx)
        return super().convert(value, param, ctx)


class SourceType(PathType):
    """A path, or the URL of songs in a store: `//` in it would not survive as a path."""

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        """Return the URL, or the checked path, as text."""
        text = os.fsdecode(value)
        return text if is_url(text) else os.fspath(super().convert(value, param, ctx))


class OutputType(PathType):
    """A file to write, or - for standard output."""

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        """Return the path; a file whose name is - must be written as ./- there."""
        return super().convert(STDOUT if value == "-" else value, param, ctx)


PATH = PathType(path_type=Path)
# A path that may not be read is not wrong usage: commands name it among what they could not do.
MUSIC = PathType(path_type=Path, readable=False)
SOURCE = SourceType(path_type=Path, readable=False)
OUTPUT = OutputType(path_type=Path, readable=False)

SourcesArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="PATH",
        click_type=SOURCE,
        help="Folders with music, single songs, URLs, or Parquet files of URLs.",
    ),
]
IndexOption = Annotated[
    Path | None,
    typer.Option(
        "--index",
        metavar="FILE",
        click_type=PATH,
        help="The index to use; otherwise as set (`pacetag config`), or one in your data folder.",
    ),
]
DryRunOption = Annotated[
    bool,
    typer.Option(
        "--dry-run", help="Say what would be written, by field; touch neither files nor index."
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")]
OverwriteOption = Annotated[
    bool,
    typer.Option(
        "--overwrite",
        help="Replace a file that is not pacetag's own; songs and indexes are never replaced.",
    ),
]
