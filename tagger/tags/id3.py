"""ID3v2 at the head of MPEG audio, frame by frame, without touching the frames of others.

mutagen would write 2.3 as 2.4, drop frames that a version does not know, re-encode all others and
rewrite ID3v1. Here every foreign frame is copied as it lies, in its order, in its version: 2.2, 2.3
and 2.4 stay what they are. Specifications: id3.org, ID3v2.2 (1998), 2.3 (1999), 2.4 (2000).
"""

import io
import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Self

from mutagen import MutagenError
from mutagen.id3 import ID3

from pacetag.tagger.tags.errors import LayoutError
from pacetag.tagger.tags.fields import FIELDS
from pacetag.tagger.tags.id3_frames import frame_names, is_text, make_frame, split_frames
from pacetag.tagger.tags.padding import padding_for

UNSYNCHRONISED, EXTENDED, EXPERIMENTAL, FOOTER = 0x80, 0x40, 0x20, 0x10
_OTHERS = (b"RIFF", b"RF64", b"FORM", b"fLaC", b"OggS", b"MThd", b"MAC ", b"wvpk", b"TTA1")


@dataclass(frozen=True, kw_only=True)
class Id3Layout:
    """The tag at the head of a file, or the lack of one."""

    version: int  # 2, 3 or 4; 4 for a tag yet to be made
    flags: int  # those that stay
    frames: tuple[bytes, ...]  # with their headers
    synchsafe: bool  # sizes of 2.4 frames; early iTunes wrote plain ones
    size: int  # bytes that the tag takes in the file with all that belongs to it
    rest: int  # bytes after it
    id3v1: bool  # whether the file ends with one, which is never touched

    @classmethod
    def load(cls, source: BinaryIO) -> Self:
        """The layout of an open file. Raises LayoutError."""
        end = source.seek(0, io.SEEK_END)
        source.seek(0)
        head = source.read(10)
        if not head.startswith(b"ID3"):
            _refuse_others(head + source.read(2))
            return cls(
                version=4,
                flags=0,
                frames=_frames_of_id3v1(source),
                synchsafe=True,
                size=0,
                rest=end,
                id3v1=_has_id3v1(source),
            )
        version, flags, size = _header(head)
        body = source.read(size)
        if len(body) < size:
            raise LayoutError("its ID3 tag is damaged (it is larger than the file)")
        total = 10 + size + (10 if flags & FOOTER else 0)
        source.seek(total)
        _refuse_others(source.read(12))
        if version < 4 and flags & UNSYNCHRONISED:
            body = body.replace(b"\xff\x00", b"\xff")
        frames, synchsafe = split_frames(version, _past_extended_header(version, flags, body))
        # In 2.4 the flag speaks of each frame, and they stay as they are.
        stay = EXPERIMENTAL | (UNSYNCHRONISED if version == 4 else 0)
        return cls(
            version=version,
            flags=flags & stay,
            frames=frames,
            synchsafe=synchsafe,
            size=total,
            rest=end - total,
            id3v1=_has_id3v1(source),
        )

    def kept(self, names: Collection[str]) -> tuple[bytes, ...]:
        """Version, every foreign frame, and how much follows the tag."""
        foreign = self._foreign(names)
        return (*foreign, bytes([self.version if foreign else 0]), str(self.rest).encode())

    def write(
        self, source: BinaryIO, target: BinaryIO, wanted: Mapping[str, Sequence[str]]
    ) -> None:
        """Write source to target with these values.

        A tag that holds nothing more is left out, as it was before the first of them came. Beside
        an ID3v1 tag it stays, whose fields would otherwise be copied once more.
        """
        frames = list(self._foreign(wanted))
        own = [
            make_frame(self.version, FIELDS[name].id3, values, synchsafe=self.synchsafe)
            for name, values in wanted.items()
            if values
        ]
        # After the last text frame, before pictures: readers that look at the first bytes see it.
        texts = [place for place, frame in enumerate(frames, 1) if is_text(frame)]
        frames[max(texts, default=0) : max(texts, default=0)] = own
        if frames or self.id3v1:
            target.write(self._render(b"".join(frames)))
        source.seek(self.size)
        shutil.copyfileobj(source, target, 1 << 20)

    def _foreign(self, names: Collection[str]) -> list[bytes]:
        written = {FIELDS[name].id3 for name in names}
        unsynchronised = bool(self.flags & UNSYNCHRONISED)
        return [
            frame
            for frame in self.frames
            if frame_names(self.version, frame, unsynchronised=unsynchronised) not in written
        ]

    def _render(self, frames: bytes) -> bytes:
        size = len(frames) + padding_for(self.size - 10 - len(frames))
        if size >= 1 << 28:
            raise LayoutError("its ID3 tag would grow beyond 256 MiB")
        sevens = bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))
        head = b"ID3" + bytes([self.version, 0, self.flags]) + sevens
        return head + frames.ljust(size, b"\0")


def _header(head: bytes) -> tuple[int, int, int]:
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


def _past_extended_header(version: int, flags: int, body: bytes) -> bytes:
    """The body from its first frame on. The extended header's checksum would no longer hold."""
    if version == 2 or not flags & EXTENDED:
        return body
    if body[:4].isalnum():  # some programs set the flag and write none
        return body
    size = int.from_bytes(body[:4])
    if version == 3:
        size += 4
    if not 6 <= size <= len(body):
        raise LayoutError("its ID3 tag is damaged (extended header)")
    return body[size:]


def _refuse_others(start: bytes) -> None:
    """A tag before anything but MPEG audio could make the file unreadable."""
    if start.startswith(_OTHERS) or start[4:8] == b"ftyp":
        raise LayoutError("it is not the MPEG audio that its name says")


def _has_id3v1(source: BinaryIO) -> bool:
    if source.seek(0, io.SEEK_END) < 128:
        return False
    source.seek(-128, io.SEEK_END)
    return source.read(3) == b"TAG"


def _frames_of_id3v1(source: BinaryIO) -> tuple[bytes, ...]:
    """ID3v1's fields as frames of the new tag: many readers pass over ID3v1 beside an ID3v2 tag."""
    if not _has_id3v1(source):
        return ()
    source.seek(-128, io.SEEK_END)
    draft = io.BytesIO()
    try:
        ID3(io.BytesIO(source.read())).save(draft, v1=0)  # type: ignore[no-untyped-call]
    except MutagenError:
        return ()
    return split_frames(4, draft.getvalue()[10:])[0]
