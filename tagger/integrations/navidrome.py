"""Navidrome: the tag `pace` in navidrome.toml, and smart playlists that ask for it."""

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pacetag.tagger.integrations.places import named_by
from pacetag.tagger.integrations.program import CannotEditError, FileChange, Place, Program, Source
from pacetag.tagger.integrations.texts import BYTE_ORDER_MARK, with_lines
from pacetag.tagger.playlist.rules import Rules

ALIASES = ("txxx:pace", "pace", "----:com.apple.itunes:pace")
SPLIT = ("/", ";")
WANTED = {"Aliases": list(ALIASES), "Split": list(SPLIT)}


def lines(_: Rules) -> str:
    """Return the lines of the tag."""
    return (
        f"[Tags.pace]\nAliases = {json.dumps(WANTED['Aliases'])}\n"
        f"Split = {json.dumps(WANTED['Split'])}\n"
    )


def edited(text: str, rules: Rules) -> str:
    """Return the settings with the tag. Raises CannotEditError."""
    before = _read(text)
    if (there := _pace(before)) is not None:
        if _same(there):
            return text
        raise CannotEditError("has a tag `pace` already, which says something else")
    spelt = [key for key in before if key.lower() == "tags"] or ["Tags"]
    added = lines(rules).replace("[Tags.", f"[{spelt[0]}.")
    after = with_lines(text, added, apart=True)
    if len(spelt) == 1 and _is_changed_rightly(before, after, spelt[0]):
        return after
    raise CannotEditError("writes its tags in a way that pacetag cannot add to")


def _read(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text.removeprefix(BYTE_ORDER_MARK))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise CannotEditError(f"is not TOML: {error}") from error


def _pace(settings: dict[str, Any]) -> Any:
    """The table of the tag, whose names match in any case; None where there is none."""
    tags = _entry(settings, "tags")
    return _entry(tags, "pace") if isinstance(tags, dict) else None


def _entry(table: dict[str, Any], name: str) -> Any:
    return next((value for key, value in table.items() if key.lower() == name), None)


def _same(tag: Any) -> bool:
    """Whether a tag reads PACE of all containers, and splits it where ID3v2.3 joins it."""
    if not isinstance(tag, dict):
        return False
    found, signs = _entry(tag, "aliases"), _entry(tag, "split")
    if not isinstance(found, list) or not isinstance(signs, list):
        return False
    return {*ALIASES} <= {str(each).lower() for each in found} and {*SPLIT} <= {*map(str, signs)}


def _is_changed_rightly(before: dict[str, Any], text: str, name: str) -> bool:
    try:
        after = tomllib.loads(text.removeprefix(BYTE_ORDER_MARK))
    except tomllib.TOMLDecodeError:
        return False
    tags = after.get(name, {})
    if tags.pop("pace", None) != WANTED:
        return False
    if not tags and name not in before:
        del after[name]
    return after == before


def _places(_: Rules) -> Iterator[Place]:
    if (named := named_by("ND_CONFIGFILE")) is not None:
        yield Place(file=named, home=named.parent)
    folders = [Path("/etc/navidrome"), Path("/var/lib/navidrome"), Path("/opt/navidrome")]
    folders += [Path("/usr/local/etc/navidrome"), Path("/opt/homebrew/etc/navidrome")]
    for folder in folders:
        yield Place(file=folder / "navidrome.toml", home=folder)


def _steps(rules: Rules) -> Iterator[str]:
    yield "In a container the file is /data/navidrome.toml: name yours with --file."
    yield "Then restart Navidrome and have it scan everything once: `navidrome scan -f`."
    yield (
        f"`pacetag playlist --cadence {rules.name} --output {rules.name}.nsp` writes a smart "
        "playlist; put it into a folder of the music."
    )


NAVIDROME = Program(
    name="navidrome",
    title="Navidrome",
    sees="It reads PACE as a tag of its own, every value, if its settings name the tag.",
    source=Source.DOCUMENTS,
    steps=_steps,
    change=FileChange(
        places=_places,
        lines=lines,
        edited=edited,
        first_counts=True,
    ),
)
