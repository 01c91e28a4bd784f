"""What training needs to know of a song, wherever it comes from."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class LabelledTempo:
    """A tempo of which it is known whether a runner can step to it."""

    bpm: float
    compatible: bool


@dataclass(frozen=True, kw_only=True)
class Window:
    """A stretch of a sound file."""

    path: Path
    start: float  # seconds
    seconds: float


class Truth(Protocol):
    """What is known of a song's paces."""

    @property
    def right(self) -> tuple[float, ...]:
        """Tempos known to be compatible, in bpm."""

    @property
    def unclear(self) -> tuple[float, ...]:
        """Tempos that count neither way, in bpm."""

    @property
    def family(self) -> tuple[float, ...]:
        """Every tempo related to the beat, compatible or not; empty for music without one."""

    def label(self, window: int, bpms: Sequence[float]) -> list[LabelledTempo]:
        """Those of the tempos `bpms` that are known to be right or wrong in a window, and others
        that are worth learning from."""


@dataclass(frozen=True, kw_only=True)
class TrainingSong:
    """A song to learn from or to be examined on."""

    name: str  # unique within the corpus
    source: str  # "grooves" or "recordings"
    group: str  # style family or package: never on both sides of a split
    split: str  # "train", "validation" or "test"
    windows: tuple[Window, ...]
    truth: Truth
    corpus: str = ""  # whose cases are cut together; if empty, the source


@dataclass(frozen=True, kw_only=True)
class FreeMusic:
    """Which free music is learnt from."""

    songs: int = 800  # grooves of the standard library to render; others in proportion
    fetched: bool = True  # recordings and scores in Debian packages, several gigabytes
    heard: bool = True  # recordings too that an earlier network labelled, to train on
    debs: Path | None = None  # folder with packages that were downloaded before
