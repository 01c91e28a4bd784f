"""PACE and PACETAG of a file as fields of its item, which are read and never written or deleted."""

from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import Any

from beets.library import Item
from beetsplug.pacetag.values import paces_of
from mediafile import MediaField

from pacetag.tagger.tags.fields import PACE, PACETAG


def _first(texts: Sequence[str]) -> str:
    return next(iter(texts), "")


FIELDS = MappingProxyType({"pace": PACE, "pacetag": PACETAG})
_READ: dict[str, Callable[[Sequence[str]], Any]] = {"pace": paces_of, "pacetag": _first}


class ReadOnlyField(MediaField):  # type: ignore[misc] # mediafile has no types
    """A field of mediafile that stays in the file as it is, however often beets writes.

    beets writes and deletes by these descriptors alone: without one, an item that was imported
    before pacetag's scan would delete what the scan wrote.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def __get__(self, mediafile: Any, owner: Any = None) -> Any:
        """The field's value in the file that mediafile has opened."""
        from pacetag.tagger.tags.reader import values

        return _READ[self._name](values(mediafile.mgfile, FIELDS[self._name]))

    def __set__(self, mediafile: Any, value: Any) -> None:
        """Leave the file's tags as they are."""

    def __delete__(self, mediafile: Any) -> None:
        """Leave the file's tags as they are."""


def read_again(item: Item) -> bool:
    """Give an item the values of its file, empty ones too; returns whether it must be stored.

    Its time of modification stays, so that `beet update` still sees what else changed in the file.
    Raises TagError if the file cannot be read.
    """
    from pacetag.tagger.tags.held import held_fields

    held = held_fields(item.filepath, FIELDS)
    found = {name: read(held[name]) for name, read in _READ.items()}
    changed = {
        name: value for name, value in found.items() if item.get(name, with_album=False) != value
    }
    if changed:
        item.update({**changed, "mtime": item.mtime})
    return bool(changed)
