"""What `pacetag playlist` prints and writes."""

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pacetag.tagger.commands.playlist_request import Request

if TYPE_CHECKING:
    from pacetag.db.index import SongIndex
    from pacetag.tagger.commands.deliveries import Chosen
    from pacetag.tagger.files.output_files import OutputFile
    from pacetag.tagger.output.stretched import Stretched
    from pacetag.tagger.playlist.entries import Playlist
    from pacetag.tagger.playlist.paths import PathStyle
    from pacetag.tagger.sessions.session import Session


def place_of(
    output: Path, songs: "SongIndex", index_file: Path, *, overwrite: bool
) -> "OutputFile":
    """The playlist's output file. Raises TaggerError if it cannot or must not be written."""
    from pacetag.tagger.playlist.writing import playlist_output

    place = playlist_output(output, overwrite=overwrite, inputs=(index_file,), known=songs.song)
    place.check()
    return place


def write_songs(
    chosen: "Chosen", place: "OutputFile", style: "PathStyle | None", stretched: "Stretched | None"
) -> "Playlist | Session":
    """Write the playlist, and return the songs without those that could not be written.

    The file names the copies of songs that were stretched; what is returned has the originals.
    """
    from pacetag.tagger.output.sessions import playlist_listing, session_listing
    from pacetag.tagger.playlist.entries import Playlist
    from pacetag.tagger.playlist.writing import write_listing

    listed = chosen.listed
    if not isinstance(listed, Playlist):
        listing = session_listing(listed) if stretched is None else stretched.listing()
        write_listing(listing, place, None if style is None else style.line)
        return chosen.songs
    of = playlist_listing if stretched is None else stretched.listing
    if style is None:
        write_listing(of(listed), place)
        return chosen.songs
    from pacetag.tagger.output.tables import unnamed_lines
    from pacetag.tagger.playlist.paths import nameable

    written = nameable(listed, style)
    write_listing(of(written), place, style.line)
    say_lines(unnamed_lines(listed, written, style))
    return written if stretched is None else chosen.songs


def show_songs(
    chosen: "Chosen",
    output: Path | None,
    request: Request,
    stretched: "Stretched | None",
    added: Mapping[str, Any],
) -> None:
    """Print the songs as a table, as JSON with what deliveries added, or only their total."""
    from pacetag.tagger.output.sessions import session_object, session_table, session_total
    from pacetag.tagger.output.tables import nothing_fits, playlist_table, playlist_total
    from pacetag.tagger.playlist.entries import Playlist
    from pacetag.tagger.terminal.say import say
    from pacetag.tagger.terminal.standard_output import is_stdout
    from pacetag.tagger.terminal.standard_streams import results_on_stderr

    songs, listed, dry_run = chosen.songs, chosen.listed, request.dry_run
    stream = results_on_stderr() if is_stdout(output) and not dry_run else sys.stdout
    if request.as_json:
        from pacetag.tagger.output.json_lines import playlist_object, say_json

        if stretched is not None:
            value = stretched.value()
        else:
            value = playlist_object(songs) if isinstance(songs, Playlist) else session_object(songs)
        say_json({**value, **added}, stream)
        return
    if isinstance(songs, Playlist) and not songs.entries:
        for line in nothing_fits(songs):
            say(line, stream)
        return
    if output is None or dry_run:
        if isinstance(songs, Playlist):
            playlist_table(songs)
        else:
            session_table(songs)
    named = f"{output}: " if output is not None and stream is sys.stdout else ""
    would = "would be written: " if named and dry_run else ""
    total = playlist_total(listed) if isinstance(listed, Playlist) else session_total(listed)
    say(f"{named}{would}{total}", stream)


def say_lines(lines: Iterable[str]) -> None:
    """Say sentences on standard error."""
    from pacetag.tagger.terminal.say import say

    for line in lines:
        say(line, sys.stderr)
