"""Whether a network that was trained is better than the shipped one, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pacetag.model.bundle import Bundle
from pacetag.model.evaluation.bootstrap import LEVEL, resampled
from pacetag.model.evaluation.metrics import JudgedSong, song_scores
from pacetag.model.tempo.calibration import Calibration
from pacetag.model.training.labels.own_songs import SOURCE
from pacetag.model.training.scoring.score import ScoredSong, score_songs
from pacetag.model.training.songs import TrainingSong

CONFIDENCE = 0.5  # from which a tempo counts as claimed
TELLING = 6  # songs from which they can all be better, or worse, by more than chance


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Two networks on the same songs; the new one was trained on none of them."""

    before: str  # names of the bundles
    new: str
    what: str  # were compared on, as in "own songs"
    old_f1: NDArray[np.float64]  # of each song's paces [songs]
    new_f1: NDArray[np.float64]

    @property
    def gain(self) -> float:
        """By how much the new network's mean F1 is higher."""
        return float(np.mean(self.new_f1 - self.old_f1)) if len(self.new_f1) else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Where the gain would lie on other songs of this kind, 95 times in 100."""
        songs = len(self.new_f1)
        drawn = resampled(songs) @ (self.new_f1 - self.old_f1) / max(songs, 1)
        low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
        return float(low), float(high)

    @property
    def recommended(self) -> bool:
        """Whether the new network is no worse, as far as that was tested."""
        return len(self.new_f1) > 0 and self.gain >= 0

    def sentences(self) -> list[str]:
        """What was found, and what it is worth."""
        songs = len(self.new_f1)
        if not songs:
            return [
                f"No songs were held out to test on, so that nothing tells whether {self.new} is "
                f"better or worse than {self.before}."
            ]
        better, worse = ((sign * (self.new_f1 - self.old_f1) > 0).sum() for sign in (1, -1))
        return [
            f"{self.new} is {self._word()} than {self.before} on the {songs} {self.what} that were "
            f"held out to test on: F1 {self.new_f1.mean():.3f} instead of {self.old_f1.mean():.3f} "
            f"({better} better, {worse} worse, {songs - better - worse} alike).",
            self._worth(),
        ]

    def _word(self) -> str:
        if self.gain == 0:
            return "neither better nor worse"
        return "better" if self.gain > 0 else "worse"

    def _worth(self) -> str:
        songs = len(self.new_f1)
        if songs < TELLING:
            counted = "one song" if songs == 1 else f"{songs} songs"
            return f"This may be chance: {counted} can tell nothing of others."
        low, high = self.interval
        chance = "This is more than chance" if low > 0 or high < 0 else "This may be chance"
        return (
            f"{chance}: on other songs of this kind the difference would lie from {low:+.3f} to "
            f"{high:+.3f}, 95 times in 100."
        )


def verdict_on(
    new: Bundle, before: Bundle, songs: Sequence[TrainingSong], *, jobs: int = 1
) -> Verdict:
    """Score both networks on the songs held out to test on: a user's own ones, if there are."""
    tested = [song for song in songs if song.split == "test"]
    own = [song for song in tested if song.source == SOURCE]
    found = [_f1(bundle, own or tested, jobs) for bundle in (before, new)]
    both = [name for name in found[0] if name in found[1]]
    old_f1, new_f1 = (np.array([scores[name] for name in both]) for scores in found)
    return Verdict(
        before=before.name,
        new=new.name,
        what="own songs" if own else "songs of free music",
        old_f1=old_f1,
        new_f1=new_f1,
    )


def _f1(bundle: Bundle, songs: Sequence[TrainingSong], jobs: int) -> dict[str, float]:
    """F1 of each song's paces by its name, without the songs that cannot be read."""
    calibration = Calibration(**bundle.calibration)
    heard = score_songs(songs, bundle.folder, jobs=jobs) if songs else []
    return {one.song.name: _song_f1(one, calibration) for one in heard}


def _song_f1(one: ScoredSong, calibration: Calibration) -> float:
    claimed = tuple(t.bpm for t in one.judged(calibration) if t.confidence >= CONFIDENCE)
    truth = one.song.truth
    return song_scores(JudgedSong(claimed=claimed, right=truth.right, unclear=truth.unclear)).f1
