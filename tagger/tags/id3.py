"""ID3v2 at the head of MPEG audio, without touching the frames of others.

mutagen would write 2.3 as 2.4, drop frames that a version does not know, re-encode all others and
rewrite ID3v1. An APEv2 tag at the end stays as it is: pacetag's fields are never in it.
"""

import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Self

from mutagen import MutagenError
from mutagen.id3 import ID3

from pacetag.tagger.tags.errors import LayoutError
from pacetag.tagger.tags.id3_frames import Frame, split_frames
from pacetag.tagger.tags.id3_tag import Id3Tag
from pacetag.tagger.tags.pieces import write_pieces

_OTHERS = (b"RIFF", b"RF64", b"FORM", b"fLaC", b"OggS", b"MThd", b"MAC ", b"wvpk", b"TTA1")


@dataclass(frozen=True, kw_only=True)
class Id3Layout:
    """The tag at the head of a file, or the lack of one."""

    tag: Id3Tag
    rest: int  # bytes after it
    id3v1: bool  # whether the file ends with one, which is never touched
    hides: bool  # whether something else than sound follows it, which must not become the head

    @classmethod
    def load(cls, source: BinaryIO) -> Self:
        """The layout of an open file. Raises LayoutError."""
        end = source.seek(0, io.SEEK_END)
        source.seek(0)
        tag = Id3Tag.read(source, end)
        source.seek(tag.size)
        follows = source.read(12)
        _refuse_others(follows)
        if not tag.size:
            tag = Id3Tag(frames=_frames_of_id3v1(source))
        return cls(
            tag=tag,
            rest=end - tag.size,
            id3v1=_has_id3v1(source),
            hides=bool(tag.size) and not _is_frame(follows),
        )

    def kept(self, names: Collection[str]) -> tuple[bytes, ...]:
        """Version, every foreign frame, and how much follows the tag."""
        return (*self.tag.kept(names), str(self.rest).encode())

    def write(
        self, source: BinaryIO, target: BinaryIO, wanted: Mapping[str, Sequence[str]]
    ) -> None:
        """Write source to target with these values.

        A tag that holds nothing more is left out, as it was before the first of them came. Beside
        an ID3v1 tag it stays, whose fields would otherwise be copied once more, and before whatever
        is no frame of MPEG audio: a second tag, say, which nobody read behind it.
        """
        tag = self.tag.render(wanted, needed=self.id3v1 or self.hides)
        write_pieces(source, target, [tag, (self.tag.size, self.tag.size + self.rest)])


def _refuse_others(start: bytes) -> None:
    """A tag before anything but MPEG audio could make the file unreadable."""
    if start.startswith(_OTHERS) or start[4:8] == b"ftyp":
        raise LayoutError("it is not the MPEG audio that its name says")


def _is_frame(start: bytes) -> bool:
    """Whether a frame of MPEG audio may begin so."""
    return start[:1] == b"\xff" and start[1:2] >= b"\xe0"


def _has_id3v1(source: BinaryIO) -> bool:
    if source.seek(0, io.SEEK_END) < 128:
        return False
    source.seek(-128, io.SEEK_END)
    return source.read(3) == b"TAG"


def _frames_of_id3v1(source: BinaryIO) -> tuple[Frame, ...]:
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
