"""Intros that playlists leave out: what the index knows of them, and what is heard of the rest."""

import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from pacetag.db.errors import SongIndexError
from pacetag.db.index import SongIndex
from pacetag.db.records import SongRecord
from pacetag.tagger.playlist.entries import Playlist

AT_ONCE = 4  # songs that are heard at a time
MANY = 20  # songs to hear, of which a line says so: each takes about a quarter of a second


class Intros:
    """How long the intros of songs are. What is heard once is kept in the index."""

    def __init__(self, index: SongIndex) -> None:
        """Read what is known. Raises SongIndexError."""
        from pacetag.model.beats.intro import METHOD

        self._index, self._method = index, METHOD
        self._known = index.intros.by_sound(METHOD)

    def known(self, fingerprint: str | None) -> float | None:
        """Return the seconds to leave out of a sound; None where it was not heard yet."""
        return self._known.get(fingerprint or "")

    def hear(self, songs: Iterable[SongRecord]) -> bool:
        """Hear those of the songs that are not known yet; returns whether there were any.

        One that cannot be heard has no intro, and is tried again by the next command.
        """
        wanted = {
            song.fingerprint: song
            for song in songs
            if song.fingerprint and song.fingerprint not in self._known
        }
        if not wanted:
            return False
        found = dict(zip(wanted, _heard(list(wanted.values())), strict=True))
        self._known |= {sound: seconds or 0.0 for sound, seconds in found.items()}
        sure = {sound: seconds for sound, seconds in found.items() if seconds is not None}
        with suppress(SongIndexError):  # an index that cannot be written keeps none
            self._index.intros.store(self._method, sure)
        return True


def without_intros(playlist: Playlist, intros: Intros) -> Playlist:
    """Return a playlist whose songs begin where they get going; they are heard if need be."""
    intros.hear(entry.song for entry in playlist.entries)
    entries = tuple(
        replace(entry, begins=intros.known(entry.song.fingerprint) or 0.0)
        for entry in playlist.entries
    )
    shorter = replace(playlist, entries=entries, total=sum(e.seconds or 0.0 for e in entries))
    # It was long enough with its intros, so more songs fit.
    return replace(shorter, cut=playlist.cut or (shorter.is_short and not playlist.is_short))


def _heard(songs: list[SongRecord]) -> list[float | None]:
    """Return the seconds of each song's intro; None where it cannot be heard."""
    from concurrent.futures import ThreadPoolExecutor

    from pacetag.tagger.logs.logger import library_noise
    from pacetag.tagger.settings import default_jobs
    from pacetag.tagger.terminal.say import say

    if len(songs) > MANY:
        say(f"listening to the beginnings of {len(songs)} songs", sys.stderr)
    pool = ThreadPoolExecutor(min(AT_ONCE, default_jobs()))
    try:
        with library_noise():
            return list(pool.map(_seconds, songs))
    finally:
        pool.shutdown(cancel_futures=True)


def _seconds(song: SongRecord) -> float | None:
    from pacetag.model.beats.intro import intro_seconds
    from pacetag.model.errors import ModelError
    from pacetag.tagger.logs.logger import info

    if not song.paces:
        return None
    try:
        return intro_seconds(Path(song.path), song.paces[0].bpm)
    except (ModelError, ValueError, OSError) as error:
        info("playlist", f"{song.path}: its intro is not known: {error}")
        return None
