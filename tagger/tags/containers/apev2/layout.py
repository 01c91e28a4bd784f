"""APEv2 at the end of APE, WavPack and Musepack files, item by item.

mutagen would sort foreign items, merge some and drop an ID3v1 tag that follows. Here they are
copied as they are. Specification: APEv2, wiki.hydrogenaud.io/index.php?title=APEv2_specification.
"""

import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO, Self

from pacetag.tagger.tags.binary.content import Content, Stretch, joined, kept_form
from pacetag.tagger.tags.binary.pieces import write_pieces
from pacetag.tagger.tags.binary.spans import (
    APE,
    after_id3,
    between_tags,
    trailers,
)
from pacetag.tagger.tags.binary.views import view_of
from pacetag.tagger.tags.containers.apev2.frame import (
    HAS_HEADER,
    IS_HEADER,
    LARGEST,
    grown_frame,
    new_frame,
    read_tag,
    without_sizes,
)
from pacetag.tagger.tags.containers.apev2.items import (
    COUNT,
    FRAME,
    KIND,
    SIZE,
    Item,
    make_item,
    number,
)
from pacetag.tagger.tags.containers.apev2.places import (
    place_for_new,
    sound_and_zeros,
    tag_read_by_others,
)
from pacetag.tagger.tags.containers.apev2.sound import check_blocks, check_packets_end
from pacetag.tagger.tags.containers.copied import Copies, copied_texts, own_first
from pacetag.tagger.tags.containers.older import older_than_apev2
from pacetag.tagger.tags.errors import LayoutError
from pacetag.tagger.tags.fields import FIELDS


@dataclass(frozen=True, kw_only=True)
class ApeLayout:
    """The tag of a file, or the place for one.

    The size and the number of items in header and footer may be wrong; they change by as much as
    the items do, so that the tag reads as before and an undo restores it.
    """

    header: bytes  # none, or 32 bytes
    items: tuple[Item, ...]  # those that are counted, without copies of older tags
    taken: int  # bytes of these
    counted: int  # number of these
    rest: bytes | Stretch  # what follows them in the tag: padding, or items that are not counted
    footer: bytes
    start: int  # place of the tag
    stop: int  # place after it
    end: int  # bytes of the file; ID3v1 and lyrics behind the tag stay
    ahead: bytes  # what lies between sound and tag, in the form in which it is compared
    behind: bytes  # what lies behind the tag, in the same form
    hides: bool  # whether readers would find another APE tag without it
    copied: tuple[Item, ...] = ()  # pacetag's copies of older tags

    @classmethod
    def load(cls, source: BinaryIO) -> Self:
        """The layout of an open file. Raises LayoutError."""
        found = trailers(source, after_id3(source))
        end = source.seek(0, io.SEEK_END)
        at = tag_read_by_others(found)
        if at is None:
            header, footer = new_frame(HAS_HEADER | IS_HEADER), new_frame(HAS_HEADER)
            items: tuple[Item, ...] = ()
            rest: bytes | Stretch = b""
            start = stop = place_for_new(found, end)
        else:
            header, items, rest, footer = read_tag(source, found[at])
            start, stop = found[at].start, found[at].stop
        layout = cls(
            header=header,
            items=items,
            taken=sum(len(each.data) for each in items),
            counted=len(items),
            rest=rest,
            footer=footer,
            start=start,
            stop=stop,
            end=end,
            ahead=_kept(source, min(start, between_tags(source)[1]), start),
            behind=_kept(source, stop, end),
            hides=sum(each.kind == APE for each in found) > 1,
        )
        return layout.beside(older_than_apev2(source))

    @classmethod
    def load_wavpack(cls, source: BinaryIO) -> Self:
        """The layout of an open WavPack file. Raises LayoutError."""
        check_blocks(source, *sound_and_zeros(source))
        return cls.load(source)

    @classmethod
    def load_musepack(cls, source: BinaryIO) -> Self:
        """The layout of an open Musepack file. Raises LayoutError."""
        check_packets_end(source, *sound_and_zeros(source))
        return cls.load(source)

    def beside(self, copies: Copies) -> Self:
        """The layout with copies of older tags, which are in it already or will be written.

        They are written into a new tag or an empty one. In a tag they are recognised by their
        place: behind pacetag's fields, and with nothing else.
        """
        offered = {key.upper(): make_item(key, values) for key, _, values in copied_texts(copies)}
        if not self.items:
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

    @property
    def holds_copies(self) -> bool:
        """Whether its tag has only pacetag's fields and copies of older tags."""
        return bool(self.copied)

    def kept(self, names: Collection[str]) -> tuple[bytes, ...]:
        """Every foreign item, header and footer, the tag's place, and what lies around it."""
        foreign = [kept_form(each.data) for each in self._foreign(names)]
        frame = b""  # for a tag that comes and goes with pacetag's fields
        if foreign or self.rest or self.hides:
            said = [without_sizes(each) + self._excess(each) for each in (self.header, self.footer)]
            frame = b"".join(said)
        around = (self.ahead, str(self.start).encode(), self.behind)
        return (*foreign, kept_form(self.rest), frame, *around)

    def write(
        self, source: BinaryIO, target: BinaryIO, wanted: Mapping[str, Sequence[str]]
    ) -> None:
        """Write source to target with these values; a tag that would be empty is left out."""
        pieces = [(0, self.start), self._render(wanted), (self.stop, self.end)]
        write_pieces(source, target, pieces)

    def _foreign(self, names: Collection[str]) -> list[Item]:
        written = {FIELDS[name].apev2.upper() for name in names}
        return [each for each in self.items if each.key.upper() not in written]

    def _key(self, name: str) -> str:
        """The key of a field; for BPM as it is spelt in the tag, if it is there."""
        key = FIELDS[name].apev2
        spelt = (each.key for each in self.items if each.key.upper() == key.upper())
        return next(spelt, key) if name == "bpm" else key

    def _before_bpm(self) -> tuple[Item, ...] | None:
        """The items before BPM, so that an undo puts it back behind them; None without one."""
        key = FIELDS["bpm"].apev2.upper()
        places = (at for at, each in enumerate(self.items) if each.key.upper() == key)
        place = next(places, None)
        return None if place is None else self.items[:place]

    def _excess(self, frame: bytes) -> bytes:
        """By how much the size and number in a header or footer are wrong."""
        if not frame:
            return b""
        size = self.taken + len(self.rest) + FRAME
        wrong = (number(frame[SIZE]) - size, number(frame[COUNT]) - self.counted)
        return repr(wrong).encode()

    def _render(self, wanted: Mapping[str, Sequence[str]]) -> bytes | Content:
        items = self._foreign(wanted)
        keys = {name: self._key(name) for name, values in wanted.items() if values}
        own = [make_item(key, wanted[name]) for name, key in keys.items()]
        # Before pictures, so that readers of a part of the tag see ours.
        place = next((at for at, each in enumerate(items) if each.flags & KIND), len(items))
        items[place:place] = own
        if "bpm" in keys and (before := self._before_bpm()) is not None:
            bpm = items.pop(items.index(own[list(keys).index("bpm")]))
            items.insert(sum(each in items for each in before), bpm)
        if not items and not self.rest and not self.hides:
            return b""
        held = {each.key.upper() for each in items}
        items += [each for each in self.copied if each.key.upper() not in held]
        body = joined(*(each.data for each in items))
        size = len(body) - self.taken
        if self.stop - self.start + size > LARGEST - 2 * FRAME:
            raise LayoutError("its APE tag would grow beyond 64 MiB")
        header, footer = (
            grown_frame(each, size, len(items) - self.counted)
            for each in (self.header, self.footer)
        )
        return joined(header, body, self.rest, footer)


def _kept(source: BinaryIO, start: int, stop: int) -> bytes:
    return kept_form(view_of(source, start, stop).item(0, stop - start))
