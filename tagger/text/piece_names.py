"""The names of artists and pieces, in a form that is the same however they are spelt."""

import re
import unicodedata
from functools import lru_cache
from pathlib import PurePath
from typing import Protocol

Name = tuple[str, str]  # artist and title

_GUEST = re.compile(r"\s*[(\[]?\b(?:feat\.?|ft\.?|featuring)\s.*", re.IGNORECASE | re.DOTALL)
_ARTICLE = re.compile(r"the\s+(?=\S)|,\s*the$", re.IGNORECASE)
_END = re.compile(r"\s*(?:[(\[](?P<held>[^()\[\]]+)[)\]]|\s[-\u2013]\s(?P<said>[^-]+))\s*$")
# What names another edition of the same recording. A live one or a remix is another piece.
_EDITION = re.compile(
    r"(?:\d{4}\s+)?(?:digital(?:ly)?\s+)?re-?master(?:ed)?(?:\s+(?:version|edition))?(?:\s+\d{4})?"
    r"|(?:album|single|original|lp|radio|clean|explicit)(?:\s+(?:version|mix|edit))?"
    r"|mono|stereo|bonus(?:\s+track)?|edit",
    re.IGNORECASE,
)


_NUMBERED = re.compile(r"^\d{1,3}(?:[ ._-]+|$)")
_TRACK = re.compile(r"(?:audio|track|titel|piste|pista|unknown|untitled)*\d*")
SHORTEST = 4  # signs of a file's name that can tell a piece


class Named(Protocol):
    """A song with the tags that name its piece."""

    @property
    def title(self) -> str | None:
        """The title of its tags."""

    @property
    def artist(self) -> str | None:
        """The artist of its tags."""


def piece_name(song: Named) -> Name | None:
    """Return artist and title without case, accents, spaces, guests and the kind of edition.

    None where either is not known: many songs are called "Intro" or "Track 1".
    """
    artist, title = _artist(song.artist or ""), _title(song.title or "")
    return (artist, title) if artist and title else None


def file_name(path: str) -> Name | None:
    """Return the name of a file as that of a piece without an artist; None where it says little.

    Without the number at its beginning; "Track 7" and "03" are names of many songs.
    """
    bare = _NUMBERED.sub("", PurePath(path).stem)
    name = plain(bare)
    return None if len(name) < SHORTEST or _TRACK.fullmatch(name) else ("", name)


def stored_name(song: Named) -> str | None:
    """Return the name of a song's piece as the index keeps it."""
    name = piece_name(song)
    return None if name is None else "\n".join(name)


def artist_key(artist: str | None, album_artist: str | None = None) -> str:
    """Return what two songs of one artist have in common; "" where the artist is not known.

    "The Legs", "Legs feat. Arms" and "Legs; Arms" are Legs, as is "Legs & Arms" on an album of
    Legs. The album's artist counts only where the song's begins with it: albums have "Various
    Artists".
    """
    own, of_album = _artist(artist or ""), _artist(album_artist or "")
    return of_album if of_album and own.startswith(of_album) else own


@lru_cache(maxsize=1 << 14)
def _artist(text: str) -> str:
    first = text.split("; ", 1)[0].strip()
    alone = _GUEST.sub("", first) or first
    return plain(_ARTICLE.sub("", alone.strip())) or plain(first)


def _title(text: str) -> str:
    if "(" in text or "[" in text or " - " in text or " \u2013 " in text or " f" in text.lower():
        text = _without_edition(text)
    return plain(text)


def _without_edition(text: str) -> str:
    found = _GUEST.sub("", text) or text
    while (end := _END.search(found)) and end.start():
        if not _EDITION.fullmatch((end["held"] or end["said"]).strip()):
            break
        found = found[: end.start()]
    return found


def plain(text: str) -> str:
    """Return a text without case, accents and spaces."""
    if not text.isascii():
        apart = unicodedata.normalize("NFKD", text.casefold())
        text = "".join(sign for sign in apart if not unicodedata.combining(sign))
    return "".join(text.casefold().split())
