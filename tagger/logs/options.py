"""`--verbose`, `--log-file` and `--log-json`, which every command and `pacetag` itself take."""

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from typer.core import TyperCommand, TyperOption

# Keys of what all contexts of a call share.
_VERBOSE, _FILE, _JSON = "pacetag.verbose", "pacetag.log_file", "pacetag.log_json"
_SIZE, _COUNT = "pacetag.log_size", "pacetag.log_count"
QUIET = frozenset(
    {"playlist", "stats", "problems", "config", "status"}
)  # they load no library that logs


def log_options() -> list[Any]:
    """Return the three options; their values are kept until the command runs."""
    return [
        TyperOption(
            param_decls=["--verbose", "-v"],
            is_flag=True,
            default=False,
            expose_value=False,
            callback=_keeper(_VERBOSE),
            help="Say on stderr what is being done, line by line.",
        ),
        TyperOption(
            param_decls=["--log-file"],
            type=str,
            metavar="FILE",
            expose_value=False,
            callback=_keeper(_FILE),
            help="Append all of that and the tracebacks of failures to this file.",
        ),
        TyperOption(
            param_decls=["--log-json/--no-log-json"],
            is_flag=True,
            default=None,
            expose_value=False,
            callback=_keeper(_JSON),
            help="Write that file as JSON, one object a line.",
        ),
    ]


def _keeper(key: str) -> Any:
    def keep(context: Any, _parameter: Any, value: Any) -> None:
        if value is not None and (value is not False or key == _JSON):
            context.meta[key] = value

    return keep


def log_as(ctx: Any, *, file: Path | None, as_json: bool, size: float, count: int) -> None:
    """Have a command keep its log as it is set, unless an option says otherwise.

    `size`: megabytes of the file before it is put aside; `count`: files that are put aside.
    """
    if file is not None:
        ctx.meta.setdefault(_FILE, str(file))
    ctx.meta.setdefault(_JSON, as_json)
    ctx.meta[_SIZE], ctx.meta[_COUNT] = size, count


class LoggingCommand(TyperCommand):
    """A command that keeps a log if it is asked to."""

    def __init__(self, *args: Any, **options: Any) -> None:
        options["params"] = [*(options.get("params") or []), *log_options()]
        super().__init__(*args, **options)

    def invoke(self, ctx: Any) -> Any:
        """Begin the log, and run the command; the log ends with the whole call."""
        verbose, file = ctx.meta.get(_VERBOSE, False), ctx.meta.get(_FILE)
        if verbose or file is not None:
            _begin(ctx, verbose=verbose, file=Path(file) if file is not None else None)
        if ctx.info_name not in QUIET:
            from pacetag.tagger.logs.logger import silence_libraries

            silence_libraries()
        return super().invoke(ctx)


def _begin(ctx: Any, *, verbose: bool, file: Path | None) -> None:
    import shlex
    from importlib.metadata import version

    from pacetag.tagger.logs.files import LogForm
    from pacetag.tagger.logs.handlers import start_log
    from pacetag.tagger.logs.logger import debug, silence_libraries

    silence_libraries()
    form = LogForm(as_json=ctx.meta.get(_JSON, False))
    if _SIZE in ctx.meta:
        form = replace(form, most=round(ctx.meta[_SIZE] * 1e6), older=ctx.meta[_COUNT])
    end = start_log(verbose=verbose, file=file, spared=_spared(ctx), form=form)
    ctx.find_root().call_on_close(end)
    python = ".".join(map(str, sys.version_info[:3]))
    asked = shlex.join(sys.argv[1:])
    debug("command", f"pacetag {version('pacetag')}, Python {python}: {ctx.info_name}: {asked}")


def _spared(ctx: Any) -> Iterator[Path]:
    """Yield the files that the command names, and the index with the files beside it."""
    from pacetag.db.regular import NEIGHBOURS, beside
    from pacetag.tagger.settings import index_path

    for value in ctx.params.values():
        for each in value if isinstance(value, list | tuple) else [value]:
            if isinstance(each, str | Path):  # typer makes paths of them later
                yield Path(os.path.expanduser(each))  # noqa: PTH111 - Path's own can raise
    named = ctx.params.get("index")
    index = index_path(Path(named) if named else None)
    yield index
    yield from (beside(index, suffix) for suffix in NEIGHBOURS)
