"""Render the corpus of metres from the command line."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from pacetag.model.training.metres.corpus import SONGS, build_metres
from pacetag.model.training.output_folders import render_corpus
from pacetag.model.training.rendered import SONGS_FILE


def main(arguments: Sequence[str] | None = None) -> int:
    """Render songs into a folder; return the exit code."""
    return render_corpus(
        "pacetag.model.training.metres",
        "Compose and render songs in compound, triple and odd metre.",
        build_metres,
        songs=SONGS,
        marker=SONGS_FILE,
        arguments=arguments,
    )


if __name__ == "__main__":
    sys.exit(main())
