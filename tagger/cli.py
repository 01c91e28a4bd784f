"""The command line: which commands there are, and how their errors look.

Each command lives in a module of its own and imports what it needs when it runs, so that `--help`
costs nothing but typer.
"""

import errno
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from pacetag.tagger.commands.cadence import cadence
from pacetag.tagger.commands.config import config
from pacetag.tagger.commands.doctor import doctor
from pacetag.tagger.commands.evaluate import evaluate
from pacetag.tagger.commands.export import export
from pacetag.tagger.commands.forget import forget
from pacetag.tagger.commands.mpd import mpd
from pacetag.tagger.commands.opinions import exclude, love
from pacetag.tagger.commands.options import SettingsCommand
from pacetag.tagger.commands.playlist import playlist
from pacetag.tagger.commands.problems import problems
from pacetag.tagger.commands.prune import prune
from pacetag.tagger.commands.scan import scan
from pacetag.tagger.commands.service import service
from pacetag.tagger.commands.set import set as set_paces
from pacetag.tagger.commands.setup import setup
from pacetag.tagger.commands.show import show
from pacetag.tagger.commands.stats import stats
from pacetag.tagger.commands.status import status
from pacetag.tagger.commands.target import target
from pacetag.tagger.commands.train import train
from pacetag.tagger.commands.training import training
from pacetag.tagger.commands.undo import undo
from pacetag.tagger.commands.watch import watch
from pacetag.tagger.config.environment import variable
from pacetag.tagger.logs.logger import debug
from pacetag.tagger.logs.options import LoggingCommand, log_options
from pacetag.tagger.text.formatting import printable

COMPLETING = "_PACETAG_COMPLETE"  # the variable by which a shell asks
INSTALLING = "--install-completion"  # typer's option


@contextmanager
def _clean_usage_errors() -> Iterator[None]:
    """Have the parser's own errors show only what is printable of what was typed."""
    try:
        yield
    except Exception as error:
        # The class has moved between versions of typer; what it can do has not.
        said = getattr(error, "format_message", None)
        if said is not None:
            text = "\n".join(map(_clean, said().split("\n")))
            vars(error)["format_message"] = lambda: text
        raise


def _clean(line: str) -> str:
    """Return what is printable of a line, whose indentation is the parser's."""
    return "\t".join(map(printable, line.split("\t")))


class Commands(TyperGroup):
    """The group of commands: an error in one becomes a sentence and an exit code."""

    def __init__(self, *args: Any, **options: Any) -> None:
        options["params"] = [*(options.get("params") or []), *log_options()]
        super().__init__(*args, **options)

    def main(self, *arguments: Any, **options: Any) -> Any:
        """Run the command line; parsing it can already hang, as it looks at paths."""
        from pacetag.tagger.cancellation import answering_signals

        with answering_signals():
            return super().main(*arguments, **options)

    def _main_shell_completion(self, *arguments: Any, **options: Any) -> None:
        """Answer a shell that completes, where one asks; else return."""
        if variable(COMPLETING) is not None:
            from pacetag.tagger.commands.shells import use_whole_words

            use_whole_words()
        super()._main_shell_completion(*arguments, **options)

    def make_context(self, info_name: Any, args: Any, *more: Any, **options: Any) -> Any:
        """Read what stands before the command's name."""
        installs = any(word.startswith(INSTALLING) for word in args)
        try:
            with _clean_usage_errors():
                return super().make_context(info_name, args, *more, **options)
        except (OSError, UnicodeError) as error:
            if not installs:
                raise
            from pacetag.tagger.commands.shells import why_not_installed
            from pacetag.tagger.terminal.say import say

            say(printable(f"pacetag: {why_not_installed(error)}"), sys.stderr)
            raise typer.Exit(1) from error

    def invoke(self, ctx: Any) -> Any:
        """Run the chosen command."""
        from pacetag.db.errors import SongIndexError
        from pacetag.model.errors import ModelError
        from pacetag.tagger.errors import TaggerError
        from pacetag.tagger.tags.errors import TagError

        try:
            with _clean_usage_errors():
                return super().invoke(ctx)
        except (TaggerError, SongIndexError, ModelError, TagError) as error:
            code, sentence = getattr(error, "exit_code", 1), str(error)
            debug("command", "the command ends with an error", error=error)
        except (typer.Exit, typer.Abort):
            raise
        except Exception as error:  # a fault of pacetag's own, or of the machine
            if hasattr(error, "show") or getattr(error, "errno", None) == errno.EPIPE:
                raise  # typer shows it, or the reader of a pipe has seen enough
            code, sentence = 1, _fault(ctx.invoked_subcommand, error)
            debug("command", "the command broke off", error=error)
        from pacetag.tagger.terminal.say import say

        say(printable(f"pacetag: {sentence}"), sys.stderr)
        raise typer.Exit(code)


def _fault(command: str | None, error: Exception) -> str:
    """Return a sentence about a fault that was not expected."""
    text = str(error)
    what = type(error).__name__ + (f": {text[:300]}" if text else "")
    return (
        f"`pacetag {command}` broke off ({what}); run it again with --log-file FILE and report it "
        "with what that file says"
    )


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    rich_markup_mode=None,  # rich takes longer to import than all the rest
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        from pacetag.tagger.terminal.say import say

        say(f"pacetag {version('pacetag')}")
        raise typer.Exit


@app.callback()
def pacetag(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, help="Say which version it is."
        ),
    ] = False,
) -> None:
    """Listens to a music library and finds, for every song, the cadences a runner can step to."""


def _interruptible(command: Callable[..., None]) -> Callable[..., None]:
    """Return the command so that Ctrl-C interrupts it, and with it the programs that it runs."""

    @wraps(command)
    def interruptible(*arguments: Any, **options: Any) -> None:
        from pacetag.tagger.cancellation import signals_let_through

        with signals_let_through():
            command(*arguments, **options)

    return interruptible


COMMANDS = (
    *(scan, playlist, cadence, watch, status, show, set_paces, love, exclude),
    *(stats, problems, export, undo, prune, forget, evaluate, setup),
)

for command in (*COMMANDS, _interruptible(train)):
    app.command(cls=SettingsCommand)(command)
# These work where the settings cannot be used.
app.command(cls=LoggingCommand)(config)
app.command(cls=LoggingCommand)(doctor)
app.add_typer(training)
app.add_typer(target)
app.add_typer(mpd)
app.add_typer(service)


def main() -> None:
    """Entry point of the `pacetag` command."""
    from pacetag.tagger.terminal.standard_streams import keep_streams

    keep_streams()
    try:
        app()
    except SystemExit as ended:
        raise SystemExit(_code_after_losses(ended.code)) from None


def _code_after_losses(code: Any) -> Any:
    """Return the exit code, at least 1 where results could not be written, and say so."""
    from pacetag.tagger.terminal.standard_streams import losses

    lost, sentence = losses()
    if sentence is not None:
        from pacetag.tagger.terminal.say import say

        say(f"pacetag: {sentence}", sys.stderr)
    return code or int(lost)


if __name__ == "__main__":
    main()
