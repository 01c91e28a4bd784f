"""What training needs to know of a song, wherever it comes from."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pacetag.model.evaluation.truths import SongTruth, Verdict
from pacetag.model.spec import FeatureSpec

# What a beat is most easily taken for: wrong, unless it is known to be right.
TEMPTING = (3 / 2, 2 / 3, 4 / 3, 3 / 4)


@dataclass(frozen=True, kw_only=True)
class LabelledTempo:
    """A tempo that is known to be right or wrong for a runner."""

    bpm: float
    compatible: bool


@dataclass(frozen=True, kw_only=True)
class Window:
    """A stretch of a sound file."""

    path: Path
    start: float  # seconds
    seconds: float


@dataclass(frozen=True, kw_only=True)
class LabelledTruth(SongTruth):
    """What is known of a song's paces, and which tempos are worth learning from."""

    tempting: tuple[float, ...] = ()  # bpm that a beat is easily taken for

    def label(self, window: int, bpms: Sequence[float]) -> list[LabelledTempo]:
        """Label those of the candidates `bpms`, and of the tempting tempos, that are known.

        The same in every window, where labels are of whole songs.
        """
        offered = dict.fromkeys((*bpms, *filter(is_candidate, self.tempting)))
        said = [(bpm, self.case(bpm)) for bpm in offered]
        return [
            LabelledTempo(bpm=bpm, compatible=verdict is Verdict.RIGHT)
            for bpm, verdict in said
            if verdict is not Verdict.UNCLEAR
        ]


def is_candidate(bpm: float) -> bool:
    """Whether a tempo lies in the range of candidates."""
    return FeatureSpec.min_bpm <= bpm <= FeatureSpec.max_bpm


@dataclass(frozen=True, kw_only=True)
class TrainingSong:
    """A song to learn from or to be scored on."""

    name: str  # unique within the corpus
    source: str  # of music: "grooves", "recordings" and so on
    group: str  # style family or package: never on both sides of a split
    split: str  # "train", "validation" or "test"
    windows: tuple[Window, ...]
    truth: LabelledTruth
    corpus: str = ""  # whose cases are cut together; if empty, the source


@dataclass(frozen=True, kw_only=True)
class FreeMusic:
    """Which free music is learnt from."""

    songs: int = 800  # grooves of the standard library to render; others in proportion
    fetched: bool = True  # recordings and scores in Debian packages, several gigabytes
    pseudo_labels: bool = True  # recordings too that an earlier network labelled, to train on
    debs: Path | None = None  # folder with packages that were downloaded before
    drummers: Path | None = None  # folder of the Groove MIDI Dataset; human drummers, if given
