"""What a benchmark set is made of: rows with their truth."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

TABLE = "set.csv"
COLUMNS = ("file", "paces", "tempo", "beats_per_bar", "genre", "artist", "remarks")
BEATLESS = "none"  # stands for the paces of sound without a beat


@dataclass(frozen=True, kw_only=True)
class BenchmarkSong:
    """A row: a sound file and what is known of it."""

    file: str  # below the folder of the set
    tempo: float | None = None  # bpm; None for sound without a beat
    beats_per_bar: int | None = None  # None where that is no whole number, or there is no beat
    genre: str
    artist: str
    remarks: str = ""


def write_set(folder: Path, songs: Iterable[BenchmarkSong]) -> Path:
    """Write the table of a set into its folder, by file name; returns where it lies."""
    target = folder / TABLE
    with target.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(COLUMNS)
        for song in sorted(songs, key=lambda one: one.file):
            beatless = song.tempo is None
            writer.writerow(
                (
                    song.file,
                    BEATLESS if beatless else "",
                    "" if song.tempo is None else f"{song.tempo:g}",
                    song.beats_per_bar or "",
                    song.genre,
                    song.artist,
                    song.remarks,
                )
            )
    return target
