"""What `pacetag playlist` prints and writes for one cadence."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pacetag.db.index import SongIndex
    from pacetag.tagger.commands.stretch_options import Carried
    from pacetag.tagger.files.output_files import OutputFile
    from pacetag.tagger.playlist.entries import Playlist
    from pacetag.tagger.playlist.paths import PathStyle


def place_of(
    output: Path, songs: "SongIndex", index_file: Path, *, overwrite: bool
) -> "OutputFile":
    """The playlist's output file. Raises TaggerError if it cannot or must not be written."""
    from pacetag.tagger.playlist.writing import playlist_output

    place = playlist_output(output, overwrite=overwrite, inputs=(index_file,), known=songs.song)
    place.check()
    return place


def write_playlist(
    found: "Playlist",
    place: "OutputFile",
    style: "PathStyle | None",
    carried: "Carried | None" = None,
) -> "Playlist":
    """Write the playlist, and return it without songs that could not be written.

    The file names the copies of songs that were stretched; what is returned has the songs.
    """
    from pacetag.tagger.output.sessions import playlist_listing
    from pacetag.tagger.playlist.writing import write_listing

    listing = playlist_listing if carried is None else carried.stretched.listing
    listed = found if carried is None else carried.stretched.listed
    if style is None:
        write_listing(listing(listed), place)
        return found
    from pacetag.tagger.output.tables import unnamed_lines
    from pacetag.tagger.playlist.paths import nameable
    from pacetag.tagger.terminal.say import say

    written = nameable(listed, style)
    write_listing(listing(written), place, style.line)
    for line in unnamed_lines(listed, written, style):
        say(line, sys.stderr)
    return written if carried is None else found


def show_playlist(
    found: "Playlist",
    output: Path | None,
    helping: list[str],
    *,
    as_json: bool,
    dry_run: bool,
    carried: "Carried | None" = None,
) -> None:
    """Print a playlist as a table or JSON, and before it what is missing."""
    from pacetag.tagger.output.sessions import untimed_lines
    from pacetag.tagger.output.tables import (
        absent_lines,
        nothing_fits,
        playlist_table,
        playlist_total,
        too_short_lines,
    )
    from pacetag.tagger.terminal.say import say
    from pacetag.tagger.terminal.standard_output import is_stdout
    from pacetag.tagger.terminal.standard_streams import results_on_stderr

    stream = results_on_stderr() if is_stdout(output) and not dry_run else sys.stdout
    for line in (*absent_lines(found), *too_short_lines(found), *helping, *untimed_lines(found)):
        say(line, sys.stderr)
    if as_json:
        from pacetag.tagger.output.json_lines import playlist_object, say_json

        value = playlist_object(found) if carried is None else carried.stretched.value()
        say_json(value, stream)
        return
    if not found.entries:
        for line in nothing_fits(found):
            say(line, stream)
        return
    if output is None or dry_run:
        playlist_table(found)
    named = f"{output}: " if output is not None and stream is sys.stdout else ""
    would = "would be written: " if named and dry_run else ""
    listed = found if carried is None else carried.stretched.listed
    say(f"{named}{would}{playlist_total(listed)}", stream)
