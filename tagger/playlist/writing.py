"""A playlist as a file: where it may go, and which files it may replace."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote_to_bytes

from pacetag.db.records import SongRecord
from pacetag.tagger.files.output_files import OutputFile
from pacetag.tagger.playlist.formats import format_of, is_ours
from pacetag.tagger.playlist.m3u8 import HEADER, Line, song_lines
from pacetag.tagger.playlist.tracks import Listing

KnownSong = Callable[[str], SongRecord | None]


def playlist_output(
    named: Path,
    *,
    overwrite: bool = False,
    inputs: tuple[Path, ...] = (),
    known: KnownSong = lambda path: None,
) -> OutputFile:
    """The place for a playlist. `known` gives what the index knows of the song at a path."""
    folder = named.expanduser().absolute().parent
    return OutputFile(
        named=named,
        option="--output",
        noun="playlist",
        is_ours=lambda content: is_ours(content) or is_unmarked(content, folder, known),
        overwrite=overwrite,
        inputs=inputs,
    )


def write_listing(listing: Listing, output: OutputFile, line: Line | None = None) -> None:
    """Write a playlist in the format of its suffix, in UTF-8.

    `line` names songs in place of `m3u8.song_line`. A file that holds just that is left alone.
    Raises TaggerError; an earlier file stays as it was.
    """
    content = format_of(output.path).text(listing, output.folder, line).encode("utf-8")
    if output.folder is not None and _holds(output.path, content):
        output.check()
    else:
        output.write(content)


def _holds(path: Path, content: bytes) -> bool:
    with suppress(OSError):
        return path.stat().st_size == len(content) and path.read_bytes() == content
    return False


def is_unmarked(content: bytes, folder: Path, known: KnownSong) -> bool:
    """Whether content is a playlist that pacetag wrote into `folder` before it marked playlists.

    Other programs write the same kinds of lines, so each song must be in the index, and both its
    lines must be exactly what pacetag writes.
    """
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    if not text.startswith(HEADER) or not text.endswith("\n"):
        return False
    lines = text.removeprefix(HEADER).split("\n")[:-1]
    if len(lines) % 2:
        return False
    return all(
        _is_written(pair, folder, known) for pair in zip(lines[::2], lines[1::2], strict=True)
    )


def _is_written(pair: tuple[str, str], folder: Path, known: KnownSong) -> bool:
    line = pair[1]
    if line.startswith("file://"):
        places = [os.fsdecode(unquote_to_bytes(line.removeprefix("file://")))]
    else:  # ".." from a linked folder leads up from the real one
        places = [os.path.normpath(each / line) for each in (folder, folder.resolve())]
    songs = (known(place) for place in dict.fromkeys(places))
    return any(song is not None and song_lines(song, folder) == pair for song in songs)
