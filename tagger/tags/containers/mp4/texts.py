"""Reads the fields of MP4 files in other places than iTunes' list of tags.

FFmpeg, phones and cameras write moov/meta instead of moov/udta/meta, QuickTime's names of keys
(mdta), texts in udta itself, or 3GPP's boxes. Few programs write these, and pacetag does not.
Specifications: QuickTime File Format (Apple, 2016), 3GPP TS 26.244, section 8.
"""

import codecs
import io
from collections.abc import Iterator
from typing import BinaryIO

from pacetag.tagger.tags.binary.views import View, view_of
from pacetag.tagger.tags.containers.copied import Copies
from pacetag.tagger.tags.containers.mp4.atoms import Atom, atom_at, is_unversioned, top_atoms
from pacetag.tagger.tags.errors import LayoutError

_Said = Iterator[tuple[str, str]]  # name of a field, as in the table of copies, and a value

_LONGEST = 1 << 16  # bytes of a text
_MOST = 1000  # keys
_ITUNES = {
    b"\xa9nam": "title",
    b"\xa9ART": "artist",
    b"\xa9alb": "album",
    b"\xa9gen": "genre",
    b"aART": "album artist",
    b"\xa9day": "date",
    b"tmpo": "bpm",
}
_QUICKTIME = {**_ITUNES, b"\xa9art": "artist", b"\xa9prf": "artist", b"\xa9aut": "artist"}
_3GPP = {b"titl": "title", b"perf": "artist", b"auth": "artist", b"albm": "album", b"gnre": "genre"}
_KEYS = {name.encode(): name for name in ("title", "artist", "album", "genre")} | {
    b"author": "artist",
    b"performer": "artist",
    b"date": "date",
    b"year": "date",
    b"album_artist": "album artist",
}
_PREFIX = b"com.apple.quicktime."
_NUMBERS = range(21, 25)  # types of data
_MAC = 0x400  # languages below it are numbers of the Macintosh, with texts in Mac Roman


def texts_beside_itunes(source: BinaryIO) -> Copies:
    """Title, artist, album, genre and BPM outside of iTunes' list; of each the first."""
    found: dict[str, tuple[str, ...]] = {}
    try:
        end = source.seek(0, io.SEEK_END)
        moov = next((atom for atom in top_atoms(source, end) if atom.name == b"moov"), None)
        if moov is not None:
            for name, value in _of_moov(view_of(source, moov.body, min(moov.stop, end))):
                if value.strip(" \0\r\n\t"):
                    found.setdefault(name, (value.strip(" \0\r\n\t"),))
    except LayoutError:
        pass  # keep what was found before the damage
    return found


def _of_moov(moov: View) -> _Said:
    for atom in _atoms(moov, 0, moov.size):
        if atom.name == b"meta":
            yield from _of_meta(moov, atom)
        elif atom.name == b"udta":
            yield from _of_udta(moov, atom)


def _of_udta(moov: View, udta: Atom) -> _Said:
    for atom in _atoms(moov, udta.body, udta.stop):
        if atom.name == b"meta":
            yield from _of_meta(moov, atom)
            continue
        if atom.stop - atom.body > _LONGEST:
            continue
        held = moov.at(atom.body, atom.stop)
        if atom.name in _3GPP and held[:4] == bytes(4):
            yield _3GPP[atom.name], _unicode(held[6:])
        elif atom.name in _QUICKTIME and len(held) > 4:
            yield _QUICKTIME[atom.name], _of_quicktime(held)


def _of_quicktime(held: bytes) -> str:
    """The first of the texts, one a language: each has its length, the language, the text."""
    size, language = int.from_bytes(held[:2]), int.from_bytes(held[2:4])
    text = held[4 : 4 + size]
    try:
        return text.decode("utf-8")  # which FFmpeg and others write for any language
    except UnicodeDecodeError:
        return text.decode("mac_roman") if language < _MAC else _unicode(text)


def _unicode(text: bytes) -> str:
    if text.startswith((codecs.BOM_UTF16_BE, codecs.BOM_UTF16_LE)):
        return text.decode("utf-16", "replace").partition("\0")[0]
    return text.partition(b"\0")[0].decode("utf-8", "replace")


def _of_meta(moov: View, meta: Atom) -> _Said:
    head = moov.at(meta.body, min(meta.body + 8, meta.stop))
    start = meta.body if is_unversioned(head) else meta.body + 4
    atoms = {atom.name: atom for atom in _atoms(moov, start, meta.stop)}
    names = _keys(moov, atoms[b"keys"]) if b"keys" in atoms else _ITUNES
    if b"ilst" in atoms:
        for entry in _atoms(moov, atoms[b"ilst"].body, atoms[b"ilst"].stop):
            if (name := names.get(entry.name)) is not None:
                for value in _atoms(moov, entry.body, entry.stop):
                    if value.name == b"data" and 8 < value.stop - value.body <= _LONGEST:
                        yield name, _of_data(moov.at(value.body, value.stop))


def _of_data(held: bytes) -> str:
    kind, content = int.from_bytes(held[:4]), held[8:]
    if kind in _NUMBERS or (not kind and len(content) <= 2):
        return str(int.from_bytes(content, signed=True))
    return content.decode("utf-16-be" if kind in (2, 5) else "utf-8", "replace")


def _keys(moov: View, keys: Atom) -> dict[bytes, str]:
    """Names of fields by the names of entries, which are numbers from 1 on."""
    found: dict[bytes, str] = {}
    for number, key in enumerate(_atoms(moov, keys.body + 8, keys.stop), 1):
        if number > _MOST:
            break
        said = moov.at(key.body, min(key.stop, key.body + 64)).removeprefix(_PREFIX)
        if said in _KEYS:
            found[number.to_bytes(4)] = _KEYS[said]
    return found


def _atoms(view: View, place: int, stop: int) -> Iterator[Atom]:
    """The atoms side by side, up to a place or to damage."""
    while place + 8 <= stop:
        head = view.at(place, min(place + 16, stop))
        try:
            atom = atom_at(head, place, stop)
        except LayoutError:
            return
        if not any(head[:4]) or atom.stop > stop:
            return
        yield atom
        place = atom.stop
