"""Heard songs made from numbers."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pacetag.model.evaluation.evaluation_set import EvaluationSong
from pacetag.model.evaluation.song_marks import HeardSong
from pacetag.model.evaluation.truths import SongTruth
from pacetag.model.judgement import Analysis, Pace, compatible_paces

MakeHeard = Callable[..., HeardSong]


@pytest.fixture(scope="session")
def heard() -> MakeHeard:
    """A song with its truth and the probability of each judged tempo; .5 and more is claimed."""

    def make(
        truth: SongTruth,
        judged: dict[float, float],
        *,
        file: str = "song",
        style: str = "",
        beats_per_bar: int | None = None,
    ) -> HeardSong:
        tempos = [Pace(bpm=bpm, confidence=p) for bpm, p in judged.items()]
        return HeardSong(
            song=EvaluationSong(
                file=file, path=Path(file), truth=truth, style=style, beats_per_bar=beats_per_bar
            ),
            analysis=Analysis(
                paces=compatible_paces(tempos), duration=60.0, candidates=tuple(tempos)
            ),
        )

    return make
