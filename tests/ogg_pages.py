"""Changes positions and flags of Ogg pages."""

import zlib
from collections.abc import Callable, Collection

REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
Change = Callable[[int, int, int], tuple[int, int]]  # number, position and flags -> the new ones


def changed(data: bytes, change: Change, left_out: Collection[int] = ()) -> bytes:
    """The pages in data with right checksums, some of them left out."""
    found, place, number = b"", 0, 0
    while data[place : place + 4] == b"OggS":
        table = data[place + 27 : place + 27 + data[place + 26]]
        stop = place + 27 + len(table) + sum(table)
        page = bytearray(data[place:stop])
        position, flags = change(number, int.from_bytes(page[6:14], "little", signed=True), page[5])
        page[5], page[6:14] = flags, position.to_bytes(8, "little", signed=True)
        page[22:26] = bytes(4)
        total = ~zlib.crc32(bytes(page).translate(REVERSED), 0xFFFFFFFF) & 0xFFFFFFFF
        page[22:26] = total.to_bytes(4).translate(REVERSED)
        found += b"" if number in left_out else bytes(page)
        place, number = stop, number + 1
    return found + data[place:]


def summed(data: bytes) -> bytes:
    """The same pages with right checksums."""
    return changed(data, lambda _, position, flags: (position, flags))
