"""beets: pacetag's plug-in among those that its settings load."""

import re
from collections.abc import Iterator, Sequence

from pacetag.tagger.integrations.places import (
    config_folder,
    home,
    is_macos,
    is_windows,
    named_by,
    roaming_folder,
)
from pacetag.tagger.integrations.program import CannotEditError, FileChange, Place, Program, Source
from pacetag.tagger.integrations.texts import inserted, replaced, split, with_lines
from pacetag.tagger.playlist.rules import Rules

PLUGIN = "pacetag"
_OUTER = re.compile(r"\w[\w .-]*:(?:[ \t]|\Z)|-(?:[ ]|\Z)")
_KEY = re.compile(r"plugins[ ]*:(?P<value>(?:[ \t].*)?)\Z")
_WORDS = re.compile(r"(?P<words>[\w-]+(?:[ ]+[\w-]+)*)(?P<after>[ ]*(?:[ ]#.*)?)")
_INLINE = re.compile(r"\[(?P<words>[\w\s,-]*)\](?P<after>[ ]*(?:[ ]#.*)?)")
_ITEM = re.compile(r"(?P<before>[ ]*-[ ]+)(?P<word>[\w-]+)[ ]*(?:[ ]#.*)?\Z")
_QUIET = re.compile(r"[ ]*(?:#.*)?\Z")


def lines(_: Rules) -> str:
    """Return the setting, as it is where no other plug-ins are loaded."""
    return f"plugins: {PLUGIN}\n"


def edited(text: str, rules: Rules) -> str:
    """Return the settings with the plug-in loaded, too. Raises CannotEditError.

    YAML has many forms: the usual three of `plugins` are known, and all others are left alone.
    """
    there = split(text)
    bare = [line.rstrip("\r\n") for line in there]
    if not _is_usual(bare):
        raise CannotEditError("is YAML in a form that pacetag does not know")
    keys = [(number, found) for number, line in enumerate(bare) if (found := _KEY.match(line))]
    if not keys:
        return with_lines(text, lines(rules))
    if len(keys) > 1:
        raise CannotEditError("says `plugins` more than once")
    number, found = keys[0]
    value = found["value"].strip()
    if _QUIET.match(value):
        return _in_list(there, bare, number)
    return _in_line(there, number, value)


def _is_usual(bare: Sequence[str]) -> bool:
    """Whether all that is not indented is a plain key or an item, and the first line is."""
    said = [line for line in bare if not _QUIET.match(line)]
    outer = [line for line in said if not line.startswith(" ")]
    return said[:1] == outer[:1] and all(map(_OUTER.match, outer))


def _in_line(there: Sequence[str], number: int, value: str) -> str:
    """The text with the plug-in in `plugins: a b` or `plugins: [a, b]`."""
    if words := _WORDS.fullmatch(value):
        if PLUGIN in words["words"].split():
            return "".join(there)
        return replaced(there, number, f"plugins: {words['words']} {PLUGIN}{words['after']}")
    if inline := _INLINE.fullmatch(value):
        names = [name.strip() for name in inline["words"].split(",") if name.strip()]
        if PLUGIN in names:
            return "".join(there)
        return replaced(there, number, f"plugins: [{', '.join([*names, PLUGIN])}]{inline['after']}")
    raise CannotEditError("says `plugins` in a form that pacetag does not know")


def _in_list(there: Sequence[str], bare: Sequence[str], number: int) -> str:
    """The text with one more item in the list below `plugins:`."""
    items = []
    for at in range(number + 1, len(bare)):
        if item := _ITEM.match(bare[at]):
            items.append((at, item))
        elif not _QUIET.match(bare[at]):
            break
    if not items or len({item["before"] for _, item in items}) > 1 or _goes_on(bare, items[-1][0]):
        raise CannotEditError("says `plugins` in a form that pacetag does not know")
    if PLUGIN in (item["word"] for _, item in items):
        return "".join(there)
    at, last = items[-1]
    return inserted(there, at + 1, f"{last['before']}{PLUGIN}")


def _goes_on(bare: Sequence[str], last: int) -> bool:
    """Whether the list may go on after its last item that was understood."""
    rest = (line for line in bare[last + 1 :] if not _QUIET.match(line))
    return next(rest, "x").startswith((" ", "-"))


def _places(_: Rules) -> Iterator[Place]:
    named = named_by("BEETSDIR")
    if named is not None:
        folders = [named]
    elif is_windows():
        folders = [roaming_folder() / "beets"]
    else:
        folders = [config_folder() / "beets"]
        if is_macos():
            folders += [home() / "Library/Application Support/beets"]
    for folder in folders:
        yield Place(file=folder / "config.yaml", home=folder)


BEETS = Program(
    name="beets",
    title="beets",
    sees="It shows and searches PACE by pacetag's plug-in, and by itself only BPM.",
    source=Source.TRIED,
    steps=lambda rules: (
        "pacetag must be installed where beets is, as by `pip install .` or `pipx inject beets .` "
        "in pacetag's folder: beets complains at each start if it cannot find a plug-in.",
    ),
    change=FileChange(
        places=_places,
        lines=lines,
        edited=edited,
        created=True,
        first_counts=True,
        then="`beet version` names the plug-ins that it has loaded.",
    ),
)
