"""Songs as they were heard, made from numbers."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pacetag.model.evaluation.evaluation_set import EvaluationSong
from pacetag.model.evaluation.song_marks import HeardSong, HeardTempo
from pacetag.model.evaluation.truths import SongTruth

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
        tempos = [HeardTempo(bpm=bpm, probability=p) for bpm, p in judged.items()]
        claimed = [tempo for tempo in tempos if tempo.probability >= 0.5]
        return HeardSong(
            song=EvaluationSong(
                file=file, path=Path(file), truth=truth, style=style, beats_per_bar=beats_per_bar
            ),
            judged=tuple(tempos),
            claimed=tuple(sorted(claimed, key=lambda tempo: -tempo.probability)),
            duration=60.0,
        )

    return make
