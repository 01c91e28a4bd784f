"""Playlists as M3U8 files, which nearly every player, phone and watch reads."""

import os
import secrets
import shutil
from pathlib import Path, PurePath

from pacetag.db.records import SongRecord
from pacetag.tagger.playlist.entries import Playlist
from pacetag.tagger.wording import printable


def write_m3u8(playlist: Playlist, output: Path) -> None:
    """Write the playlist to `output`, whole or not at all.

    UTF-8; an `#EXTINF` line and a path, with forward slashes and relative to the playlist's
    folder, for each song (see `song_line`). A file that was there is replaced and its rights are
    kept; a symbolic link stays one.

    Raises:
        OSError: it cannot be written; what was there before is still there.
    """
    content = m3u8_text(playlist, output.parent).encode("utf-8")
    target = Path(os.path.realpath(output))
    if target.exists() and not target.is_file():
        target.write_bytes(content)  # a pipe or terminal: replacing it would break it
        return
    temporary = target.with_name(f".pacetag-{secrets.token_hex(8)}.tmp")
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            shutil.copymode(target, temporary)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def m3u8_text(playlist: Playlist, folder: Path) -> str:
    """Return the content of the file if it lies in `folder`."""
    lines = ["#EXTM3U"]
    for entry in playlist.entries:
        song = entry.song
        # -1 is how the format says that the duration is not known.
        seconds = -1 if song.duration is None else round(song.duration)
        lines += [f"#EXTINF:{seconds},{shown_name(song)}", song_line(song.path, folder)]
    return "".join(f"{line}\n" for line in lines)


def shown_name(song: SongRecord) -> str:
    """Return "Artist - Title" on one line; without a title, the file's name stands for it."""
    title = song.title or PurePath(song.path).stem
    name = f"{song.artist} - {title}" if song.artist else title
    # Bytes that are no text come as surrogates, which UTF-8 cannot hold.
    return printable(" ".join(name.encode("utf-8", "replace").decode("utf-8").split()))


def song_line(path: str, folder: Path) -> str:
    """Return how a playlist in `folder` names the song at `path` (absolute).

    Relative, so that both can be moved or copied to a device together; absolute where there is no
    way from one to the other (another drive). A name that a line of UTF-8 text cannot hold (line
    breaks, spaces at its end, bytes that are not UTF-8) is given as a `file://` address with
    percent signs, which stands for the exact bytes.
    """
    if not _fits_a_line(path):
        return Path(path).as_uri()
    line = PurePath(_relative(path, folder)).as_posix()
    if not _fits_a_line(line):  # the way leads through a folder that a line cannot hold
        return Path(path).as_uri()
    first = line.split("/", 1)[0]
    # These would be taken for a comment, an indentation, the scheme of an address.
    if line[0] == "#" or line[0].isspace() or (":" in first and not PurePath(line).is_absolute()):
        return f"./{line}"
    return line


def _relative(path: str, folder: Path) -> str:
    """Return the way from `folder` to `path`, or `path` itself where there is none."""
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


def _fits_a_line(path: str) -> bool:
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return "\n" not in path and "\r" not in path and not path[-1:].isspace()
