"""Names of files that every player's card can hold: FAT and exFAT are the narrowest."""

import re
import unicodedata
from collections.abc import Callable
from pathlib import PurePath

from pacetag.db.records import SongRecord

LONGEST = 240  # bytes of a name in UTF-8, of 255, so that a number still fits
_UNLOVED = re.compile("[#%]")  # VLC takes what follows in a playlist for a part of an address
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)", re.IGNORECASE)


def plain_name(text: str) -> str:
    """Return a text as the part of a file's name before its suffix; "song" for an empty one.

    Characters that FAT cannot hold, or a playlist in VLC, become "_"; no name begins with a dot or
    a blank, or ends with one, which Windows drops.
    """
    whole = text.encode("utf-8", "replace").decode("utf-8")
    clean = _FORBIDDEN.sub("_", unicodedata.normalize("NFC", " ".join(whole.split())))
    bare = _cut(_UNLOVED.sub("_", clean), LONGEST).strip(". ")
    return f"_{bare}" if _DEVICES.match(bare) else bare or "song"


def _cut(text: str, most: int) -> str:
    return text.encode("utf-8")[:most].decode("utf-8", "ignore")


def song_name(song: SongRecord, suffix: str, place: str) -> str:
    """Return the name of a song's file, such as "03 Legs - Hill.mp3".

    `place` is its number, as text; "" for none. `suffix` has its dot.
    """
    title = song.title or PurePath(song.path).stem
    shown = f"{song.artist} - {title}" if song.artist else title
    stem = plain_name(f"{place} {shown}" if place else shown)
    return f"{_cut(stem, LONGEST - len(suffix)).rstrip('. ')}{suffix}"


def free_name(name: str, is_free: Callable[[str], bool]) -> str:
    """Return the name, or "Name (2).mp3" and so on, the first that is free.

    `is_free` is asked with a key that is the same for names that a card takes for one.
    """
    stem, dot, suffix = name.rpartition(".")
    found, number = name, 1
    while not is_free(key(found)):
        number += 1
        found = f"{stem} ({number}){dot}{suffix}"
    return found


def key(name: str) -> str:
    """Return what two names have in common that a card takes for one: case, accents composed."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def is_plain(name: object) -> bool:
    """Whether a value is the name of a file in a folder itself, which no list can lead out of."""
    return (
        isinstance(name, str)
        and 0 < len(name) <= 255
        and not name.startswith(".")
        and _FORBIDDEN.search(name) is None
    )
