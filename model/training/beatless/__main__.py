"""Render music without a beat from the command line."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from pacetag.model.training.beatless.corpus import SONGS, build_beatless
from pacetag.model.training.output_folders import render_corpus
from pacetag.model.training.rendered import SONGS_FILE


def main(arguments: Sequence[str] | None = None) -> int:
    """Render songs into a folder; return the exit code."""
    return render_corpus(
        "pacetag.model.training.beatless",
        "Compose and render music without a beat.",
        build_beatless,
        songs=SONGS,
        marker=SONGS_FILE,
        arguments=arguments,
    )


if __name__ == "__main__":
    sys.exit(main())
