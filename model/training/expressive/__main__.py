"""Render the expressive songs: `python -m pacetag.model.training.expressive FOLDER`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from pacetag.model.training.expressive.corpus import SONGS, build_expressive
from pacetag.model.training.expressive.covers import COVERED
from pacetag.model.training.output_folders import check_own, exit_code, named_path
from pacetag.model.training.rendered import SONGS_FILE


def main(arguments: Sequence[str] | None = None) -> int:
    """Render the corpus from the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m pacetag.model.training.expressive",
        description="Render composed music that is played with expression.",
    )
    parser.add_argument("folder", type=named_path, help=f"where {SONGS_FILE} and the audio go")
    parser.add_argument("--songs", type=int, default=SONGS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=None, help="songs at once (default: all cores)")
    parser.add_argument(
        "--covers", action="store_true", help="play the scores of free games again as well"
    )
    parser.add_argument(
        "--debs", type=named_path, metavar="DIR", help="packages that were downloaded before"
    )
    given = parser.parse_args(arguments)

    def make() -> None:
        check_own(given.folder, SONGS_FILE)
        build_expressive(
            given.folder,
            songs=given.songs,
            seed=given.seed,
            jobs=given.jobs,
            packages=COVERED if given.covers else (),
            debs=given.debs,
        )

    return exit_code(make)


if __name__ == "__main__":
    sys.exit(main())
