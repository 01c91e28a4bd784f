"""Songs judged as a scan judges them, beside what is known of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pacetag.model.errors import ModelError
from pacetag.model.evaluation.metrics import (
    JudgedSong,
    expected_calibration_error,
    near,
    set_scores,
)
from pacetag.model.judge import Judge
from pacetag.model.judge_settings import JudgeSettings
from pacetag.model.judgement import Pace
from pacetag.model.steps import SongLevels, SongLogits, heard_rounds, song_levels, song_logits
from pacetag.model.tempo.calibration import Calibration
from pacetag.model.tempo.clips import weighted_logits
from pacetag.model.tempo.levels import TempoLevels
from pacetag.model.training.parallel import tracked
from pacetag.model.training.songs import TrainingSong


@dataclass(frozen=True, kw_only=True)
class ScoredSong:
    """A song's logits after each round of excerpts: which round decides follows once calibrated."""

    song: TrainingSong
    rounds: tuple[SongLogits, ...]  # of all that was heard up to each round; at least one
    settings: JudgeSettings

    def heard(self, calibration: Calibration) -> tuple[SongLogits, SongLevels]:
        """The round after which a scan stops, and the levels that follow from it."""
        for logits in self.rounds:
            levels = song_levels(logits, calibration, self.settings)
            if levels.expected_errors <= self.settings.schedule.expected_errors:
                break
        return logits, levels

    def judged(self, calibration: Calibration) -> tuple[Pace, ...]:
        """The tempos that the judge gives, before they are measured to the hundredth."""
        return self.heard(calibration)[1].levels.tempos

    def labelled(self, calibration: Calibration) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
        """The song's logits [n], before calibration, and labels [n] of tempos with a known truth.

        Of the round after which a scan with that calibration stops.
        """
        logits, _ = self.heard(calibration)
        known = self.known(logits.bpms)
        rows = [i for i, bpm in enumerate(logits.bpms) if bpm in known]
        labels = np.array([known[logits.bpms[i]] for i in rows], np.uint8)
        return weighted_logits(logits.clips, self.settings.clips)[rows], labels

    def known(self, bpms: NDArray[np.float64]) -> dict[float, bool]:
        """Of which of the tempos [k] it is known whether they are right."""
        known: dict[float, bool] = {}
        for window in range(len(self.song.windows)):
            for tempo in self.song.truth.label(window, list(bpms)):
                known[tempo.bpm] = tempo.compatible
        return known


def labelled_levels(
    levels: TempoLevels, known: dict[float, bool]
) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
    """Probabilities [n] that tempos are levels of a song, and labels [n], where these are known."""
    rows = [i for i, bpm in enumerate(levels.bpms) if bpm in known]
    labels = np.array([known[levels.bpms[i]] for i in rows], np.uint8)
    return levels.present[rows], labels


def score_songs(songs: Sequence[TrainingSong], bundle: Path, *, jobs: int = 1) -> list[ScoredSong]:
    """Score songs with the bundle's judge; those that cannot be read are left out."""
    work = [(song, bundle) for song in songs]
    return [one for one in tracked(_one, work, "scored", jobs=jobs) if one]


def song_figures(
    scored: Sequence[ScoredSong], calibration: Calibration, *, min_confidence: float = 0.5
) -> dict[str, float | None]:
    """Figures per song: sets over 80 to 210 bpm, the top pace, calibration, beatless songs.

    `top_in_family` is None where no song has a beat.
    """
    judged = []
    tops: list[bool] = []
    false_alarms: list[bool] = []
    for one in scored:
        tempos = one.judged(calibration)
        claimed = tuple(t.bpm for t in tempos if t.confidence >= min_confidence)
        truth = one.song.truth
        judged.append(JudgedSong(claimed=claimed, right=truth.right, unclear=truth.unclear))
        if truth.family:
            tops.append(bool(tempos) and near(tempos[0].bpm, truth.family, 0.04))
        else:
            false_alarms.append(bool(claimed))
    sets = set_scores(judged)
    present, labels = _all_levelled(scored, calibration)
    return {
        "songs": float(sets.songs),
        "set_precision": sets.precision,
        "set_recall": sets.recall,
        "set_f1": sets.f1,
        "top_in_family": float(np.mean(tops)) if tops else None,
        "songs_with_family": float(len(tops)),
        "beatless_songs": float(len(false_alarms)),
        "beatless_with_a_pace": float(sum(false_alarms)),
        "calibration_error": expected_calibration_error(present, labels),
    }


def _all_levelled(
    scored: Sequence[ScoredSong], calibration: Calibration
) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
    """Probabilities [n] of levels as a scan gives them, and labels [n], of all songs."""
    parts = [(np.empty(0), np.empty(0, np.uint8))]
    for song in scored:
        logits, found = song.heard(calibration)
        parts.append(labelled_levels(found.levels, song.known(logits.bpms)))
    present, labels = zip(*parts, strict=True)
    return np.concatenate(present), np.concatenate(labels)


_JUDGES: dict[Path, Judge] = {}  # one a process: loading takes longer than judging a song


def _one(work: tuple[TrainingSong, Path]) -> ScoredSong | None:
    song, folder = work
    if folder not in _JUDGES:
        _JUDGES[folder] = Judge(folder)
    judge = _JUDGES[folder]
    try:
        rounds = tuple(
            song_logits(heard.features, judge.clips, judge.spec, judge.settings)
            for heard in heard_rounds(song.windows[0].path, judge.spec, judge.settings.schedule)
        )
    except ModelError:
        return None
    return ScoredSong(song=song, rounds=rounds, settings=judge.settings)
