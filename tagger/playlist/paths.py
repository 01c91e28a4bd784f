"""Paths in a playlist for a player that sees the music in another place than this machine."""

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from pacetag.db.urls import is_url
from pacetag.tagger.playlist.entries import Playlist
from pacetag.tagger.playlist.m3u8 import fits_a_line, plainly_a_path, relative

ROOT_FORM = "write FROM=TO, as in /home/me/Music=/mnt/music"
_DRIVE = re.compile(r"[A-Za-z]:")
_ON_WINDOWS = re.compile(r"[A-Za-z]:[\\/]|\\\\")  # how absolute paths begin there


@dataclass(frozen=True, kw_only=True)
class Root:
    """A folder of this machine, and its name for the player."""

    here: str  # absolute, without a slash at its end
    there: str  # as it was named; "" makes paths that begin below the folder

    def holds(self, path: str) -> bool:
        """Whether a path is the folder or lies below it."""
        return path == self.here or path.startswith(self.here.rstrip(os.sep) + os.sep)

    def moved(self, path: str) -> str | None:
        """Return the player's name of a path in the folder; None where it can have none.

        A root with a backslash or a bare drive is one of Windows, where backslashes separate
        folders and no name can hold one.
        """
        rest = path[len(self.here) :].lstrip(os.sep)
        windows = "\\" in self.there or _DRIVE.fullmatch(self.there) is not None
        if windows and os.sep != "\\" and "\\" in rest:
            return None
        bare = self.there.rstrip("/\\" if windows else "/")
        sign = "\\" if windows else "/"
        rest = rest.replace(os.sep, sign)
        return f"{bare}{sign}{rest}" if self.there and rest else self.there or rest


def parse_roots(texts: Iterable[str]) -> list[Root]:
    """Return the roots of FROM=TO texts, with given and with real paths.

    The index knows songs by the paths through which they were scanned. Raises ValueError.
    """
    named = [parse_root(text) for text in texts]
    return [*named, *(replace(root, here=os.path.realpath(root.here)) for root in named)]


def parse_root(text: str) -> Root:
    """Return the root of FROM=TO, split at the first = that follows an existing folder.

    Raises ValueError, with a sentence.
    """
    splits = [(text[: sign.start()], text[sign.end() :]) for sign in re.finditer("=", text)]
    splits = [(here, there) for here, there in splits if here]
    if not splits:
        raise ValueError(f"{text!r} names no two folders: {ROOT_FORM}")
    here, there = next((pair for pair in splits if Path(pair[0]).is_dir()), splits[0])
    return Root(here=_absolute(here), there=there)


def _absolute(folder: str | Path) -> str:
    return os.path.abspath(Path(folder).expanduser())  # noqa: PTH100 - resolve() follows links


@dataclass(frozen=True, kw_only=True)
class PathStyle:
    """How lines name songs: relative to a folder, absolute, or below another root."""

    relative_to: Path | None = None  # else absolute
    roots: Sequence[Root] = ()  # the deepest that holds a song counts

    def line(self, path: str) -> str | None:
        """Return the line for the song at `path` (absolute); None where no line can hold it.

        The URL of a song in a store is its own line.
        """
        if is_url(path):
            return path if fits_a_line(path) else None
        if self.relative_to is not None:
            named = relative(path, Path(_absolute(self.relative_to)))
            line: str | None = PurePath(named).as_posix()
        else:
            root = self._root(path)
            line = path if root is None else root.moved(path)
        if line is None or not line or not fits_a_line(line):
            return None
        return line if _ON_WINDOWS.match(line) else plainly_a_path(line)

    def is_outside(self, path: str) -> bool:
        """Whether a song lies in none of the folders that were named."""
        if is_url(path):
            return False
        if self.relative_to is not None:
            line = relative(path, Path(_absolute(self.relative_to)))
            return line.startswith((os.pardir + os.sep, os.sep))
        return bool(self.roots) and self._root(path) is None

    def _root(self, path: str) -> Root | None:
        holding = [root for root in self.roots if root.holds(path)]
        return max(holding, key=lambda root: len(root.here), default=None)


def nameable(playlist: Playlist, style: PathStyle) -> Playlist:
    """Return the playlist without the songs whose names no line can hold."""
    entries = [entry for entry in playlist.entries if style.line(entry.song.path) is not None]
    total = sum(entry.song.duration or 0.0 for entry in entries)
    return replace(playlist, entries=tuple(entries), total=total)
