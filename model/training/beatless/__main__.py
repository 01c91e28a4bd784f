"""Render music without a beat from the command line."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from pacetag.model.training.beatless.corpus import SONGS, build_beatless
from pacetag.model.training.output_folders import check_own, exit_code, named_path
from pacetag.model.training.rendered import SONGS_FILE


def main(arguments: Sequence[str] | None = None) -> int:
    """Render songs into a folder; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m pacetag.model.training.beatless",
        description="Compose and render music without a beat.",
    )
    parser.add_argument("folder", type=named_path, help="where songs.jsonl and the audio go")
    parser.add_argument("--songs", type=int, default=SONGS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=None, help="songs at once (default: all cores)")
    options = parser.parse_args(arguments)

    def make() -> None:
        check_own(options.folder, SONGS_FILE)
        build_beatless(options.folder, songs=options.songs, seed=options.seed, jobs=options.jobs)

    return exit_code(make)


if __name__ == "__main__":
    sys.exit(main())
