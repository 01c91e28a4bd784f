"""Rendered songs as songs to learn from."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pacetag.model.training.grooves.corpus import load_songs
from pacetag.model.training.grooves.render import GrooveSong
from pacetag.model.training.grooves.truth import Level, verdict
from pacetag.model.training.songs import LabelledTempo, TrainingSong, Window

# What a beat is most easily taken for: wrong unless the arrangement makes it sound.
TEMPTING = (3 / 2, 2 / 3, 4 / 3, 3 / 4)


@dataclass(frozen=True, kw_only=True)
class GrooveTruth:
    """Exact levels, from the notes that were played."""

    levels: tuple[Level, ...]
    beat: float  # bpm
    low: float = 40.0  # bpm; the range of candidates
    high: float = 320.0

    @property
    def right(self) -> tuple[float, ...]:
        """Tempos of the compatible levels, in bpm."""
        return tuple(level.bpm for level in self.levels if level.verdict == "compatible")

    @property
    def unclear(self) -> tuple[float, ...]:
        """Tempos of the unclear levels, in bpm."""
        return tuple(level.bpm for level in self.levels if level.verdict == "unclear")

    @property
    def family(self) -> tuple[float, ...]:
        """Tempos of all levels that are not wrong, in bpm."""
        return self.right + self.unclear

    def label(self, window: int, bpms: Sequence[float]) -> list[LabelledTempo]:
        """All candidates but the unclear, and the tempting mistakes; the same in any window."""
        tempting = [self.beat * ratio for ratio in TEMPTING]
        offered = [*bpms, *(bpm for bpm in tempting if self.low <= bpm <= self.high)]
        said = [(bpm, verdict(self.levels, bpm)) for bpm in offered]
        return [
            LabelledTempo(bpm=bpm, compatible=word == "compatible")
            for bpm, word in said
            if word != "unclear"
        ]


def _prefix(song: GrooveSong) -> str:
    """Tell collections apart; the first one's names had no collection in them."""
    return "" if song.collection == "stdlib" else f"{song.collection} "


def groove_lessons(folder: Path) -> list[TrainingSong]:
    """The songs of a groove corpus on disk. Raises CorpusError when there is none."""
    return [
        TrainingSong(
            name=f"groove {_prefix(song)}{song.number} {song.style}",
            source="grooves",
            group=song.family,
            split=song.split,
            windows=(Window(path=folder / song.audio, start=0.0, seconds=song.seconds),),
            truth=GrooveTruth(levels=song.levels, beat=song.tempo),
            corpus=f"grooves-{song.collection}",
        )
        for song in load_songs(folder)
    ]
