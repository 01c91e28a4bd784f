"""WAV and AIFF: the chunk with an ID3 tag changes, all other chunks are copied as they are.

Specifications: Multimedia Programming Interface and Data Specifications 1.0 (1991) for RIFF; Audio
Interchange File Format 1.3 (1989) and AIFF-C (1991). Neither knows ID3: the chunk is a convention.
mutagen would render all frames anew, in another order and version, and leave an empty tag behind.
"""

import hashlib
import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO, Literal, Self

from pacetag.tagger.tags.binary.content import joined
from pacetag.tagger.tags.binary.pieces import Piece, write_pieces
from pacetag.tagger.tags.binary.spans import Span
from pacetag.tagger.tags.containers.copied import Copies
from pacetag.tagger.tags.containers.id3.tag import Id3Tag
from pacetag.tagger.tags.containers.older import older_than_chunk
from pacetag.tagger.tags.errors import LayoutError

Order = Literal["little", "big"]

_SOUNDS: dict[bytes, tuple[Order, bytes]] = {  # root: order of bytes, name of the sound's chunk
    b"RIFF": ("little", b"data"),
    b"RF64": ("little", b"data"),
    b"FORM": ("big", b"SSND"),
}
_HEAD = 12  # bytes of the outermost chunk's header and of the kind of its content
_ID3_NAMES = (b"id3 ", b"ID3 ")
_MOST_BEHIND = 1 << 16  # bytes behind the last chunk; more may be sound that no header counts
_UNFINISHED = "its headers do not say how long it is, as if the recording had been broken off"


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """Where one chunk lies."""

    name: bytes
    start: int  # place of its header
    stop: int  # place after its content
    digest: bytes = b""  # of its content, except for sound

    @property
    def body(self) -> int:
        """Place of its content."""
        return self.start + 8


@dataclass(frozen=True, kw_only=True)
class IffLayout:
    """The chunks of a file, and the tag in one of them."""

    order: Order  # of the bytes in sizes
    form: bytes  # WAVE, AIFF or AIFC
    others: tuple[Chunk, ...]
    tag: Id3Tag
    tag_name: bytes  # of the chunk that holds the tag, or will
    hole: tuple[int, int]  # where that chunk lies with its pad byte; empty if there is none yet
    stop: int  # place after the outermost chunk
    end: int  # bytes of the file
    behind: bytes  # a hash over what follows the outermost chunk

    @classmethod
    def load_wave(cls, source: BinaryIO) -> Self:
        """The layout of an open WAV file. Raises LayoutError."""
        return cls._load(source, b"RIFF", (b"WAVE",), b"data", "little")

    @classmethod
    def load_aiff(cls, source: BinaryIO) -> Self:
        """The layout of an open AIFF or AIFF-C file. Raises LayoutError."""
        return cls._load(source, b"FORM", (b"AIFF", b"AIFC"), b"SSND", "big")

    @classmethod
    def _load(
        cls, source: BinaryIO, root: bytes, forms: tuple[bytes, ...], sound: bytes, order: Order
    ) -> Self:
        end = source.seek(0, io.SEEK_END)
        source.seek(0)
        head = source.read(_HEAD)
        if head[:4] != root or head[8:] not in forms:
            raise LayoutError(f"its {root.decode()} header is damaged")
        stop = _root_stop(int.from_bytes(head[4:8], order), end)
        chunks = list(_chunks(source, stop, order))
        sounds = [each for each in chunks if each.name == sound]
        if len(sounds) != 1:
            raise LayoutError("its sound lies in several pieces" if sounds else "it has no sound")
        if sounds[0].stop == sounds[0].body and end > stop:
            raise LayoutError(_UNFINISHED)
        tagged = [each for each in chunks if each.name in _ID3_NAMES]
        if len(tagged) > 1:
            raise LayoutError("it has several ID3 tags")
        hole = (stop, stop)
        if tagged:
            hole = (tagged[0].start, min(tagged[0].stop + tagged[0].stop % 2, stop))
        tag = _read_tag(source, tagged[0]) if tagged else Id3Tag()
        places = [(each.name, each.body, each.stop) for each in chunks if each.name != sound]
        return cls(
            order=order,
            form=head[8:],
            others=tuple(
                each if each.name == sound else _with_digest(source, each)
                for each in chunks
                if each not in tagged
            ),
            tag=tag.beside(older_than_chunk(source, places)),
            tag_name=tagged[0].name if tagged else (b"id3 " if order == "little" else b"ID3 "),
            hole=hole,
            stop=stop,
            end=end,
            behind=_hash(source, stop, end),
        )

    @property
    def holds_copies(self) -> bool:
        """Whether the tag has nothing but pacetag's fields and copies of what older tags say."""
        return bool(self.tag.copied)

    def kept(self, names: Collection[str]) -> tuple[bytes, ...]:
        """Every other chunk, every foreign frame, and what follows the last chunk."""
        others = [
            each.name + each.digest + str(each.stop - each.start).encode() for each in self.others
        ]
        return (self.form, *others, *self.tag.kept(names), self.behind)

    def write(
        self, source: BinaryIO, target: BinaryIO, wanted: Mapping[str, Sequence[str]]
    ) -> None:
        """Write source to target with these values."""
        write_pieces(source, target, self._pieces(wanted))

    def _pieces(self, wanted: Mapping[str, Sequence[str]]) -> list[Piece]:
        start, after = self.hole
        held = self.tag.render(wanted, room=after - start - 8)
        name = self.tag_name + len(held).to_bytes(4, self.order) if held else b""
        pad = bytes(start % 2) if held else b""  # some programs leave it out at the end
        chunk = joined(pad, name, held, bytes(len(held) % 2))
        size = self.stop - (after - start) + len(chunk) - 8
        if size >= (1 << 32) - 1:
            raise LayoutError("it would grow beyond the 4 GiB that its headers can say")
        root = b"RIFF" if self.order == "little" else b"FORM"
        head = root + size.to_bytes(4, self.order) + self.form
        return [head, (_HEAD, start), chunk, (after, self.end)]


def sound_of_iff(source: BinaryIO, size: int) -> Iterator[Span]:
    """The content of the chunks of sound in a file of that size. Raises LayoutError.

    Lengths have 32 bits, which RF64 and streams exceed, and are padded to even ones.
    """
    source.seek(0)
    root = source.read(4)
    if root not in _SOUNDS:
        raise LayoutError("its header is damaged")
    (order, wanted), place = _SOUNDS[root], _HEAD
    while place + 8 <= size:
        source.seek(place)
        head = source.read(8)
        length = int.from_bytes(head[4:], order)
        if head[:4] == wanted:
            length = size if length == 0xFFFFFFFF else length
            yield place + 8, min(place + 8 + length, size)
        place += 8 + length + length % 2


def older_than_id3_chunk(source: BinaryIO) -> Copies:
    """Fields in the chunks of a WAV or AIFF file, except those of an ID3 tag."""
    end = source.seek(0, io.SEEK_END)
    source.seek(0)
    order: Order = "big" if source.read(4) == b"FORM" else "little"
    chunks: list[Chunk] = []
    with suppress(LayoutError):
        chunks.extend(_chunks(source, end, order))
    return older_than_chunk(source, [(each.name, each.body, each.stop) for each in chunks])


def _root_stop(size: int, end: int) -> int:
    """The place after the outermost chunk of that size, in a file of `end` bytes."""
    if size in (0, 0xFFFFFFFF):
        raise LayoutError(_UNFINISHED)
    stop = 8 + size
    if stop < end:
        stop += stop % 2
    elif stop == end + 1:  # the pad byte is counted but missing
        stop = end
    if stop > end:
        raise LayoutError("it is cut off: its headers speak of more than there is")
    if end - stop > _MOST_BEHIND:
        raise LayoutError("its headers speak of less than there is")
    return stop


def _chunks(source: BinaryIO, stop: int, order: Order) -> Iterator[Chunk]:
    """The chunks up to a place. Raises LayoutError if they do not fill the file up to it."""
    place, count = _HEAD, 0
    while place < stop:
        source.seek(place)
        head = source.read(8)
        size = int.from_bytes(head[4:], order)
        if size == 0xFFFFFFFF:
            raise LayoutError(_UNFINISHED)
        if place + 8 + size > stop or not all(0x20 <= byte < 0x7F for byte in head[:4]):
            raise LayoutError(f"its chunks are damaged after {count} of them")
        yield Chunk(name=head[:4], start=place, stop=place + 8 + size)
        place, count = place + 8 + size + size % 2, count + 1


def _read_tag(source: BinaryIO, chunk: Chunk) -> Id3Tag:
    source.seek(chunk.body)
    tag = Id3Tag.read(source, chunk.stop)
    source.seek(chunk.body + tag.size)
    while (place := source.tell()) < chunk.stop:
        if any(source.read(min(1 << 20, chunk.stop - place))):
            raise LayoutError("its chunk of tags holds more than an ID3 tag")
    return tag


def _with_digest(source: BinaryIO, chunk: Chunk) -> Chunk:
    return Chunk(
        name=chunk.name,
        start=chunk.start,
        stop=chunk.stop,
        digest=_hash(source, chunk.body, chunk.stop),
    )


def _hash(source: BinaryIO, start: int, stop: int) -> bytes:
    total = hashlib.blake2b(digest_size=16)
    source.seek(start)
    while start < stop and (data := source.read(min(1 << 20, stop - start))):
        total.update(data)
        start += len(data)
    return total.digest()
