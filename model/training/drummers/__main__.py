"""`python -m pacetag.model.training.drummers OUT_DIR GROOVE_MIDI` renders the human drummers."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from rich.console import Console

from pacetag.model.training.drummers.corpus import build_drummers
from pacetag.model.training.output_folders import check_own, exit_code, named_path
from pacetag.model.training.rendered import SONGS_FILE


def main(arguments: Sequence[str] | None = None) -> int:
    """Build the corpus from the command line."""
    parser = argparse.ArgumentParser(description="Render takes of human drummers to train on.")
    parser.add_argument("folder", type=named_path, metavar="OUT_DIR", help="where the audio goes")
    parser.add_argument(
        "source", type=named_path, metavar="GROOVE_MIDI", help="the Groove MIDI Dataset's folder"
    )
    parser.add_argument("--seed", type=int, default=1, help="another one gives other songs")
    parser.add_argument("--jobs", type=int, help="songs rendered at once; all cores by default")
    given = parser.parse_args(arguments)

    def make() -> None:
        console = Console(stderr=True)
        check_own(given.folder, SONGS_FILE)
        songs = build_drummers(
            given.folder, given.source, seed=given.seed, jobs=given.jobs, console=console
        )
        console.print(f"{len(songs)} songs.", highlight=False)

    return exit_code(make)


if __name__ == "__main__":
    sys.exit(main())
