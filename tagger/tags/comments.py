"""A Vorbis comment as raw entries: what others wrote stays byte for byte, invalid UTF-8 and all.

Layout: vendor and entries, each preceded by its length as 32 little-endian bits.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from pacetag.tagger.tags.errors import LayoutError
from pacetag.tagger.tags.fields import FIELDS

VENDOR = b"pacetag"  # only where a file had no comment at all


@dataclass(frozen=True, kw_only=True)
class Comments:
    """The vendor string and the entries KEY=value, in their order."""

    vendor: bytes
    entries: tuple[bytes, ...]
    size: int = 0  # bytes that they took where they were read

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """The comments at the beginning of data. Raises LayoutError."""
        vendor, place = _sized(data, 0)
        count = int.from_bytes(data[place : place + 4], "little")
        if len(data) < place + 4 or count > len(data) // 4:
            raise LayoutError("its comment header is damaged")
        place += 4
        entries = []
        for _ in range(count):
            entry, place = _sized(data, place)
            entries.append(entry)
        return cls(vendor=vendor, entries=tuple(entries), size=place)

    def foreign(self, names: Collection[str]) -> tuple[bytes, ...]:
        """The entries of all but these fields."""
        keys = {FIELDS[name].vorbis.encode() for name in names}
        return tuple(e for e in self.entries if e.partition(b"=")[0].upper() not in keys)

    def render(self, wanted: Mapping[str, Sequence[str]]) -> bytes:
        """The comments with other values of these fields, each value an entry of its own."""
        own = [
            f"{FIELDS[name].vorbis}={value}".encode()
            for name, values in wanted.items()
            for value in values
        ]
        entries = [*self.foreign(wanted), *own]
        parts = [self.vendor, *entries]
        sized = [len(part).to_bytes(4, "little") + part for part in parts]
        sized.insert(1, len(entries).to_bytes(4, "little"))
        return b"".join(sized)


def _sized(data: bytes, place: int) -> tuple[bytes, int]:
    """What stands at a place behind its length, and the place after it."""
    start = place + 4
    stop = start + int.from_bytes(data[place:start], "little")
    if start > len(data) or stop > len(data):
        raise LayoutError("its comment header is damaged")
    return data[start:stop], stop
