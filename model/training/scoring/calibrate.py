"""The calibration that makes a scan's probabilities likeliest on songs that were not trained on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from pacetag.model.steps import SongLogits, whole_levels
from pacetag.model.tempo.calibration import Calibration
from pacetag.model.training.scoring.score import ScoredSong, labelled_levels

MOST_FITS = 10  # of Platt's line; two or three are enough where few songs stop elsewhere
FAMILY_FITS = 2  # of the line by what follows from it; the second changes hardly anything
_STEPS = 80  # tries of a line in each of these
_SURE = 1e-6  # nothing is surer than this


def fit_calibration(scored: Sequence[ScoredSong]) -> Calibration:
    """The line through the logits by which the levels that a scan finds are likeliest.

    Platt's line comes first. It takes each tempo by itself, and so too modestly: a tempo that is
    one family with others is surer than it is alone, and the metre has its say as well. So the line
    is fitted again to the probabilities at the end of all that. Each calibration decides after
    which round a scan stops, and so to which logits it is fitted. Without right and wrong tempos
    the logits are taken as they are.
    """
    calibration = Calibration()
    for _ in range(MOST_FITS):
        fitted = platt_line(*_labelled(scored, calibration))
        if fitted == calibration:
            break
        calibration = fitted
    if calibration == Calibration():
        return calibration
    for _ in range(FAMILY_FITS):
        calibration = _likeliest(scored, calibration)
    return calibration


def platt_line(logits: NDArray[np.float64], labels: NDArray[np.uint8]) -> Calibration:
    """The straight line through logits [n] that fits the labels [n] best (Platt, 1999)."""
    if len(np.unique(labels)) < 2:
        return Calibration()
    targets = _targets(labels)

    def loss(line: NDArray[np.float64]) -> float:
        z = line[0] * logits + line[1]
        return float(np.mean(np.logaddexp(0, z) - targets * z))

    slope, offset = minimize(loss, np.array([1.0, 0.0])).x
    return Calibration(slope=float(slope), offset=float(offset))


def level_loss(scored: Sequence[ScoredSong], calibration: Calibration) -> float:
    """Mean negative log-likelihood of the levels that a scan with that calibration finds."""
    return _loss(_known(scored, calibration), calibration)


@dataclass(frozen=True, kw_only=True)
class _Known:
    """The logits of the round after which a song was settled, and what is known of its tempos."""

    song: ScoredSong
    logits: SongLogits
    labels: dict[float, bool]


def _known(scored: Sequence[ScoredSong], calibration: Calibration) -> list[_Known]:
    found = []
    for song in scored:
        logits, _ = song.heard(calibration)
        found.append(_Known(song=song, logits=logits, labels=song.known(logits.bpms)))
    return found


def _likeliest(scored: Sequence[ScoredSong], start: Calibration) -> Calibration:
    known = _known(scored, start)

    def loss(line: NDArray[np.float64]) -> float:
        return _loss(known, Calibration(slope=float(line[0]), offset=float(line[1])))

    found = minimize(
        loss,
        np.array([start.slope, start.offset]),
        method="Nelder-Mead",
        options={"xatol": 0.005, "fatol": 1e-7, "maxfev": _STEPS},
    ).x
    return Calibration(slope=float(found[0]), offset=float(found[1]))


def _loss(known: Sequence[_Known], calibration: Calibration) -> float:
    parts = [
        labelled_levels(whole_levels(one.logits, calibration, one.song.settings), one.labels)
        for one in known
    ]
    present = np.concatenate([part[0] for part in parts])
    labels = np.concatenate([part[1] for part in parts])
    sure = np.clip(present, _SURE, 1 - _SURE)
    targets = _targets(labels)
    return float(-np.mean(targets * np.log(sure) + (1 - targets) * np.log(1 - sure)))


def _labelled(
    scored: Sequence[ScoredSong], calibration: Calibration
) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
    """Logits [n] and labels [n] of all songs."""
    parts = [song.labelled(calibration) for song in scored]
    logits = np.concatenate([np.empty(0), *(part[0] for part in parts)])
    labels = np.concatenate([np.empty(0, np.uint8), *(part[1] for part in parts)])
    return logits, labels


def _targets(labels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Platt's targets [n]: no certainty beyond what so many examples can give."""
    right, wrong = float(labels.sum()), float((1 - labels).sum())
    return np.where(labels == 1, (right + 1) / (right + 2), 1 / (wrong + 2))
