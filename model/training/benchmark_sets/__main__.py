"""Benchmark sets: music with a truth that is exact or from people, only for measuring.

`python -m pacetag.model.training.benchmark_sets OUT_DIR` makes three of them, each with a table
set.csv for `pacetag evaluate`: `lmms` (LMMS's demo songs, rendered), `frets` (Frets on Fire) and
`beatless` (speech, weather, noise, free rhythm). Nothing here is ever trained on.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from pacetag.model.errors import ModelError
from pacetag.model.training.benchmark_sets.beatless import build_beatless
from pacetag.model.training.benchmark_sets.frets import build_frets
from pacetag.model.training.benchmark_sets.lmms import build_lmms
from pacetag.model.training.benchmark_sets.table import COLUMNS, TABLE, BenchmarkSong, write_set
from pacetag.model.training.output_folders import OutputError, check_free, check_own, named_path

SETS = ("lmms", "frets", "beatless")


def build_set(name: str, folder: Path, console: Console, debs: Path | None = None) -> Path:
    """Make one of SETS in `folder`; returns its table. What is there already is kept.

    `debs` is a folder of Debian packages that were downloaded before. Raises ModelError when
    something is not installed, with what to install, or when not one song could be had.
    """
    check_own(folder, TABLE, "*.flac", "parts", "recorded", "made")
    _check_table(folder / TABLE)
    folder.mkdir(parents=True, exist_ok=True)
    songs: tuple[BenchmarkSong, ...]
    if name == "lmms":
        songs = build_lmms(folder, console)
    elif name == "frets":
        songs = build_frets(folder, console, debs=debs)
    else:
        songs = build_beatless(folder, console, debs=debs)
    if not songs:
        raise ModelError("there is not one song for it")
    return write_set(folder, songs)


def _check_table(table: Path) -> None:
    """Raise OutputError for a table that this did not make, links and databases."""
    check_free([table], overwrite=True)
    head = ",".join(COLUMNS).encode()
    if table.is_file() and table.read_bytes()[: len(head)] not in (head, b""):
        raise OutputError(f"{table}: is no table of this; name another folder")


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the sets from the command line; 0 when all could be made, 1 otherwise."""
    parser = argparse.ArgumentParser(description="Make sets of known truth to measure with.")
    parser.add_argument("folder", type=named_path, metavar="OUT_DIR", help="where they go")
    parser.add_argument(
        "--debs", type=named_path, metavar="DIR", help="packages that were downloaded before"
    )
    parser.add_argument("--only", choices=SETS, help="make this set alone")
    given = parser.parse_args(arguments)
    console = Console(stderr=True)
    failed = False
    for name in (given.only,) if given.only else SETS:
        try:
            table = build_set(name, given.folder / name, console, given.debs)
        except ModelError as error:
            console.print(f"{name}: {error}", markup=False, highlight=False)
            failed = True
        else:
            console.print(f"{name}: {table}", markup=False, highlight=False)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
