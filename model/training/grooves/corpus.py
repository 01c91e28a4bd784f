"""The groove corpus: rendered songs of every style of MMA's libraries, with exact truth.

`python -m pacetag.model.training.grooves.corpus OUT_DIR` renders it; `load_songs` reads it back.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import TextIO

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from pacetag.model.errors import ModelError
from pacetag.model.training.grooves.draw import COLLECTIONS, Collection, draw_settings
from pacetag.model.training.grooves.humanise import Feel
from pacetag.model.training.grooves.render import GrooveSong, render, require_tools
from pacetag.model.training.grooves.truth import Level
from pacetag.model.training.output_folders import check_own, exit_code, named_path

SONGS_FILE = "songs.jsonl"


class CorpusError(ModelError):
    """The corpus on disk is not what it should be."""


def build_corpus(
    folder: Path,
    songs: int = 1600,
    seed: int = 1,
    jobs: int | None = None,
    console: Console | None = None,
    collection: Collection = "stdlib",
) -> tuple[GrooveSong, ...]:
    """Render songs 0 .. `songs`-1 into `folder`, keeping those that are there already.

    Args:
        jobs: songs rendered at once; all cores by default.
        console: where the progress bar goes; stderr by default.

    Raises:
        ToolsMissingError: MMA, FluidSynth or a sound font is not installed.
        RenderError: one of them failed.
        CorpusError: the folder holds a corpus of another seed or collection.
    """
    require_tools()
    folder.mkdir(parents=True, exist_ok=True)
    done = {song.number: song for song in _existing(folder)}
    if seeds := {song.seed for song in done.values()} - {seed}:
        raise CorpusError(
            f"{folder} holds songs of seed {min(seeds)}: ask for that seed or for another folder"
        )
    if others := {str(song.collection) for song in done.values()} - {collection}:
        raise CorpusError(
            f"{folder} holds songs of the collection {min(others)}: ask for that one or for "
            "another folder"
        )
    missing = [number for number in range(songs) if number not in done]
    _rewrite(folder, done)  # what an interruption cut off must not run into the next line
    with (
        _progress(console) as progress,
        (folder / SONGS_FILE).open("a", encoding="utf-8") as lines,
    ):
        task = progress.add_task("Rendering grooves", total=songs, completed=songs - len(missing))
        for song in _render_all(folder, missing, seed, collection, jobs or os.cpu_count() or 1):
            done[song.number] = song
            _write(lines, song)
            progress.advance(task)
    _rewrite(folder, done)
    return tuple(done[number] for number in range(songs))


def load_songs(folder: Path) -> tuple[GrooveSong, ...]:
    """Read a corpus back, by song number.

    Raises:
        CorpusError: there is none.
    """
    songs = {song.number: song for song in _existing(folder)}
    if not songs:
        raise CorpusError(f"{folder} holds no groove corpus: render one first")
    return tuple(songs[number] for number in sorted(songs))


def _render_all(
    folder: Path, numbers: Iterable[int], seed: int, collection: Collection, jobs: int
) -> Iterator[GrooveSong]:
    """Render songs several at a time; threads do, since the work is in child processes."""
    waiting = iter(numbers)
    running: set[Future[GrooveSong]] = set()
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        try:
            while True:
                for number in waiting:
                    settings = draw_settings(seed, number, collection)
                    running.add(pool.submit(render, settings, folder))
                    if len(running) > jobs:
                        break
                if not running:
                    return
                finished, running = wait(running, return_when=FIRST_COMPLETED)
                # Failures last: what was finished at the same moment is noted before they end it.
                for future in sorted(finished, key=lambda one: one.exception() is not None):
                    yield future.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _existing(folder: Path) -> Iterator[GrooveSong]:
    """Read the songs whose audio is there; a line cut off by an interruption is none."""
    record = folder / SONGS_FILE
    if not record.is_file():
        return
    for line in record.read_text(encoding="utf-8").splitlines():
        try:
            song = _read(line)
        except (ValueError, TypeError, KeyError):
            continue
        if (folder / song.audio).is_file():
            yield song


def _rewrite(folder: Path, songs: Mapping[int, GrooveSong]) -> None:
    """Write the whole record anew, by song number, in one step."""
    partial = folder / f"{SONGS_FILE}.part"
    with partial.open("w", encoding="utf-8") as lines:
        for number in sorted(songs):
            _write(lines, songs[number])
    partial.replace(folder / SONGS_FILE)


def _write(lines: TextIO, song: GrooveSong) -> None:
    lines.write(json.dumps(dataclasses.asdict(song)) + "\n")
    lines.flush()


def _read(line: str) -> GrooveSong:
    row = json.loads(line)
    row["levels"] = tuple(Level(**level) for level in row["levels"])
    row["grooves"] = tuple(row["grooves"])
    row["band"] = tuple(row.get("band", ()))
    feel = row.get("feel")
    row["feel"] = None if feel is None else Feel(**feel)
    return GrooveSong(**row)


def _progress(console: Console | None) -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console or Console(stderr=True),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Render the corpus from the command line."""
    parser = argparse.ArgumentParser(description="Render the groove corpus.")
    parser.add_argument("folder", type=named_path, help="where songs.jsonl and the audio go")
    parser.add_argument("--songs", type=int, default=1600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=None, help="songs at once (default: all cores)")
    parser.add_argument(
        "--collection",
        choices=COLLECTIONS,
        default="stdlib",
        help="the standard library, the further ones with people, or the first with people",
    )
    options = parser.parse_args(arguments)

    def make() -> None:
        check_own(options.folder, SONGS_FILE)
        build_corpus(
            options.folder,
            options.songs,
            options.seed,
            options.jobs,
            collection=options.collection,
        )

    return exit_code(make)


if __name__ == "__main__":
    sys.exit(main())
