"""A Vorbis comment as raw entries: foreign ones stay byte for byte, even invalid UTF-8.

Layout: vendor and entries, each preceded by its length as 32 little-endian bits.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter
from typing import Self

from pacetag.tagger.tags.binary.content import Content, Stretch, held, joined, kept_form
from pacetag.tagger.tags.binary.views import View, as_view
from pacetag.tagger.tags.containers.copied import Copies, copied_texts, own_first
from pacetag.tagger.tags.errors import LayoutError
from pacetag.tagger.tags.fields import FIELDS

VENDOR = b"pacetag"  # only where a file had no comment at all
_OWN = frozenset(row.vorbis for row in FIELDS.values() if row.written)
_DAMAGED = "its comment header is damaged"
_LONGEST_KEY = 256  # bytes of an entry in which the key of a field is looked for


@dataclass(frozen=True, kw_only=True)
class Comments:
    """The vendor string and the entries KEY=value, in their order."""

    vendor: bytes | Stretch
    entries: tuple[bytes | Stretch, ...]
    size: int = 0  # bytes of all of it in the file
    copied: tuple[bytes, ...] = ()  # pacetag's copies of older tags

    @classmethod
    def parse(cls, data: bytes | View) -> Self:
        """The comments at the beginning of data. Raises LayoutError."""
        view = as_view(data)
        vendor, place = _sized(view, 0)
        if view.size < place + 4:
            raise LayoutError(_DAMAGED)
        count = int.from_bytes(view.at(place, place + 4), "little")
        if count > view.size // 4:
            raise LayoutError(_DAMAGED)
        place += 4
        entries = []
        for _ in range(count):
            entry, place = _sized(view, place)
            entries.append(entry)
        return cls(vendor=vendor, entries=tuple(entries), size=place)

    def beside(self, copies: Copies) -> Self:
        """The comments with copies of older tags, which are in them already or will be written.

        They are written if there are no comments yet, and recognised by their place: behind
        pacetag's fields, and with nothing else.
        """
        offered = {key: tuple(_entries(key, values)) for _, key, values in copied_texts(copies)}
        if not self.entries:
            return replace(self, copied=tuple(each for some in offered.values() for each in some))
        entries = [(_key(each).decode("ascii", "replace"), each) for each in self.entries]
        grouped = [
            (key, tuple(each for _, each in some)) for key, some in groupby(entries, itemgetter(0))
        ]
        own = own_first(grouped, offered, _OWN)
        if own is None:
            return self
        copied = [each for key, some in offered.items() if key not in own for each in some]
        mine = sum(len(some) for key, some in grouped[: len(own)])
        return replace(self, entries=self.entries[:mine], copied=tuple(copied))

    def foreign(self, names: Collection[str]) -> tuple[bytes | Stretch, ...]:
        """The entries other than these fields."""
        keys = {FIELDS[name].vorbis.encode() for name in names}
        return tuple(each for each in self.entries if _key(each) not in keys)

    def kept(self, names: Collection[str]) -> tuple[bytes, ...]:
        """Vendor and foreign entries in the form in which they are compared."""
        return (kept_form(self.vendor), *map(kept_form, self.foreign(names)))

    def render(self, wanted: Mapping[str, Sequence[str]]) -> bytes | Content:
        """The comments with other values of these fields, each value an entry of its own.

        They stand in the field's old place and spelling, so that an undo gives the same bytes;
        those of a new field stand last.
        """
        left = {FIELDS[name].vorbis: values for name, values in wanted.items()}
        names = frozenset(key.encode() for key in left)
        entries: list[bytes | Stretch] = []
        for entry in self.entries:
            if (key := _key(entry)) not in names:
                entries.append(entry)
                continue
            spelt = held(entry, 0, len(key)).decode()
            entries += _entries(spelt, left.pop(key.decode(), ()))
        for key_of_new, values in left.items():
            entries += _entries(key_of_new, values)
        if entries:
            held_keys = {_key(entry) for entry in entries}
            entries += [entry for entry in self.copied if _key(entry) not in held_keys]
        count = len(entries).to_bytes(4, "little")
        sized = [part for entry in entries for part in (_length(entry), entry)]
        return joined(_length(self.vendor), self.vendor, count, *sized)


def _entries(key: str, values: Sequence[str]) -> list[bytes]:
    return [f"{key}={value}".encode() for value in values]


def _key(entry: bytes | Stretch) -> bytes:
    return held(entry, 0, _LONGEST_KEY).partition(b"=")[0].upper()


def _length(part: bytes | Stretch) -> bytes:
    return len(part).to_bytes(4, "little")


def _sized(view: View, place: int) -> tuple[bytes | Stretch, int]:
    """The part at a place that follows its own length, and the place after it."""
    start = place + 4
    if start > view.size:
        raise LayoutError(_DAMAGED)
    stop = start + int.from_bytes(view.at(place, start), "little")
    if stop > view.size:
        raise LayoutError(_DAMAGED)
    return view.item(start, stop), stop
