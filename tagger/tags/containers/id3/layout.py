"""ID3v2 at the head of MPEG audio and True Audio, with foreign frames left as they are.

mutagen would write 2.3 as 2.4, drop frames that a version does not know, re-encode all others and
rewrite ID3v1. Tags at the end stay as they are: pacetag's fields are never in them, and a new tag
gets copies of their fields.
"""

import io
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Self

from pacetag.model.audio.mpeg_frames import is_mp3_broken_off
from pacetag.tagger.tags.binary.pieces import write_pieces
from pacetag.tagger.tags.binary.spans import between_tags
from pacetag.tagger.tags.containers.copied import copied_frames
from pacetag.tagger.tags.containers.id3.tag import Id3Tag
from pacetag.tagger.tags.containers.older import kept_trailers, older_than_id3
from pacetag.tagger.tags.errors import BROKEN_OFF, LayoutError

_OTHERS = (b"RIFF", b"RF64", b"FORM", b"fLaC", b"OggS", b"MThd", b"MAC ", b"wvpk", b"TTA1")


@dataclass(frozen=True, kw_only=True)
class Id3Layout:
    """The tag at the head of a file, or the lack of one."""

    tag: Id3Tag
    rest: int  # bytes after it
    behind: bytes  # the tags at the end, in the form in which they are compared
    older: bool  # whether any of them has a field that an ID3v2 tag would hide
    starts: bool  # whether sound follows it

    @classmethod
    def load(cls, source: BinaryIO) -> Self:
        """The layout of an open file of MPEG audio. Raises LayoutError."""
        return cls._load(source, _is_frame)

    @classmethod
    def load_tta(cls, source: BinaryIO) -> Self:
        """The layout of an open file of True Audio. Raises LayoutError."""
        layout = cls._load(source, lambda start: start.startswith(b"TTA1"))
        if not layout.starts:
            raise LayoutError("it is not the True Audio that its name says")
        return layout

    @classmethod
    def _load(cls, source: BinaryIO, begins: Callable[[bytes], bool]) -> Self:
        end = source.seek(0, io.SEEK_END)
        source.seek(0)
        tag = Id3Tag.read(source, end)
        source.seek(tag.size)
        follows = source.read(12)
        if not begins(follows):
            _refuse_others(follows)
            if tag.rest:  # FFmpeg would decode the rest of a frame
                raise LayoutError("its ID3 tag has a wrong size")
        if is_mp3_broken_off(source, between_tags(source)[1]):
            raise LayoutError(BROKEN_OFF)
        older = older_than_id3(source)
        return cls(
            tag=tag.beside(older),
            rest=end - tag.size,
            behind=kept_trailers(source),
            older=bool(copied_frames(older)),
            starts=begins(follows),
        )

    @property
    def hides(self) -> bool:
        """Whether anything but sound follows the tag, and must not become the head."""
        return bool(self.tag.size) and not self.starts

    @property
    def holds_copies(self) -> bool:
        """Whether its tag has only pacetag's fields and copies of older tags."""
        return bool(self.tag.copied)

    def kept(self, names: Collection[str]) -> tuple[bytes, ...]:
        """Version, every foreign frame, how much follows the tag, and the tags at the end."""
        return (*self.tag.kept(names), str(self.rest).encode(), self.behind)

    def write(
        self, source: BinaryIO, target: BinaryIO, wanted: Mapping[str, Sequence[str]]
    ) -> None:
        """Write source to target with these values.

        A tag that would hold nothing but copies is left out, as it was before the first field. One
        that had no copies beside older tags stays, and so does one before anything but a frame of
        MPEG audio, such as a second tag, which no program reads behind it.
        """
        uncopied = self.older and bool(self.tag.size) and not self.tag.copied
        tag = self.tag.render(wanted, needed=uncopied or self.hides)
        write_pieces(source, target, [tag, (self.tag.size, self.tag.size + self.rest)])


def _refuse_others(start: bytes) -> None:
    """Raise LayoutError for other containers, which a tag could make unreadable."""
    if start.startswith(_OTHERS) or start[4:8] == b"ftyp":
        raise LayoutError("it is not the MPEG audio that its name says")


def _is_frame(start: bytes) -> bool:
    """Whether a frame of MPEG audio may begin with these bytes."""
    return start[:1] == b"\xff" and start[1:2] >= b"\xe0"
