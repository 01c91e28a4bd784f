"""What writing and undoing does to files that other programs made.

`python tests/benchmarks/foreign_files.py FOLDER` copies every file below FOLDER that pacetag would
look at, writes paces into the copy, and takes them back: whether the sound that FFmpeg decodes is
the same meanwhile, whether ffprobe finds the pace, and what is left of it all afterwards. Songs may
be too short to judge. Not a test: it prints.
"""

import argparse
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import mutagen
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import track
from rich.table import Table

from pacetag.tagger.library.song_names import is_song
from pacetag.tagger.tags.errors import TagError
from pacetag.tagger.tags.writer import write_tags
from pacetag.tagger.text.formatting import printable

PACE = "172.34"
CHANGED, DIFFERENT = "CHANGED", "DIFFERENT"
FIELDS = {"pace": [PACE, "86.17"], "pacetag": ["a trial"]}


def main() -> int:
    """Print a row per file, then the outcomes counted; return 1 if a file was harmed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    songs = [p for p in sorted(folder.rglob("*")) if is_song(p.name)]
    console, table = Console(width=120), Table(box=SIMPLE_HEAD)
    for heading in ("file", "written", "sound meanwhile", "ffprobe finds the pace", "afterwards"):
        table.add_column(heading)
    rows = []
    with TemporaryDirectory() as place:
        for song in track(songs, "writing", console=console):
            rows.append(tried(song, Path(place)))
            table.add_row(printable(str(song.relative_to(folder))), *map(printable, rows[-1]))
    console.print(table)
    counted = Counter((row[0].partition(":")[0], *row[1:]) for row in rows)
    for (written, meanwhile, found, left), count in counted.most_common():
        console.print(f"{count:>5}  written: {written}; sound: {meanwhile or '-'}; {found}; {left}")
    return int(any(word in row for row in rows for word in (CHANGED, DIFFERENT)))


def tried(song: Path, place: Path) -> tuple[str, ...]:
    """Write a copy of a song and take it back."""
    copy = place / f"copy{song.suffix}"
    shutil.copyfile(song, copy)
    bytes_before, sound_before, tags_before = copy.read_bytes(), sound(copy), tags(copy)
    try:
        written = write_tags(copy, FIELDS, journals=place)
    except TagError as error:
        left = "as before" if copy.read_bytes() == bytes_before else CHANGED
        return f"no: {error.reason}", "", "", left
    meanwhile = "same" if sound(copy) == sound_before else DIFFERENT
    found = "yes" if PACE in probed(copy) else "no"
    write_tags(copy, written.old, journals=place)
    if copy.read_bytes() == bytes_before:
        return "yes", meanwhile, found, "every byte"
    same = (sound(copy), tags(copy)) == (sound_before, tags_before)
    return "yes", meanwhile, found, "sound and tags" if same else DIFFERENT


def sound(path: Path) -> str:
    """A hash of all that FFmpeg decodes of a file."""
    return run("ffmpeg", "-v", "error", "-i", str(path), "-map", "0:a", "-f", "md5", "-")


def probed(path: Path) -> str:
    """The tags of a file and of its streams as ffprobe sees them."""
    return run("ffprobe", "-v", "error", "-show_entries", "format_tags:stream_tags", str(path))


def run(*command: str) -> str:
    """What a program says; nothing where it fails."""
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    return done.stdout


def tags(path: Path) -> str:
    """All tags of a file as mutagen sees them, in any order; none are as an empty tag."""
    try:
        found = getattr(mutagen.File(path), "tags", None) or {}
        return repr(sorted(map(repr, dict(found).items())))
    except Exception as error:  # of some files mutagen raises what it does not name
        return type(error).__name__


if __name__ == "__main__":
    sys.exit(main())
