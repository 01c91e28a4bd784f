"""MPD: a database of stickers, by which songs are found by their paces."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from pacetag.tagger.integrations.places import config_folder, home
from pacetag.tagger.integrations.program import CannotEditError, FileChange, Place, Program, Source
from pacetag.tagger.integrations.texts import inserted, split
from pacetag.tagger.playlist.rules import Rules

_PAIR = re.compile(r'\s*(\w+)\s+"((?:[^"\\]|\\.)*)"\s*(?:#.*)?\Z')
_BLOCK = re.compile(r"\s*(\w+)\s*\{\s*(?:#.*)?\Z")
_END = re.compile(r"\s*\}\s*(?:#.*)?\Z")
_NOTHING = re.compile(r"\s*(?:#.*)?\Z", re.DOTALL)

Setting = tuple[int, str, str, str]  # line, block ("" outside), name, value with its escapes


def lines(_: Rules) -> str:
    """Return the setting, with a place as Debian has it."""
    return 'sticker_file "/var/lib/mpd/sticker.sql"\n'


def edited(text: str, rules: Rules) -> str:
    """Return the settings with a database of stickers beside that of songs.

    Raises CannotEditError.
    """
    del rules  # the setting is the same for every cadence
    there = split(text)
    found = list(_settings(there))
    if any(not block and name == "sticker_file" for _, block, name, _ in found):
        return text
    if any(name.startswith("include") for _, _, name, _ in found):
        raise CannotEditError("includes other files, which may say it: MPD wants it said once")
    base = next((each for each in found if _is_database(each)), None)
    if base is None:
        raise CannotEditError("does not say where MPD keeps its database, beside which it would go")
    number, block, _, value = base
    folder = PurePosixPath(value).parent
    if block:
        number = _begin(there, number)
    return inserted(there, number + (not block), f'sticker_file "{folder / "sticker.sql"}"')


def _is_database(setting: Setting) -> bool:
    _, block, name, value = setting
    return "/" in value and (block, name) in (("", "db_file"), ("database", "path"))


def _begin(there: Sequence[str], number: int) -> int:
    """The line on which the block around a line begins."""
    return next(n for n in range(number, -1, -1) if _BLOCK.match(there[n].rstrip("\r\n")))


def _settings(there: Sequence[str]) -> Iterator[Setting]:
    """Yield the settings; raises CannotEditError for a line that is none."""
    block = ""
    for number, whole in enumerate(there):
        line = whole.rstrip("\r\n")
        if _NOTHING.match(line):
            continue
        if begun := _BLOCK.match(line):
            if block:
                raise CannotEditError(f"has a block within a block on line {number + 1}")
            block = begun[1]
        elif _END.match(line) and block:
            block = ""
        elif pair := _PAIR.match(line):
            yield number, block, pair[1], pair[2]
        else:
            raise CannotEditError(f"has a line that pacetag does not understand: {number + 1}")


def _places(_: Rules) -> Iterator[Place]:
    for file in (
        config_folder() / "mpd/mpd.conf",
        home() / ".mpdconf",
        home() / ".mpd/mpd.conf",
        Path("/etc/mpd.conf"),
        Path("/usr/local/etc/mpd.conf"),
        Path("/opt/homebrew/etc/mpd/mpd.conf"),
    ):
        yield Place(file=file, home=file)


def _steps(rules: Rules) -> Iterator[str]:
    yield "`pacetag mpd sync` gives songs their paces as stickers; run it again after a scan."
    yield (
        "As comments it has only the first pace of MP3 with ID3v2.4, M4A and WMA, unless "
        "`pacetag scan --pace-values joined` wrote them as one."
    )
    yield f"A playlist that it loads: `pacetag playlist --cadence {rules.name} --output run.m3u`."
    yield f"At once: `pacetag playlist --cadence {rules.name} --play --player mpd`."


MPD = Program(
    name="mpd",
    title="Music Player Daemon",
    sees="Clients can ask it for the comments of one song, PACE among them, and search stickers.",
    source=Source.TRIED,
    steps=_steps,
    change=FileChange(
        places=_places,
        lines=lines,
        edited=edited,
        first_counts=True,
        then="Restart MPD: `systemctl --user restart mpd`, or `sudo systemctl restart mpd`.",
    ),
)
