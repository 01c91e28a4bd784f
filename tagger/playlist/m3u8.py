"""Lines of M3U8 files, which nearly every player, phone and watch reads."""

import os
from collections.abc import Callable
from pathlib import Path, PurePath
from urllib.parse import quote

from pacetag.db.records import SongRecord
from pacetag.db.urls import is_url
from pacetag.tagger.text.formatting import is_utf8, printable

HEADER = "#EXTM3U\n"
_OF_URLS = "%:/?#[]@!$&'()*+,;="  # signs that a URL may hold

Line = Callable[[str], str | None]  # how a playlist names the song at an absolute path


def song_lines(song: SongRecord, folder: Path | None) -> tuple[str, str]:
    """Return a song's two lines in a playlist that lies in `folder`."""
    # -1 is the format's unknown duration.
    seconds = -1 if song.duration is None else round(song.duration)
    return f"#EXTINF:{seconds},{shown_name(song)}", song_line(song.path, folder)


def shown_name(song: SongRecord) -> str:
    """Return "Artist - Title" on one line; the file's name replaces a missing title."""
    title = song.title or PurePath(song.path).stem
    name = f"{song.artist} - {title}" if song.artist else title
    # Bytes that are no text are surrogates, which UTF-8 cannot hold.
    return printable(" ".join(name.encode("utf-8", "replace").decode("utf-8").split()))


def song_line(path: str, folder: Path | None) -> str:
    """Return how a playlist in `folder` names the song at `path` (absolute).

    Relative, so that both can be moved or copied to a device together; absolute where no relative
    path exists (another drive), or no folder is known. A name that a line of UTF-8 text cannot hold
    (line breaks, spaces at its end, bytes that are not UTF-8) becomes a `file://` address with
    percent signs for the exact bytes. The URL of a song in a store names it everywhere.
    """
    if is_url(path):
        return path if fits_a_line(path) else quote(path, safe=_OF_URLS)
    if not fits_a_line(path):
        return Path(path).as_uri()
    line = PurePath(path if folder is None else relative(path, folder)).as_posix()
    if not fits_a_line(line):  # it leads through a folder that a line cannot hold
        return Path(path).as_uri()
    return plainly_a_path(line)


def plainly_a_path(line: str) -> str:
    """Return the path in a form that no player takes for a comment, a blank or an address."""
    first = line.split("/", 1)[0]
    address = ":" in first and not PurePath(line).is_absolute()
    return f"./{line}" if line[0] == "#" or line[0].isspace() or address else line


def relative(path: str, folder: Path) -> str:
    """Return the relative path from `folder` to `path`, or `path` itself where there is none."""
    real = os.path.realpath(folder)
    try:
        direct = os.path.relpath(path, real if os.pardir in folder.parts else folder)
        if not direct.startswith(os.pardir + os.sep):
            return direct
        # Going up from a folder that is a symbolic link leads to where it really is.
        song = PurePath(path)
        return os.path.relpath(PurePath(os.path.realpath(song.parent), song.name), real)
    except ValueError:
        return path


def fits_a_line(path: str) -> bool:
    """Return whether a line of UTF-8 text can hold a path."""
    return is_utf8(path) and "\n" not in path and "\r" not in path and not path[-1:].isspace()
