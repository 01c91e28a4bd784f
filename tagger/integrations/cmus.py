"""cmus: a filter of songs by BPM, since it reads no custom fields."""

import re
from collections.abc import Iterator

from pacetag.tagger.integrations.places import config_folder, home, named_by
from pacetag.tagger.integrations.program import (
    NEEDS_BPM,
    CannotEditError,
    FileChange,
    Place,
    Program,
    Source,
)
from pacetag.tagger.integrations.texts import split, with_lines
from pacetag.tagger.playlist.rules import Rules

# What a line of its file begins with; all of them were read in its manual.
_COMMANDS = (
    *("add", "bind", "browser-up", "cd", "clear", "colorscheme", "echo", "factivate", "filter"),
    *("fset", "help", "invert", "live-filter", "load", "mark", "mute", "player-play", "push"),
    *("pwd", "quit", "rand", "refresh", "run", "save", "search-next", "seek", "set", "shell"),
    *("showbind", "shuffle", "source", "toggle", "tqueue", "tree", "unbind", "unmark"),
    *("update-cache", "version", "view", "vol", "wq", "win-update", "#"),
)
_WORD = re.compile(r"\s*([\w-]+|#)")


def lines(rules: Rules) -> str:
    """Return the line that defines the filter."""
    name, low, high = _name(rules), rules.paces[0], rules.paces[-1]
    return f"fset {name}=bpm>={low}&bpm<={high}\n"


def _name(rules: Rules) -> str:
    return f"cadence{rules.name}"


def edited(text: str, rules: Rules) -> str:
    """Return the commands with one more. Raises CannotEditError."""
    wanted = lines(rules).strip()
    for number, line in enumerate(split(text), 1):
        word = _WORD.match(line)
        if line.strip() and (word is None or word[1] not in _COMMANDS):
            raise CannotEditError(f"has a line that is no command of cmus: {number}")
        if line.strip() == wanted:
            return text
        if line.split("=")[0].strip() == wanted.split("=")[0]:
            raise CannotEditError(f"has another filter {_name(rules)} on line {number}")
    return with_lines(text, lines(rules))


def _places(_: Rules) -> Iterator[Place]:
    named = named_by("CMUS_HOME")
    for folder in [named] if named else [config_folder() / "cmus", home() / ".cmus"]:
        yield Place(file=folder / "rc", home=folder)


def _steps(rules: Rules) -> Iterator[str]:
    yield NEEDS_BPM
    yield "Songs that it knows already: `:update-cache -f` has it read their tags again."
    yield f"`:factivate {_name(rules)}` shows the songs in its library, `:factivate` all again."
    yield (
        f"`pacetag playlist --cadence {rules.name} --output run.m3u` writes a playlist for "
        "`cmus-remote -l run.m3u`; it takes no .m3u8."
    )


CMUS = Program(
    name="cmus",
    title="cmus",
    sees="It shows no PACE. It has a BPM a song, and filters by it.",
    source=Source.TRIED,
    steps=_steps,
    change=FileChange(
        places=_places,
        lines=lines,
        edited=edited,
        created=True,
        first_counts=True,
        then="cmus knows the filter from its next start on.",
    ),
)
