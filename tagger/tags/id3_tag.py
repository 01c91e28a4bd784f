"""An ID3v2 tag wherever it lies: at the head of a file, in a chunk, or at the end.

Every foreign frame is kept as it lies, in its order, in its version: 2.2, 2.3 and 2.4 stay what
they are. Specifications: id3.org, ID3v2.2 (1998), 2.3 (1999), 2.4 (2000).
"""

import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO, Self

from pacetag.tagger.tags.content import Content, joined, kept_form
from pacetag.tagger.tags.copied import Copies, copied_frames, own_first
from pacetag.tagger.tags.errors import LayoutError
from pacetag.tagger.tags.fields import FIELDS
from pacetag.tagger.tags.id3_frames import (
    Frame,
    frame_names,
    is_text,
    make_frame_like,
    says_nothing,
    split_frames,
)
from pacetag.tagger.tags.padding import padding_for
from pacetag.tagger.tags.views import View, view_from, view_of, without_unsynchronisation

_OWN = frozenset(row.id3 for row in FIELDS.values() if row.written)

UNSYNCHRONISED, EXTENDED, EXPERIMENTAL, FOOTER = 0x80, 0x40, 0x20, 0x10


@dataclass(frozen=True, kw_only=True)
class Id3Tag:
    """The frames of a tag, or of one yet to be made."""

    version: int = 4  # 2, 3 or 4
    flags: int = 0  # those that stay
    frames: tuple[Frame, ...] = ()  # with their headers
    synchsafe: bool = True  # sizes of 2.4 frames; early iTunes wrote plain ones
    size: int = 0  # bytes that the tag takes in the file with all that belongs to it
    copied: tuple[bytes, ...] = ()  # frames of pacetag's, of what older kinds of tags say

    @classmethod
    def read(cls, source: BinaryIO, stop: int) -> Self:
        """The tag that begins where the file stands; an empty one where none does.

        Nothing is read from `stop` on. Raises LayoutError where the tag is damaged or larger.
        """
        start = source.tell()
        head = source.read(min(10, max(0, stop - start)))
        if not head.startswith(b"ID3"):
            return cls()
        version, flags, size = tag_header(head)
        total = 10 + size + (10 if flags & FOOTER else 0)
        if start + total > stop or start + total > source.seek(0, io.SEEK_END):
            raise LayoutError("its ID3 tag is damaged (it is larger than the file)")
        body = view_of(source, start + 10, start + 10 + size)
        if version < 4 and flags & UNSYNCHRONISED:
            body = without_unsynchronisation(body)
        frames, synchsafe = split_frames(version, past_extended_header(version, flags, body))
        # In 2.4 the flag speaks of each frame, and they stay as they are.
        stay = EXPERIMENTAL | (UNSYNCHRONISED if version == 4 else 0)
        return cls(
            version=version,
            flags=flags & stay,
            frames=frames,
            synchsafe=synchsafe,
            size=total,
        )

    def beside(self, copies: Copies) -> Self:
        """The same tag beside older ones that say this: their copies are in it, or go along.

        They go into a new tag or an empty one, which hides nothing. In one that is there they are
        told by their place, behind pacetag's fields, where nothing else is in it.
        """
        offered = copied_frames(copies)
        if not self.frames:
            new = self if not offered else replace(self, version=4, flags=0, synchsafe=True)
            return replace(new, copied=tuple(offered.values()))
        entries = [(self._name(frame), frame) for frame in self.frames]
        own = own_first(entries, offered, _OWN)
        if own is None:
            return self
        copied = tuple(frame for name, frame in offered.items() if name not in own)
        return replace(self, frames=self.frames[: len(own)], copied=copied)

    def kept(self, names: Collection[str]) -> tuple[bytes, ...]:
        """Every foreign frame, and the version that they are in."""
        foreign = self.foreign(names)
        return (*map(kept_form, foreign), bytes([self.version if foreign else 0]))

    def foreign(self, names: Collection[str]) -> list[Frame]:
        """The frames of all but these fields. One that says nothing is no field, and stays."""
        written = {FIELDS[name].id3 for name in names}
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

        `room` is how many bytes there are for it, its old ones by default. A tag that holds nothing
        more is empty, as before the first field came, unless it is needed all the same. Raises
        LayoutError beyond 256 MiB.
        """
        frames = self._changed(wanted)
        if frames:
            held = {self._name(frame) for frame in frames}
            frames += [frame for frame in self.copied if self._name(frame) not in held]
        elif not needed:
            return b""
        body = joined(*frames)
        size = len(body) + padding_for((room or self.size) - 10 - len(body))
        if size >= 1 << 28:
            raise LayoutError("its ID3 tag would grow beyond 256 MiB")
        sevens = bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))
        head = b"ID3" + bytes([self.version, 0, self.flags]) + sevens
        return joined(head, body, bytes(size - len(body)))

    def _changed(self, wanted: Mapping[str, Sequence[str]]) -> list[Frame]:
        """The frames with other values of these fields, which stand where the field stood.

        New ones come after the last text frame, before pictures: readers that look at the first
        bytes see them.
        """
        left = {FIELDS[name].id3: values for name, values in wanted.items()}
        names, frames, texts = frozenset(left), list[Frame](), 0
        for frame in self.frames:
            name = self._name(frame)
            if values := left.pop(name, None):
                frames.append(self._make(name, values, like=frame))
            if name not in names or says_nothing(self.version, frame):
                frames.append(frame)
            texts = len(frames) if is_text(frame) else texts
        own = [self._make(name, values) for name, values in left.items() if values]
        frames[texts:texts] = own
        return frames

    def _make(self, name: str, values: Sequence[str], like: Frame = b"") -> bytes:
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
    size = 0
    for byte in head[6:]:
        size = size << 7 | byte
    return version, flags, size


def past_extended_header(version: int, flags: int, body: View) -> View:
    """The body from its first frame on. The extended header's checksum would no longer hold."""
    if version == 2 or not flags & EXTENDED:
        return body
    head = body.at(0, min(4, body.size))
    if head.isalnum():  # some programs set the flag and write none
        return body
    size = int.from_bytes(head)
    if version == 3:
        size += 4
    if not 6 <= size <= body.size:
        raise LayoutError("its ID3 tag is damaged (extended header)")
    return view_from(body, size)
