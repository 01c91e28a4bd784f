"""The extended header of an ID3v2 tag, which few programs write and no known program needs.

It stays as it is, except for its number of bytes of padding.
"""

from dataclasses import dataclass, replace
from typing import Self

from pacetag.model.audio.seven_bits import from_sevens
from pacetag.tagger.tags.binary.views import View, view_from
from pacetag.tagger.tags.errors import LayoutError

EXTENDED = 0x40  # flag of a tag
_PADDING = slice(6, 10)  # where 2.3 has the number of bytes of padding


@dataclass(frozen=True, kw_only=True)
class ExtendedHeader:
    """The bytes between the header of a tag and its frames, usually none."""

    version: int = 4  # of the tag
    data: bytes = b""
    tells_padding: bool = False  # whether its number for the padding is right; `data` has 0 then

    @classmethod
    def read(cls, version: int, flags: int, body: View) -> Self:
        """The extended header at the beginning of a tag's body. Raises LayoutError."""
        if version == 2 or not flags & EXTENDED:
            return cls()
        head = body.at(0, min(4, body.size))
        if head.isalnum():  # some programs set the flag and write no header
            return cls()
        size = int.from_bytes(head) + 4
        if version == 4:
            size = from_sevens(head)
        if not 4 <= size <= body.size:
            raise LayoutError("its ID3 tag is damaged (extended header)")
        return cls(version=version, data=body.at(0, size))

    @property
    def has_checksum(self) -> bool:
        """Whether it has a checksum over the frames."""
        flags, bit = (self.data[5:6], 0x20) if self.version == 4 else (self.data[4:5], 0x80)
        return any(byte & bit for byte in flags)

    def telling(self, padding: int) -> Self:
        """The same header, for a tag with so many bytes of padding."""
        if self.version != 3 or self.data[_PADDING] != padding.to_bytes(4):
            return self
        return replace(self, data=self.data[:6] + bytes(4) + self.data[10:], tells_padding=True)

    def rendered(self, padding: int) -> bytes:
        """The header as bytes, for a tag with so many bytes of padding."""
        if not self.tells_padding:
            return self.data
        return self.data[:6] + padding.to_bytes(4) + self.data[10:]


NO_HEADER = ExtendedHeader()


def past_extended_header(version: int, flags: int, body: View) -> View:
    """The body from its first frame on. Raises LayoutError."""
    return view_from(body, len(ExtendedHeader.read(version, flags, body).data))
