"""Picard: PACE and PACETAG among the tags that it preserves."""

import re
from collections.abc import Iterator, Sequence

from pacetag.tagger.integrations.places import config_folders, is_windows, named_by, roaming_folder
from pacetag.tagger.integrations.program import CannotEditError, FileChange, Place, Program, Source
from pacetag.tagger.integrations.texts import inserted, replaced, split
from pacetag.tagger.playlist.rules import Rules

TAGS = ("pace", "pacetag", "quodlibet::pace")
KEY = "preserved_tags"
_SECTION = re.compile(r"\s*\[([^\]]*)\]\s*\Z")
_NAME = re.compile(r"[\w:~ .-]+")  # of tags that stand in the file as they are
_PLAIN = re.compile(rf"{_NAME.pattern}(?:, ?{_NAME.pattern})*")
# How Qt writes a list of one text: a QVariantList of 1 QString, its length and its UTF-16.
_SINGLE = re.compile(rb"\0\0\0\x09\0\0\0\x01\0\0\0\x0a\0\0(..)(.*)", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{1,2})|([0abfnrtv\\\"']))|([^\\])")
_SIGNS = {"0": "\0", "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def lines(_: Rules) -> str:
    """Return the setting, as it is where no other tags are preserved."""
    return f"[setting]\n{KEY}={', '.join(TAGS)}\n"


def edited(text: str, rules: Rules) -> str:
    """Return the settings with these tags preserved, too. Raises CannotEditError."""
    there = split(text)
    section = _section(there)
    if section is None:
        raise CannotEditError("has no section [setting]: start Picard once, and end it")
    first, last = section
    at = [n for n in range(first, last) if there[n].partition("=")[0].strip() == KEY]
    if len(at) > 1:
        raise CannotEditError(f"says {KEY} more than once")
    if not at:
        return inserted(there, first, lines(rules).splitlines()[1])
    tags = preserved(there[at[0]].partition("=")[2].rstrip("\r\n"))
    known = {tag.lower() for tag in tags}
    lacking = [tag for tag in TAGS if tag not in known]
    if not lacking:
        return text
    return replaced(there, at[0], f"{KEY}={', '.join([*tags, *lacking])}")


def _section(there: Sequence[str]) -> tuple[int, int] | None:
    """The lines within [setting]: the first one, and the one after the last."""
    heads = [(n, found[1]) for n, line in enumerate(there) if (found := _SECTION.match(line))]
    for place, (number, name) in enumerate(heads):
        if name == "setting":
            after = heads[place + 1][0] if place + 1 < len(heads) else len(there)
            return number + 1, after
    return None


def preserved(value: str) -> list[str]:
    """Return the tags in a value of the setting. Raises CannotEditError."""
    value = value.strip()
    if value in ("", "@Invalid()"):
        return []
    if _PLAIN.fullmatch(value):
        return [tag.strip() for tag in value.split(",")]
    if value.startswith("@Variant(") and value.endswith(")"):
        return [_single(value[len("@Variant(") : -1])]
    raise CannotEditError(f"says {KEY} in a form that pacetag does not know")


def _single(escaped: str) -> str:
    signs = [
        chr(int(code, 16)) if code else _SIGNS.get(sign, sign) if sign else plain
        for code, sign, plain in _ESCAPE.findall(escaped)
    ]
    content = "".join(signs).encode("latin-1", "replace")
    found = _SINGLE.fullmatch(content)
    tag = ""
    if found is not None and len(found[2]) == int.from_bytes(found[1]):
        tag = found[2].decode("utf-16-be", "replace")
    if not _NAME.fullmatch(tag):
        raise CannotEditError(f"says {KEY} in a form that pacetag does not know")
    return tag


def _places(_: Rules) -> Iterator[Place]:
    if (named := named_by("PICARD_CONFIG_DIR")) is not None:
        yield Place(file=named / "Picard.ini", home=named)
    folders = [roaming_folder()] if is_windows() else []
    folders += config_folders(flatpak="org.musicbrainz.Picard", snap="picard")
    for folder in folders:
        yield Place(file=folder / "MusicBrainz/Picard.ini", home=folder / "MusicBrainz")


PICARD = Program(
    name="picard",
    title="MusicBrainz Picard",
    sees="It shows every value of PACE as a tag, and keeps it unless it clears existing tags.",
    source=Source.TRIED,
    steps=lambda _: (
        "By hand: Options, Tags, Preserve these tags from being cleared or overwritten with "
        f"MusicBrainz data: {', '.join(TAGS)}.",
        "Clearing takes BPM away, too: add `bpm` there if pacetag writes it.",
        "In WMA it knows no such tags: leave `Clear existing tags` off, or scan such songs again.",
    ),
    change=FileChange(
        places=_places,
        lines=lines,
        edited=edited,
        processes=("picard",),
        then="Picard keeps these tags from its next start on.",
    ),
)
