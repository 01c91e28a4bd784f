"""Scores of free games as songs to learn from."""

from pathlib import Path

from pacetag.model.training.grooves.songs import groove_truth
from pacetag.model.training.scores.corpus import load_songs
from pacetag.model.training.songs import TrainingSong, Window

# The recordings of the last one are on this side among the free recordings too.
SPLIT = {
    "freedoom": "train",
    "openttd-openmsx": "validation",
    "planetblupi-music-ogg": "train",
    "simutrans-data": "train",
    "pianobooster": "train",
    "freedink-data": "train",
}


def notated_songs(folder: Path) -> list[TrainingSong]:
    """The songs of a score corpus on disk with a known pace.

    Raises ScoreCorpusError when there is none.
    """
    found = []
    for song in load_songs(folder):
        truth = groove_truth(song.levels, song.tempo)
        if truth.right:
            found.append(
                TrainingSong(
                    name=f"score {song.name}",
                    source="scores",
                    group=song.group,
                    split=SPLIT[song.group],
                    windows=(Window(path=folder / song.audio, start=0.0, seconds=song.seconds),),
                    truth=truth,
                )
            )
    return found
