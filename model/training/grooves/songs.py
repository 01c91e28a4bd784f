"""Rendered songs as songs to learn from."""

from collections.abc import Sequence
from pathlib import Path

from pacetag.model.training.grooves.corpus import load_songs
from pacetag.model.training.grooves.render import GrooveSong
from pacetag.model.training.grooves.truth import Level
from pacetag.model.training.songs import TEMPTING, LabelledTruth, TrainingSong, Window


def groove_truth(levels: Sequence[Level], beat: float) -> LabelledTruth:
    """Exact levels, from the notes that were played; `beat` in bpm.

    Levels that are named though they are wrong tempt as much as the beat's usual mistakes do.
    """
    right = tuple(level.bpm for level in levels if level.verdict == "compatible")
    unclear = tuple(level.bpm for level in levels if level.verdict == "unclear")
    wrong = tuple(level.bpm for level in levels if level.verdict == "wrong")
    return LabelledTruth(
        right=right,
        unclear=unclear,
        family=right + unclear,
        annotated=beat,
        tempting=tuple(beat * ratio for ratio in TEMPTING) + wrong,
    )


def _prefix(song: GrooveSong) -> str:
    """Tell collections apart; the first one's names had no collection in them."""
    return "" if song.collection == "stdlib" else f"{song.collection} "


def groove_songs(folder: Path) -> list[TrainingSong]:
    """The songs of a groove corpus on disk. Raises CorpusError when there is none."""
    return [
        TrainingSong(
            name=f"groove {_prefix(song)}{song.number} {song.style}",
            source="grooves",
            group=song.family,
            split=song.split,
            windows=(Window(path=folder / song.audio, start=0.0, seconds=song.seconds),),
            truth=groove_truth(song.levels, song.tempo),
            corpus=f"grooves-{song.collection}",
        )
        for song in load_songs(folder)
    ]
