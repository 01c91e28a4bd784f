"""Cases by corpus: what has not changed since an earlier run is not cut again."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pacetag.model.spec import FeatureSpec
from pacetag.model.training.cases.build import (
    MADE_WITH,
    CaseSettings,
    Megabatch,
    build_megabatch,
    is_current,
    load_megabatch,
)
from pacetag.model.training.cases.stacked import StackedCases
from pacetag.model.training.songs import TrainingSong

COLUMNS = ("labels", "bpm", "song", "source", "group", "split")


def stored_cases(
    songs: Sequence[TrainingSong],
    folder: Path,
    spec: FeatureSpec,
    settings: CaseSettings,
    *,
    jobs: int = 1,
    say: Callable[[str], None],
) -> Megabatch:
    """The cases of all songs, each corpus in a folder of its own below `folder`.

    A corpus is cut anew when its songs, their labels, the spec or the settings have changed. What
    could not be read is said, a line each.
    """
    parts = []
    for corpus, members in by_corpus(songs).items():
        place = folder / corpus
        if not is_current(place, members, spec, settings):
            for failure in build_megabatch(members, place, spec, settings, jobs=jobs):
                say(f"left out: {failure}")
        parts.append(load_megabatch(place))
    return joined(parts)


def by_corpus(songs: Sequence[TrainingSong]) -> dict[str, list[TrainingSong]]:
    """Songs by the corpus they belong to, in the order in which these first come."""
    found = defaultdict(list)
    for song in songs:
        found[song.corpus or song.source].append(song)
    return dict(found)


def joined(parts: Sequence[Megabatch]) -> Megabatch:
    """Several megabatches as one; their cases stay where they are."""
    columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in COLUMNS}
    return Megabatch(cases=StackedCases([part.cases for part in parts]), **columns)


def made_with(songs: Sequence[TrainingSong], folder: Path) -> dict[str, Any]:
    """What the cases of these songs were made with, by corpus, for a network's own note."""
    return {
        corpus: json.loads((folder / corpus / MADE_WITH).read_text()) for corpus in by_corpus(songs)
    }


def load_stored(folder: Path) -> Megabatch:
    """All cases that `stored_cases` left below a folder, or `build_megabatch` in it."""
    if (folder / MADE_WITH).is_file():
        return load_megabatch(folder)
    return joined([load_megabatch(note.parent) for note in sorted(folder.glob(f"*/{MADE_WITH}"))])
