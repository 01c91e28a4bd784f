"""Songs judged as a user would have them judged, beside what is known of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from pacetag.model.audio.excerpts import read_window
from pacetag.model.errors import ModelError
from pacetag.model.evaluation.metrics import (
    JudgedSong,
    expected_calibration_error,
    near,
    set_scores,
)
from pacetag.model.features.features import extract_features
from pacetag.model.judge import Judge
from pacetag.model.judgement import Pace
from pacetag.model.tempo.calibration import Calibration
from pacetag.model.tempo.candidates import song_candidates
from pacetag.model.tempo.levels import judged_tempos
from pacetag.model.tempo.metre import grouping
from pacetag.model.training.parallel import tracked
from pacetag.model.training.songs import TrainingSong


@dataclass(frozen=True, kw_only=True)
class ExaminedSong:
    """The logits of a song's candidates, from which probabilities follow once calibrated."""

    song: TrainingSong
    bpms: NDArray[np.float64]  # [k]
    logits: NDArray[np.float64]  # [k], before calibration
    threes: NDArray[np.float64]  # [k], nepers of odds that its pulses go by three, not by two

    def judged(self, calibration: Calibration) -> tuple[Pace, ...]:
        """What the judge would say."""
        return judged_tempos(self.bpms, self.logits, self.threes, calibration)

    def labelled(self) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
        """Logits [n] and labels [n] of those candidates of which the truth is known."""
        known: dict[float, bool] = {}
        for window in range(len(self.song.windows)):
            for tempo in self.song.truth.label(window, list(self.bpms)):
                known[tempo.bpm] = tempo.compatible
        rows = [i for i, bpm in enumerate(self.bpms) if bpm in known]
        labels = np.array([known[self.bpms[i]] for i in rows], np.uint8)
        return self.logits[rows], labels


def examine(songs: Sequence[TrainingSong], bundle: Path, *, jobs: int = 1) -> list[ExaminedSong]:
    """Let the bundle's judge hear the songs; those that cannot be read are left out."""
    work = [(song, bundle) for song in songs]
    return [one for one in tracked(_one, work, "examined", jobs=jobs) if one]


def fit_calibration(examined: Iterable[ExaminedSong]) -> Calibration:
    """Platt's straight line through the logits of songs that were not trained on."""
    parts = [song.labelled() for song in examined]
    logits = np.concatenate([np.empty(0), *(p[0] for p in parts)])
    labels = np.concatenate([np.empty(0), *(p[1] for p in parts)])
    if len(np.unique(labels)) < 2:
        return Calibration()
    # Platt's targets: no certainty beyond what so many examples can give.
    right, wrong = float(labels.sum()), float((1 - labels).sum())
    targets = np.where(labels == 1, (right + 1) / (right + 2), 1 / (wrong + 2))

    def loss(line: NDArray[np.float64]) -> float:
        z = line[0] * logits + line[1]
        return float(np.mean(np.logaddexp(0, z) - targets * z))

    slope, offset = minimize(loss, np.array([1.0, 0.0])).x
    return Calibration(slope=float(slope), offset=float(offset))


def song_figures(
    examined: Sequence[ExaminedSong], calibration: Calibration, *, min_confidence: float = 0.5
) -> dict[str, float]:
    """Figures per song: sets over 80 to 210 bpm, the surest pace, calibration, silence."""
    judged = []
    tops: list[bool] = []
    false_alarms: list[bool] = []
    for one in examined:
        tempos = one.judged(calibration)
        claimed = tuple(t.bpm for t in tempos if t.confidence >= min_confidence)
        truth = one.song.truth
        judged.append(JudgedSong(claimed=claimed, right=truth.right, unclear=truth.unclear))
        if truth.family:
            tops.append(bool(tempos) and near(tempos[0].bpm, truth.family, 0.04))
        else:
            false_alarms.append(bool(claimed))
    sets = set_scores(judged)
    known = [one.labelled() for one in examined]
    logits = np.concatenate([np.empty(0), *(k[0] for k in known)])
    labels = np.concatenate([np.empty(0, np.uint8), *(k[1] for k in known)])
    return {
        "songs": float(sets.songs),
        "set_precision": sets.precision,
        "set_recall": sets.recall,
        "set_f1": sets.f1,
        "top_in_family": float(np.mean(tops)) if tops else float("nan"),
        "songs_with_family": float(len(tops)),
        "beatless_songs": float(len(false_alarms)),
        "beatless_with_a_pace": float(sum(false_alarms)),
        "calibration_error": expected_calibration_error(calibration.probability(logits), labels),
    }


_JUDGES: dict[Path, Judge] = {}  # one a process: loading takes longer than judging a song


def _one(work: tuple[TrainingSong, Path]) -> ExaminedSong | None:
    song, folder = work
    if folder not in _JUDGES:
        _JUDGES[folder] = Judge.load(folder)
    judge = _JUDGES[folder]
    try:
        heard = [
            extract_features(read_window(w.path, w.start, w.seconds, judge.spec), judge.spec)
            for w in song.windows
        ]
    except ModelError:
        return None
    bpms = np.array([c.bpm for c in song_candidates([f.tempogram for f in heard], judge.spec)])
    return ExaminedSong(
        song=song,
        bpms=bpms,
        logits=judge.tempo_logits(heard, bpms),
        threes=grouping(heard, bpms, judge.spec),
    )
