"""The manual page, written from the command line's own commands, options and settings."""

import re
import textwrap
from collections.abc import Iterable, Iterator
from enum import Enum
from typing import Any

import typer.main

from pacetag.tagger.cli import app
from pacetag.tagger.config.file import FILE_VARIABLE
from pacetag.tagger.config.table import SETTINGS

OF_EVERY_COMMAND = frozenset({"verbose", "log_file", "log_json", "help"})
EXAMPLES = (
    ("pacetag scan ~/Music", "Judge what is new, write tags and index."),
    (
        "pacetag playlist --cadence 165 --duration 45m --output run.m3u8",
        "Write a playlist of 45 minutes for 165 steps a minute.",
    ),
    ('pacetag playlist --plan "10m@150 5x(1m@180 1m@160) 10m@150-140"', "Show songs by plan."),
    ("pacetag watch ~/Music", "Stay, and keep up with the folder."),
    ("pacetag undo ~/Music", "Put the tags back to what they were."),
    ("pacetag doctor ~/Music", "Check this machine and the folder."),
)
EXITS = (
    ("0", "Done."),
    ("1", "Some songs failed, or something could not be done."),
    ("2", "Wrong usage, or a fault in the settings."),
    ("130", "Interrupted."),
)
FILES = (
    ("~/.config/pacetag/config.toml", "The settings; `pacetag config --path` prints its place."),
    ("~/.local/share/pacetag/index.sqlite3", "The index; `pacetag config index` prints its place."),
    (
        "~/.local/share/pacetag/journal",
        "What writes of tags that broke off must restore; the next command does.",
    ),
)
DATE = "2026-11-26"  # of the version that the page describes
WIDTH = 79  # columns of the source
TYPES = {"STR": "TEXT", "INT": "INTEGER"}  # as versions of typer call them
_TICKED = re.compile(r"`([^`]+)`")


def manual(version: str) -> str:
    """Return pacetag(1) in groff's language."""
    command: Any = typer.main.get_command(app)
    lines = [
        '.\\" Written by `python -m tests.manual` from the command line itself.',
        f'.TH PACETAG 1 "{DATE}" "pacetag {version}" "User Commands"',
        *section("NAME"),
        text("pacetag - tag music with every cadence a runner can step to, and make playlists"),
        *section("SYNOPSIS"),
        ".B pacetag",
        text("[OPTIONS] COMMAND [ARGUMENTS]"),
        *section("DESCRIPTION"),
        *paragraphs(command.help),
        ".PP",
        text(
            "An option that is not typed has the value that the file of settings or a variable "
            "gives it. `pacetag --help` and `pacetag COMMAND --help` print what stands here."
        ),
        *section("OPTIONS"),
        *options(each for each in command.params if each.name not in OF_EVERY_COMMAND),
        ".PP",
        text("Each command takes these as well:"),
        *options(each for each in command.params if each.name in OF_EVERY_COMMAND),
        *section("COMMANDS"),
    ]
    for name, each in command.commands.items():
        lines += list(described(("pacetag", name), each))
    lines += [*section("ENVIRONMENT"), *terms(variables())]
    for heading, rows in (("FILES", FILES), ("EXIT STATUS", EXITS), ("EXAMPLES", EXAMPLES)):
        lines += [*section(heading), *terms(rows)]
    return "\n".join(lines) + "\n"


def described(words: tuple[str, ...], command: Any) -> Iterator[str]:
    """Yield what a command does, its arguments and options, and the commands below it."""
    yield f'.SS "{escaped(" ".join(words))}"'
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    given = [each for each in command.params if each.param_type_name == "option"]
    below = getattr(command, "commands", {})
    usage = ["[OPTIONS]", "COMMAND"] if below else ["[OPTIONS]", *map(metavar, arguments)]
    yield f".B {escaped(' '.join(words))}"
    yield text(" ".join(usage))
    yield ".PP"
    yield from paragraphs(command.help or command.callback.__doc__ or "")
    yield from terms((metavar(each), each.help or "") for each in arguments)
    yield from options(each for each in given if each.name not in OF_EVERY_COMMAND)
    for name, each in below.items():
        yield from described((*words, name), each)


def options(parameters: Iterable[Any]) -> Iterator[str]:
    """Yield the names of each option, and what it is for."""
    yield from terms((names(each), f"{each.help or ''}{default(each)}") for each in parameters)


def names(option: Any) -> str:
    """Return an option's names with what it takes, such as `--nice / --no-nice` or `--jobs N`."""
    found = ", ".join(sorted(option.opts, key=lambda each: each.startswith("--")))
    if option.secondary_opts:
        found += f" / {', '.join(option.secondary_opts)}"
    return found if option.is_flag else f"{found} {metavar(option)}"


def metavar(parameter: Any) -> str:
    """Return how a parameter's value is called."""
    choices = getattr(parameter.type, "choices", None)
    if parameter.metavar:
        more = parameter.nargs == -1 and "..." not in parameter.metavar
        return f"{parameter.metavar}{'...' * more}"
    if choices:
        return "|".join(str(getattr(each, "value", each)) for each in choices)
    name = str(parameter.type.name).partition(" ")[0].upper()
    return TYPES.get(name, name)


def default(option: Any) -> str:
    """Return the default in words; nothing for flags and where there is none."""
    value = option.default
    if option.is_flag or value is None or callable(value) or value in ((), [], ""):
        return ""
    return f" Default: {value.value if isinstance(value, Enum) else value}."


def variables() -> Iterator[tuple[str, str]]:
    """Yield the variables of the environment, and what each sets."""
    yield FILE_VARIABLE, "The file of settings, in place of the one in your folder of settings."
    for setting in SETTINGS:
        if setting.variable:
            yield (
                setting.variable,
                f"As `{setting.key}` in the file of settings. {setting.sentence}",
            )


def section(heading: str) -> Iterator[str]:
    """Yield the heading of a section."""
    yield f".SH {heading}" if " " not in heading else f'.SH "{heading}"'


def terms(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yield terms, each with its explanation."""
    for term, explanation in rows:
        yield ".TP"
        yield f"\\fB{escaped(term)}\\fR"
        yield text(explanation)


def paragraphs(words: str) -> Iterator[str]:
    """Yield the paragraphs of a help text."""
    for number, part in enumerate(re.split(r"\n\s*\n", words.strip())):
        if number:
            yield ".PP"
        yield text(" ".join(part.split()))


def text(words: str) -> str:
    """Return lines of text; what is quoted by backticks is set in bold."""
    marked = _TICKED.sub(r"\\fB\1\\fR", escaped(words))
    lines = textwrap.wrap(marked, WIDTH, break_long_words=False, break_on_hyphens=False)
    # A dot or an apostrophe would begin a request.
    return "\n".join(re.sub(r"^([.'])", r"\\&\1", line) for line in lines)


def escaped(words: str) -> str:
    """Return a text in which groff's own signs, and those beyond ASCII, stand for themselves."""
    words = (
        words.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("~", "\\(ti")
    )
    words = words.replace("^", "\\(ha")
    return "".join(sign if sign.isascii() else f"\\[u{ord(sign):04X}]" for sign in words)
