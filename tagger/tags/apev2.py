"""APEv2 at the end of APE, WavPack and Musepack files, item by item.

mutagen would sort the items of others, merge some and drop an ID3v1 tag that follows. Here they are
copied as they lie. Specification: APEv2, wiki.hydrogenaud.io/index.php?title=APEv2_specification.
"""

import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO, Self

from pacetag.tagger.tags.content import Content, Stretch, joined, kept_form
from pacetag.tagger.tags.copied import Copies, copied_texts, own_first
from pacetag.tagger.tags.errors import LayoutError
from pacetag.tagger.tags.fields import FIELDS
from pacetag.tagger.tags.pieces import write_pieces
from pacetag.tagger.tags.spans import APE, Trailer, after_id3, trailers
from pacetag.tagger.tags.views import View, view_of
from pacetag.tagger.tags.wavpack import check_blocks

_PREAMBLE = b"APETAGEX"
_FRAME = 32  # bytes of the header, and of the footer
_VERSION = 2000
_HAS_HEADER, _IS_HEADER, _READ_ONLY = 1 << 31, 1 << 29, 1
_KIND = 6  # bits of an item's flags that are zero for text
_LARGEST = 64 << 20  # bytes of a tag
_DAMAGED = "its APE tag is damaged"


@dataclass(frozen=True, kw_only=True)
class Item:
    """One entry of a tag as it lies."""

    key: str
    flags: int
    data: bytes | Stretch  # with its head
    start: int = 0  # place in the tag
    stop: int = 0  # place after it


@dataclass(frozen=True, kw_only=True)
class ApeLayout:
    """The tag of a file, or the place for one."""

    items: tuple[Item, ...]
    flags: int  # of the footer
    reserved: bytes  # 8 bytes that should be zero
    start: int  # place of the tag
    stop: int  # place after it
    end: int  # bytes of the file: behind the tag stand ID3v1 and lyrics, which stay
    behind: bytes  # these in the form in which they are compared
    copied: tuple[Item, ...] = ()  # items of pacetag's, of what older kinds of tags say

    @classmethod
    def load(cls, source: BinaryIO) -> Self:
        """The layout of an open file. Raises LayoutError."""
        found = trailers(source, after_id3(source))
        end = source.seek(0, io.SEEK_END)
        tags = [each for each in found if each.kind == APE]
        if len(tags) > 1:
            raise LayoutError("it has several APE tags")
        if tags:
            return cls._load(source, tags[0], end)
        place = found[-1].start if found else end
        if _read(source, max(0, place - _FRAME), place).startswith(_PREAMBLE):
            raise LayoutError(_DAMAGED)
        return cls(
            items=(),
            flags=_HAS_HEADER,
            reserved=bytes(8),
            start=place,
            stop=place,
            end=end,
            behind=_behind(source, place, end),
        )

    @classmethod
    def load_wavpack(cls, source: BinaryIO) -> Self:
        """The layout of an open WavPack file. Raises LayoutError."""
        layout = cls.load(source)
        check_blocks(source, after_id3(source), layout.start)
        return layout

    @classmethod
    def _load(cls, source: BinaryIO, tag: Trailer, end: int) -> Self:
        if tag.stop - tag.start > _LARGEST:
            raise LayoutError("its APE tag is larger than 64 MiB")
        place, stop = tag.start, tag.stop - _FRAME
        footer = _read(source, stop, tag.stop)
        version, _, count, flags = _numbers(footer[8:24])
        if version != _VERSION:
            raise LayoutError("its APE tag is of a version that is not written")
        if flags & _READ_ONLY:
            raise LayoutError("its APE tag is marked as read-only")
        if flags & _IS_HEADER:
            raise LayoutError(_DAMAGED)
        if flags & _HAS_HEADER:
            place += _FRAME
            header = _read(source, tag.start, min(place, stop)).ljust(_FRAME, b"\0")
            if header[:20] != footer[:20] or not header[23] & _IS_HEADER >> 24:
                raise LayoutError(_DAMAGED)
        return cls(
            items=split_items(view_of(source, place, stop), count),
            flags=flags,
            reserved=footer[24:],
            start=tag.start,
            stop=tag.stop,
            end=end,
            behind=_behind(source, tag.stop, end),
        )

    def beside(self, copies: Copies) -> Self:
        """The same layout beside older tags that say this: their copies are in it, or go along.

        They go into a new tag only, and are told by their place: behind pacetag's fields, where
        nothing else is in the tag.
        """
        offered = {key.upper(): make_item(key, values) for key, _, values in copied_texts(copies)}
        if self.start == self.stop:
            return replace(self, copied=tuple(offered.values()))
        own = own_first(
            [(each.key.upper(), each.data) for each in self.items],
            {key: each.data for key, each in offered.items()},
            frozenset(row.apev2.upper() for row in FIELDS.values() if row.written),
        )
        if own is None:
            return self
        return replace(
            self,
            items=self.items[: len(own)],
            copied=tuple(each for key, each in offered.items() if key not in own),
        )

    def kept(self, names: Collection[str]) -> tuple[bytes, ...]:
        """Every foreign item, where the tag begins, and what follows it."""
        foreign = [kept_form(each.data) for each in self._foreign(names)]
        frame = self.flags.to_bytes(4) + self.reserved if foreign else b""
        return (*foreign, frame, str(self.start).encode(), self.behind)

    def write(
        self, source: BinaryIO, target: BinaryIO, wanted: Mapping[str, Sequence[str]]
    ) -> None:
        """Write source to target with these values; a tag that holds nothing more is left out."""
        pieces = [(0, self.start), self._render(wanted), (self.stop, self.end)]
        write_pieces(source, target, pieces)

    def _foreign(self, names: Collection[str]) -> list[Item]:
        written = {FIELDS[name].apev2.upper() for name in names}
        return [each for each in self.items if each.key.upper() not in written]

    def _key(self, name: str) -> str:
        """What the field is called; a BPM as it was spelt already, if it is there."""
        key = FIELDS[name].apev2
        spelt = (each.key for each in self.items if each.key.upper() == key.upper())
        return next(spelt, key) if name == "bpm" else key

    def _before_bpm(self) -> tuple[Item, ...] | None:
        """The items that stand before a BPM: there an undo puts it back. None without one."""
        key = FIELDS["bpm"].apev2.upper()
        places = (at for at, each in enumerate(self.items) if each.key.upper() == key)
        place = next(places, None)
        return None if place is None else self.items[:place]

    def _render(self, wanted: Mapping[str, Sequence[str]]) -> bytes | Content:
        items = self._foreign(wanted)
        keys = {name: self._key(name) for name, values in wanted.items() if values}
        own = [make_item(key, wanted[name]) for name, key in keys.items()]
        # Before pictures: readers that look at a part of the tag see ours.
        place = next((at for at, each in enumerate(items) if each.flags & _KIND), len(items))
        items[place:place] = own
        if "bpm" in keys and (before := self._before_bpm()) is not None:
            bpm = items.pop(items.index(own[list(keys).index("bpm")]))
            items.insert(sum(each in items for each in before), bpm)
        if not items:
            return b""
        held = {each.key.upper() for each in items}
        items += [each for each in self.copied if each.key.upper() not in held]
        body = joined(*(each.data for each in items))
        size = len(body) + _FRAME
        if size > _LARGEST - _FRAME:
            raise LayoutError("its APE tag would grow beyond 64 MiB")
        head = _PREAMBLE + b"".join(each.to_bytes(4, "little") for each in (_VERSION, size))
        head += len(items).to_bytes(4, "little")
        footer = head + self.flags.to_bytes(4, "little") + self.reserved
        if not self.flags & _HAS_HEADER:
            return joined(body, footer)
        head += (self.flags | _IS_HEADER).to_bytes(4, "little") + self.reserved
        return joined(head, body, footer)


def make_item(key: str, values: Sequence[str]) -> Item:
    """A text item with these values, which NUL holds apart."""
    content = "\0".join(values).encode()
    head = len(content).to_bytes(4, "little") + bytes(4)
    return Item(key=key, flags=0, data=head + key.encode() + b"\0" + content)


def split_items(body: View, count: int | None = None) -> tuple[Item, ...]:
    """The items of a tag. Raises LayoutError where they do not fill it, or are not so many."""
    items: list[Item] = []
    place = 0
    while place < body.size:
        head = body.at(place, min(place + 8 + 256, body.size))
        size, flags = _numbers(head[:8].ljust(8, b"\0"))
        end_of_key = head.find(b"\0", 8)
        stop = place + end_of_key + 1 + size
        if end_of_key < 0 or stop > body.size:
            raise LayoutError(f"{_DAMAGED} after {len(items)} items")
        key = head[8:end_of_key].decode("ascii", "replace")
        data = body.item(place, stop)
        items.append(Item(key=key, flags=flags, data=data, start=place, stop=stop))
        place = stop
    if count is not None and len(items) != count:
        raise LayoutError(f"{_DAMAGED} (it does not hold as many items as it says)")
    return tuple(items)


def _numbers(data: bytes) -> tuple[int, ...]:
    return tuple(int.from_bytes(data[at : at + 4], "little") for at in range(0, len(data), 4))


def _read(source: BinaryIO, start: int, stop: int) -> bytes:
    source.seek(start)
    return source.read(stop - start)


def _behind(source: BinaryIO, start: int, stop: int) -> bytes:
    return kept_form(view_of(source, start, stop).item(0, stop - start))
