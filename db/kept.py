"""Playlist files that are kept up to date with the songs, and what was asked for."""

import json
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path

from pacetag.db import statements as sql
from pacetag.db.connection import in_words, writing
from pacetag.db.rows import encode_path
from pacetag.db.values import LATEST, BadValueError, number, path_of, text_of


@dataclass(frozen=True, kw_only=True)
class KeptPlaylist:
    """A playlist file that is written again whenever its songs change."""

    target: str  # the absolute path of the file
    folder: str  # in which the command was given, for paths in its arguments
    arguments: tuple[str, ...]  # as they were typed, without those about the file
    hash: str  # of the file's content, as it was written last
    since: float = 0.0  # seconds since 1970, when it was first asked for


class KeptPlaylists:
    """The kept playlists of an open index. Its methods raise what those of SongIndex do."""

    def __init__(self, db: sqlite3.Connection, path: Path) -> None:
        self._db, self._path = db, path

    def keep(self, kept: KeptPlaylist) -> None:
        """Note a playlist, in place of an earlier one in the same file."""
        values = {
            "target": encode_path(kept.target),
            "folder": encode_path(kept.folder),
            "arguments": json.dumps(kept.arguments),
            "hash": kept.hash,
            "since": time.time(),
        }
        with in_words(self._path), writing(self._db):
            self._db.execute(sql.KEEP_PLAYLIST, values)

    def forget(self, target: str) -> None:
        """Keep the playlist in a file no longer; the file stays as it is."""
        with in_words(self._path), writing(self._db):
            self._db.execute(sql.FORGET_KEPT, {"target": encode_path(target)})

    def all(self) -> list[KeptPlaylist]:
        """Return all kept playlists, the first that was asked for first."""
        with in_words(self._path):
            return [
                KeptPlaylist(
                    target=path_of(target),
                    folder=path_of(folder),
                    arguments=_arguments(text_of(arguments, "arguments")),
                    hash=text_of(hash_, "a hash"),
                    since=number(since, "a time", most=LATEST),
                )
                for target, folder, arguments, hash_, since in self._db.execute(sql.KEPT)
            ]


def _arguments(text: str) -> tuple[str, ...]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadValueError("arguments", text) from error
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise BadValueError("arguments", text)
    return tuple(found)
