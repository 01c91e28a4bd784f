"""Keeps PACE and PACETAG through beets' own plug-in `scrub`, which removes all tags of a file.

`scrub` then writes what the library has. Nothing of these two is written from there, since it may
be older than the file: they are read before and put back afterwards, by pacetag's own writer.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from beets.library import Item
from beets.plugins import BeetsPlugin
from beetsplug.pacetag.tags import FIELDS, read_again

from pacetag.tagger.errors import TaggerError
from pacetag.tagger.settings import index_path, journals_beside
from pacetag.tagger.tags.errors import TagError

_METHOD = "_scrub_item"  # of scrub; it takes an item and whether tags are written again

Warn = Callable[..., None]


def guard_scrub(plugins: Iterable[BeetsPlugin], warn: Warn) -> None:
    """Have `scrub`, if it is in use, keep the two fields, or warn that it will not."""
    for plugin in plugins:
        if plugin.name == "scrub":
            scrub = getattr(plugin, _METHOD, None)
            if scrub is None:
                warn("scrub of this version of beets deletes PACE and PACETAG; use another version")
            else:
                setattr(plugin, _METHOD, _guarded(scrub, warn))


def _guarded(scrub: Callable[[Item, bool], Any], warn: Warn) -> Callable[[Item, bool], None]:
    def scrub_item(item: Item, restore: bool) -> None:
        held = _held(item.filepath) if restore else {}
        if any(held.values()) and (reason := _why_not(item.filepath)) is not None:
            warn(
                "{}: scrub left its tags alone, since PACE and PACETAG could not be put back: {}",
                item.filepath,
                reason,
            )
            return
        try:
            scrub(item, restore)
        finally:
            if any(held.values()):
                _put_back(item, held, warn)

    return scrub_item


def _held(path: Path) -> dict[str, list[str]]:
    from pacetag.tagger.tags.held import held_fields

    try:
        return held_fields(path, FIELDS)
    except TagError:  # scrub says that it cannot be read
        return {}


def _why_not(path: Path) -> str | None:
    """A clause on why pacetag would not write the file afterwards; None if it would."""
    from pacetag.tagger.tags.mutagen_io import open_audio
    from pacetag.tagger.tags.writable import why_not_writable

    try:
        return why_not_writable(path, open_audio(path))
    except TagError as error:
        return error.reason


def _put_back(item: Item, held: dict[str, list[str]], warn: Warn) -> None:
    from pacetag.tagger.tags.writer import write_tags

    try:
        write_tags(item.filepath, held, journals=journals_beside(index_path()))
        read_again(item)
    except (TagError, TaggerError) as error:
        warn("scrub removed PACE and PACETAG, and they could not be put back: {}", error)
