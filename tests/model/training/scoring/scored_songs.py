"""Scored songs whose logits are made by hand."""

import numpy as np

from pacetag.model.judge_settings import JudgeSettings
from pacetag.model.steps import SongLogits
from pacetag.model.training.scoring.score import ScoredSong
from pacetag.model.training.songs import TrainingSong


def scored_song(song: TrainingSong, *rounds: dict[float, float]) -> ScoredSong:
    """A song of one clip, with the logit of each tempo in bpm after each round."""
    return ScoredSong(
        song=song,
        rounds=tuple(
            SongLogits(
                bpms=np.array(list(logits)),
                clips=np.array(list(logits.values()))[:, None],
                metre_log_odds=np.zeros(len(logits)),
            )
            for logits in rounds
        ),
        settings=JudgeSettings(),
    )
