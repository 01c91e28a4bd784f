"""An ID3v2 tag in any place: at the head of a file, in a chunk, or at the end.

Every foreign frame is kept byte for byte, in its order and its version: 2.2, 2.3 or 2.4.
Specifications: id3.org, ID3v2.2 (1998), 2.3 (1999), 2.4 (2000).
"""

import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO, Self

from pacetag.model.audio.seven_bits import from_sevens, to_sevens
from pacetag.tagger.tags.binary.content import Content, Stretch, held, joined, kept_form
from pacetag.tagger.tags.binary.padding import padding_for
from pacetag.tagger.tags.binary.views import view_from, view_of, without_unsynchronisation
from pacetag.tagger.tags.containers.copied import Copies, copied_frames, own_first
from pacetag.tagger.tags.containers.id3.extended import EXTENDED, NO_HEADER, ExtendedHeader
from pacetag.tagger.tags.containers.id3.frames import (
    Frame,
    frame_names,
    is_blank,
    is_text,
    make_frame_like,
    make_plain_frame,
    says_nothing,
    split_frames,
)
from pacetag.tagger.tags.containers.id3.unsynchronised import Way, is_unsynchronised, way_of
from pacetag.tagger.tags.errors import LayoutError
from pacetag.tagger.tags.fields import FIELDS

_OWN = frozenset(row.id3.upper() for row in FIELDS.values() if row.written)

UNSYNCHRONISED, FOOTER = 0x80, 0x10


@dataclass(frozen=True, kw_only=True)
class Id3Tag:
    """The frames of a tag, which may not exist yet, and what else lies in it."""

    version: int = 4  # 2, 3 or 4
    revision: int = 0
    flags: int = 0  # those that stay
    extended: ExtendedHeader = NO_HEADER
    frames: tuple[Frame, ...] = ()  # with their headers
    rest: Frame = b""  # what follows them, if it is not padding of zeros
    footed: bool = False  # whether a footer ends it
    way: Way | None = None  # how 2.2 or 2.3 is unsynchronised; 2.4 has that in its frames
    synchsafe: bool = True  # sizes of 2.4 frames; early iTunes wrote plain ones
    size: int = 0  # bytes of the tag in the file, with header, padding and footer
    copied: tuple[bytes, ...] = ()  # pacetag's copies of older tags

    @classmethod
    def read(cls, source: BinaryIO, stop: int) -> Self:
        """The tag that begins at the file's position; an empty one if there is none.

        Only bytes before `stop` are read. Raises LayoutError if the tag is damaged or larger.
        """
        start = source.tell()
        head = source.read(min(10, max(0, stop - start)))
        if not head.startswith(b"ID3"):
            return cls()
        version, flags, size = tag_header(head)
        if head[4] == 0xFF:  # FFmpeg would take it for sound
            raise LayoutError("its ID3 tag is of an unknown version")
        footed = bool(flags & FOOTER)
        total = 10 + size + (10 if footed else 0)
        if start + total > stop or start + total > source.seek(0, io.SEEK_END):
            raise LayoutError("its ID3 tag is damaged (it is larger than the file)")
        if footed and not _ends_with_footer(source, start + 10 + size):
            raise LayoutError("its ID3 tag is damaged (it lacks its footer)")
        body = view_of(source, start + 10, start + 10 + size)
        way = None
        if version < 4 and flags & UNSYNCHRONISED and is_unsynchronised(body):
            way = way_of(body)
            flags &= 0xFF if way else ~UNSYNCHRONISED
            body = without_unsynchronisation(body)
        extended = ExtendedHeader.read(version, flags, body)
        inner = view_from(body, len(extended.data))
        frames, rest, synchsafe = split_frames(version, inner)
        if is_blank(inner, inner.size - len(rest)):
            extended = extended if way else extended.telling(len(rest))
            rest = rest if footed else b""
        tag = cls(
            version=version,
            revision=head[4],
            flags=flags,
            extended=extended,
            frames=frames,
            rest=rest,
            footed=footed,
            way=way,
            synchsafe=synchsafe,
            size=total,
        )
        return tag._without_checksum()._checked()

    def _without_checksum(self) -> Self:
        """The tag without an extended header whose checksum would become wrong."""
        if not self.extended.has_checksum:
            return self
        if self.rest:
            raise LayoutError("its ID3 tag is damaged (extended header)")
        return replace(self, extended=NO_HEADER, flags=self.flags & ~EXTENDED)

    def _checked(self) -> Self:
        """The tag itself. Raises LayoutError if its end cuts off a field of pacetag's."""
        if len(self.rest) > 10 and self._name(self.rest) in _OWN:
            raise LayoutError(f"its ID3 tag is damaged after {len(self.frames)} frames")
        return self

    def beside(self, copies: Copies) -> Self:
        """The tag with copies of older tags, which are in it already or will be written.

        They are written into a new tag or an empty one. In a tag they are recognised by their
        place: behind pacetag's fields, and with nothing else.
        """
        offered = copied_frames(copies)
        if self.rest or self.extended.data:
            return self
        if not self.frames:
            anew = replace(
                self, version=4, revision=0, flags=0, footed=False, way=None, synchsafe=True
            )
            new = anew if offered else self
            return replace(new, copied=tuple(offered.values()))
        entries = [(self._name(frame), frame) for frame in self.frames]
        own = own_first(entries, offered, _OWN)
        if own is None:
            return self
        copied = tuple(frame for name, frame in offered.items() if name not in own)
        return replace(self, frames=self.frames[: len(own)], copied=copied)

    def kept(self, names: Collection[str]) -> tuple[bytes, ...]:
        """Every foreign frame, their version, and what else lies in the tag."""
        foreign = self.foreign(names)
        version = bytes([self.version if foreign else 0])
        return (*map(kept_form, foreign), version, self.extended.data, kept_form(self.rest))

    def foreign(self, names: Collection[str]) -> list[Frame]:
        """The frames other than these fields. An empty frame is no field, and stays."""
        written = {FIELDS[name].id3.upper() for name in names}
        return [
            frame
            for frame in self.frames
            if self._name(frame) not in written or says_nothing(self.version, frame)
        ]

    def _name(self, frame: Frame) -> str:
        unsynchronised = bool(self.flags & UNSYNCHRONISED)
        return frame_names(self.version, frame, unsynchronised=unsynchronised)

    def render(
        self, wanted: Mapping[str, Sequence[str]], *, room: int = 0, needed: bool = False
    ) -> bytes | Content:
        """The tag with other values of these fields, and padding.

        `room` is the number of bytes for it, by default those of the old tag. What follows the
        frames may be a frame that is cut off by the tag's end, so no padding comes behind it, and
        none before a footer. A tag without frames is empty, unless it is `needed`. Raises
        LayoutError beyond 256 MiB.
        """
        frames = self._changed(wanted)
        if frames:
            names = {self._name(frame) for frame in frames}
            frames += [frame for frame in self.copied if self._name(frame) not in names]
        elif not (needed or self.extended.data or self.rest):
            return b""
        body = joined(*frames, self.rest)
        if self.way:
            body = self.way.unsynchronised(joined(self.extended.data, body))
        size = (0 if self.way else len(self.extended.data)) + len(body)
        padding = 0
        if not self.rest and not self.footed:
            padding = padding_for((room or self.size) - 10 - size)
        size += padding
        if size >= 1 << 28:
            raise LayoutError("its ID3 tag would grow beyond 256 MiB")
        head = bytes([self.version, self.revision, self.flags]) + to_sevens(size)
        footer = b"3DI" + head if self.footed else b""
        extended = b"" if self.way else self.extended.rendered(padding)
        return joined(b"ID3" + head + extended, body, bytes(padding) + footer)

    def _changed(self, wanted: Mapping[str, Sequence[str]]) -> list[Frame]:
        """The frames with other values of these fields, each in its old place.

        New fields come after the last text frame and before pictures, so that readers of the first
        bytes see them.
        """
        spelt = {FIELDS[name].id3.upper(): FIELDS[name].id3 for name in wanted}
        left = {FIELDS[name].id3.upper(): values for name, values in wanted.items()}
        names, frames, texts, lost = frozenset(left), list[Frame](), 0, False
        for frame in self.frames:
            lost = lost or self._misleads(frame)
            name = self._name(frame)
            if values := left.pop(name, None):
                frames.append(self._make(spelt[name], values, like=frame))
            if name not in names or says_nothing(self.version, frame):
                frames.append(frame)
            texts = len(frames) if is_text(frame) and not lost else texts
        own = [self._make(spelt[name], values) for name, values in left.items() if values]
        frames[texts:texts] = own
        return frames

    def _misleads(self, frame: Frame) -> bool:
        """Whether FFmpeg stops reading frames after this one."""
        has_ones = isinstance(frame, Stretch) or b"\xff" in frame
        return held(frame, 0, 1) == b"\0" or (self.way is not None and has_ones)

    def _make(self, name: str, values: Sequence[str], like: Frame = b"") -> bytes:
        if self.way and ":" in name:
            return make_plain_frame(self.version, name, values)
        return make_frame_like(like, self.version, name, values, synchsafe=self.synchsafe)


def tag_header(head: bytes) -> tuple[int, int, int]:
    """Version, flags and size in bytes without the header. Raises LayoutError."""
    if len(head) < 10 or not 2 <= head[3] <= 4 or any(byte & 0x80 for byte in head[6:]):
        raise LayoutError("its ID3 tag is damaged or of an unknown version")
    version, flags = head[3], head[5]
    if version == 2 and flags & 0x40:
        raise LayoutError("its ID3v2.2 tag is compressed in a way that was never defined")
    if version == 3:
        flags &= ~FOOTER
    return version, flags, from_sevens(head[6:])


def _ends_with_footer(source: BinaryIO, place: int) -> bool:
    source.seek(place)
    return source.read(3) == b"3DI"
