"""How songs that were not trained on are judged, source by source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from pacetag.model.evaluation.metrics import CaseScores
from pacetag.model.tempo.calibration import Calibration
from pacetag.model.training.scoring.score import ScoredSong, song_figures
from pacetag.model.training.songs import TrainingSong

HELD_OUT = ("validation", "test")


def sources_of(songs: Sequence[TrainingSong]) -> tuple[str, ...]:
    """The sources that songs come from, in the order in which they first appear."""
    return tuple(dict.fromkeys(song.source for song in songs))


def source_scores(
    heard: Sequence[ScoredSong], calibration: Calibration
) -> dict[str, dict[str, Any]]:
    """Scores by split and source, as in "test grooves"; sides without songs are left out.

    `candidates` are scores over the candidates whose truth is known, one number a
    candidate and song, None unless right and wrong ones are there; `songs` are the figures of
    `song_figures`.
    """
    scores = {}
    for split in HELD_OUT:
        for source in sources_of([one.song for one in heard]):
            group = [one for one in heard if (one.song.split, one.song.source) == (split, source)]
            if group:
                scores[f"{split} {source}"] = {
                    "candidates": _candidates(group, calibration),
                    "songs": song_figures(group, calibration),
                }
    return scores


def _candidates(group: Sequence[ScoredSong], calibration: Calibration) -> dict[str, Any] | None:
    known = [one.labelled(calibration) for one in group]
    logits = np.concatenate([one[0] for one in known])
    labels = np.concatenate([one[1] for one in known])
    if len(np.unique(labels)) < 2:
        return None
    return asdict(CaseScores.of(calibration.probability(logits) - 0.5, labels))
