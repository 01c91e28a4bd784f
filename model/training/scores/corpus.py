"""The score corpus: MIDI of free games with exact truth, rendered, and recordings of some.

`python -m pacetag.model.training.scores.corpus OUT_DIR` builds it; `load_songs` reads it back.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from pacetag.model.errors import ModelError
from pacetag.model.training.grooves.truth import Level
from pacetag.model.training.output_folders import check_own, exit_code, named_path
from pacetag.model.training.scores.render import (
    ScoreSong,
    render_piece,
    require_tools,
)
from pacetag.model.training.scores.sources import PACKAGES, Piece, opened_package
from pacetag.model.training.sources.deb_files import PackageError
from pacetag.model.training.sources.midi import MidiError
from pacetag.model.training.sources.tools import RenderError

SONGS_FILE = "songs.jsonl"
DONE_FILE = "pieces.txt"  # hashes of the pieces that were finished, also of those without a song


class ScoreCorpusError(ModelError):
    """The corpus on disk is not what it should be."""


def build_corpus(
    folder: Path,
    packages: Iterable[str] = tuple(PACKAGES),
    debs: Path | None = None,
    console: Console | None = None,
) -> tuple[ScoreSong, ...]:
    """Render all pieces of the packages into `folder`, keeping what is finished already.

    `debs` is a folder of packages that were downloaded before. A package that cannot be had and a
    piece that cannot be rendered are left out, with a sentence on the console.

    Raises:
        ToolsMissingError: FluidSynth or a sound font is not installed.
    """
    require_tools()
    console = console or Console(stderr=True)
    folder.mkdir(parents=True, exist_ok=True)
    done = _finished(folder)
    _rewrite(folder, done)  # without the songs of a piece that was interrupted
    with Progress(console=console) as progress:
        for package in packages:
            try:
                with opened_package(package, debs) as pieces:
                    task = progress.add_task(package, total=len(pieces))
                    for piece in pieces:
                        if piece.digest not in done:
                            done.add(piece.digest)
                            _add(folder, piece.digest, _rendered(piece, folder, console))
                        progress.advance(task)
            except PackageError as error:
                console.print(f"{package} is skipped: {error}", highlight=False, markup=False)
    return tuple(_noted(folder))


def load_songs(folder: Path) -> tuple[ScoreSong, ...]:
    """Read a corpus back, in the order in which it was rendered.

    Raises:
        ScoreCorpusError: there is none.
    """
    done = _finished(folder)
    songs = tuple(song for song in _noted(folder) if song.sha256 in done)
    if not songs:
        raise ScoreCorpusError(f"{folder} holds no score corpus: build one first")
    return songs


def _rendered(piece: Piece, folder: Path, console: Console) -> list[ScoreSong]:
    try:
        return list(render_piece(piece, folder))
    except (MidiError, RenderError) as error:
        console.print(f"{piece.name} is left out: {error}", highlight=False, markup=False)
        return []


def _add(folder: Path, digest: str, songs: Iterable[ScoreSong]) -> None:
    """Note a piece's songs, and then that it is finished."""
    with (folder / SONGS_FILE).open("a", encoding="utf-8") as lines:
        lines.writelines(json.dumps(asdict(song)) + "\n" for song in songs)
    with (folder / DONE_FILE).open("a", encoding="utf-8") as lines:
        lines.write(digest + "\n")


def _finished(folder: Path) -> set[str]:
    """Hashes of the pieces that are noted as finished and whose sounds are all there."""
    record = folder / DONE_FILE
    noted = set(record.read_text(encoding="utf-8").split()) if record.is_file() else set()
    gone = {song.sha256 for song in _noted(folder) if not (folder / song.audio).is_file()}
    return noted - gone


def _rewrite(folder: Path, done: set[str]) -> None:
    """Write both records anew, each in one step."""
    kept = [json.dumps(asdict(song)) + "\n" for song in _noted(folder) if song.sha256 in done]
    hashes = [digest + "\n" for digest in sorted(done)]
    for name, lines in ((SONGS_FILE, kept), (DONE_FILE, hashes)):
        partial = folder / f"{name}.part"
        partial.write_text("".join(lines), encoding="utf-8")
        partial.replace(folder / name)


def _noted(folder: Path) -> Iterator[ScoreSong]:
    """Read the record; a line cut off by an interruption is none."""
    record = folder / SONGS_FILE
    for line in record.read_text(encoding="utf-8").splitlines() if record.is_file() else ():
        try:
            row = json.loads(line)
            yield ScoreSong(**{**row, "levels": tuple(Level(**one) for one in row["levels"])})
        except (ValueError, TypeError, KeyError):
            continue


def main(arguments: Sequence[str] | None = None) -> int:
    """Build the corpus from the command line."""
    parser = argparse.ArgumentParser(description="Render the scores of free games to train on.")
    parser.add_argument("folder", type=named_path, metavar="OUT_DIR", help="where the audio goes")
    parser.add_argument(
        "--debs", type=named_path, metavar="DIR", help="packages that were downloaded before"
    )
    given = parser.parse_args(arguments)
    console = Console(stderr=True)
    missing = set(PACKAGES)

    def make() -> None:
        check_own(given.folder, SONGS_FILE)
        songs = build_corpus(given.folder, debs=given.debs, console=console)
        missing.difference_update(song.package for song in songs)
        console.print(f"{len(songs)} songs.", highlight=False)

    return exit_code(make) or int(bool(missing))


if __name__ == "__main__":
    sys.exit(main())
