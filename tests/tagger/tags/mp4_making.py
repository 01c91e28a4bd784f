"""MP4 files laid out by hand from the sound and the headers of a plain one."""

import struct
from pathlib import Path

from tests.tagger.tags.encoding import encode

Tree = list[tuple[bytes, "bytes | Tree"]]

_PARENTS = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"udta")
_TABLES = {b"stco": "I", b"co64": "Q"}
TITLE, ARTIST = "Låt", "Someone"


def atom(name: bytes, *parts: bytes, wide: bool = False) -> bytes:
    """Return an atom, with a length of 64 bits if `wide`."""
    body = b"".join(parts)
    if wide:
        return (1).to_bytes(4) + name + (16 + len(body)).to_bytes(8) + body
    return (8 + len(body)).to_bytes(4) + name + body


def data(value: bytes, kind: int = 1) -> bytes:
    return atom(b"data", kind.to_bytes(4), bytes(4), value)


HANDLER = atom(b"hdlr", bytes(8), b"mdirappl", bytes(9))
ENTRIES = (atom(b"\xa9nam", data(TITLE.encode())), atom(b"\xa9ART", data(ARTIST.encode())))
LIST = atom(b"ilst", *ENTRIES)
META = atom(b"meta", bytes(4), HANDLER, LIST)
UDTA = atom(b"udta", META)


def mdta(*, version: bytes = bytes(4)) -> bytes:
    """Return QuickTime's list of keys, and their values by number."""
    names = (b"com.apple.quicktime.title", b"com.apple.quicktime.artist")
    keys = atom(b"keys", bytes(4), (2).to_bytes(4), *(atom(b"mdta", name) for name in names))
    values = enumerate((TITLE.encode(), ARTIST.encode()), 1)
    entries = (atom(number.to_bytes(4), data(value)) for number, value in values)
    handler = atom(b"hdlr", bytes(8), b"mdta", bytes(13))
    return atom(b"meta", version, handler, keys, atom(b"ilst", *entries))


def quicktime(name: bytes, text: str, encoding: str = "utf-8") -> bytes:
    """Return a text atom of QuickTime's, with its length and language."""
    held = text.encode(encoding)
    return atom(name, len(held).to_bytes(2), bytes(2), held)


def of_3gpp(name: bytes, text: str, encoding: str = "utf-8") -> bytes:
    held = text.encode(encoding)
    return atom(name, bytes(4), b"\x15\xc7", held, bytes(2 if encoding == "utf-16" else 1))


class Mp4:
    """The parts of a plain file, to be assembled in other ways."""

    def __init__(self, folder: Path) -> None:
        top = _parsed(encode(folder / "plain-parts.m4a").read_bytes())
        self.ftyp = b"".join(atom(name, _bytes(held)) for name, held in top if name == b"ftyp")
        self.sound = next(_bytes(held) for name, held in top if name == b"mdat")
        moov = next(held for name, held in top if name == b"moov")
        assert isinstance(moov, list)
        self._moov: Tree = [each for each in moov if each[0] != b"udta"]
        before = top[: [name for name, _ in top].index(b"mdat")]
        self._place = sum(8 + len(_bytes(held)) for _, held in before) + 8

    def file(
        self,
        inside: bytes = UDTA,
        *,
        first: bool = False,
        ftyp: bytes | None = None,
        before: bytes = b"",
        tail: bytes = b"",
        head: bytes | None = None,
        wide: bool = False,
        long_places: bool = False,
        in_track: bytes = b"",
    ) -> bytes:
        """Return a file: `inside` ends moov, `in_track` the track, `before` precedes the sound."""
        start = self.ftyp if ftyp is None else ftyp
        head = (8 + len(self.sound)).to_bytes(4) + b"mdat" if head is None else head

        def moov(by: int) -> bytes:
            moved = _moved(self._moov, by, b"co64" if long_places else b"stco", in_track)
            return atom(b"moov", moved, inside, wide=wide)

        place = len(start) + (len(moov(0)) if first else 0) + len(before) + len(head)
        body = moov(place - self._place)
        sound = before + head + self.sound
        return start + (body + sound if first else sound + body) + tail


def _parsed(data: bytes) -> Tree:
    tree: Tree = []
    while len(data) >= 8:
        size, name = int.from_bytes(data[:4]), data[4:8]
        held = data[8:size]
        tree.append((name, _parsed(held) if name in _PARENTS else held))
        data = data[size:]
    return tree


def _bytes(held: "bytes | Tree") -> bytes:
    assert isinstance(held, bytes)
    return held


def _moved(tree: Tree, by: int, table: bytes, in_track: bytes) -> bytes:
    """Return the atoms with the sound's offsets moved, in a table of this kind."""
    parts = []
    for name, held in tree:
        if isinstance(held, list):
            more = in_track if name == b"trak" else b""
            parts.append(atom(name, _moved(held, by, table, b""), more))
        elif name == b"stco":
            count = int.from_bytes(held[4:8])
            places = [place + by for place in struct.unpack(f">{count}I", held[8:])]
            parts.append(atom(table, held[:8], struct.pack(f">{count}{_TABLES[table]}", *places)))
        else:
            parts.append(atom(name, held))
    return b"".join(parts)
