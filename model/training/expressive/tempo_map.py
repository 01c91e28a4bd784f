"""When each beat of a piece is played: phrases that press on and relax, and endings that slow."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

import numpy as np
from numpy.typing import NDArray

from pacetag.model.training.expressive.expression import Expression
from pacetag.model.training.expressive.piece import Piece

STEPS = 24  # of a beat: the tempo is even within one
LEAD_IN = 0.4  # seconds of silence before the first beat

_AGOGIC_STEPS = STEPS // 2  # what is lengthened: the first half of a beat
_SMOOTH = 8  # beats over which a drift is even
_FERMATA = (0.4, 1.1)  # seconds


@dataclass(frozen=True, kw_only=True)
class TempoMap:
    """The seconds at which the steps of a piece begin."""

    seconds: NDArray[np.float64]  # [beats * STEPS + 1]
    even: NDArray[np.bool_]  # [beats] outside ritardandi: over them the mean tempo is exact

    def at(self, beats: NDArray[np.float64]) -> NDArray[np.float64]:
        """Seconds of places in beats [n]; also a little before the first and after the last."""
        steps = np.asarray(beats, float) * STEPS
        inside = np.interp(steps, np.arange(len(self.seconds)), self.seconds)
        beyond = np.maximum(0.0, steps - (len(self.seconds) - 1))
        found: NDArray[np.float64] = inside + beyond * (self.seconds[-1] - self.seconds[-2])
        return found

    @property
    def mean(self) -> float:
        """Mean tempo outside ritardandi in felt beats per minute."""
        lengths = np.diff(self.seconds[::STEPS])
        return 60 / float(lengths[self.even].mean())

    @property
    def beats(self) -> NDArray[np.float64]:
        """Seconds of every felt beat [beats]."""
        return self.seconds[:-1:STEPS]


def draw_tempo_map(piece: Piece, expression: Expression, rng: Random) -> TempoMap:
    """Draw the tempo of every moment; outside ritardandi its mean is the piece's."""
    even = _even(piece)
    counted = np.repeat(even, STEPS)
    lengths = 1 / _speed(piece, expression, rng)
    added = _agogics(piece, expression, rng)
    wanted = even.sum() * 60 / piece.bpm - added[counted].sum()
    lengths *= wanted / lengths[counted].sum()
    lengths += added + _fermatas(piece, expression, rng)
    return TempoMap(seconds=LEAD_IN + np.concatenate([[0.0], np.cumsum(lengths)]), even=even)


def _even(piece: Piece) -> NDArray[np.bool_]:
    """Beats outside the bars that may slow, where a fermata may lie as well [beats]."""
    even, bar = np.ones(piece.beats, bool), piece.metre.beats
    for start in piece.sections[1:]:
        even[(start - 1) * bar : start * bar] = False
    even[piece.beats - _final_beats(piece) :] = False
    return even


def _speed(piece: Piece, expression: Expression, rng: Random) -> NDArray[np.float64]:
    """Speed of each step about one, before the mean is set."""
    place = np.arange(piece.beats * STEPS) / STEPS
    speed = 1 + _arcs(piece, expression, place) + _walk(piece, expression, rng, place)
    bar = piece.metre.beats
    for start in piece.sections[1:]:
        speed *= _slowing(place, start * bar, bar, expression.ritardando)
    final = _slowing(place, piece.beats, float(_final_beats(piece)), expression.final)
    return np.asarray(speed * final, np.float64)


def _arcs(piece: Piece, expression: Expression, place: NDArray[np.float64]) -> NDArray[np.float64]:
    """Faster in the middle of a phrase than at its ends, by a parabola (Todd 1985)."""
    starts = [bar * piece.metre.beats for bar in piece.phrases]
    if expression.phrase_bars > 4:
        starts = [bar * piece.metre.beats for bar in piece.sections]
    edges = np.array([*starts, piece.beats], float)
    index = np.searchsorted(edges, place, side="right") - 1
    within = (place - edges[index]) / (edges[index + 1] - edges[index])
    return np.asarray(expression.arc * (1 - 2 * (2 * within - 1) ** 2), np.float64)


def _walk(
    piece: Piece, expression: Expression, rng: Random, place: NDArray[np.float64]
) -> NDArray[np.float64]:
    """A slow random walk about zero."""
    steps = [rng.gauss(0, 1) for _ in range(piece.beats + _SMOOTH)]
    walk = np.convolve(np.cumsum(steps), np.full(_SMOOTH, 1 / _SMOOTH), mode="valid")
    walk -= walk.mean()
    walk *= expression.walk / max(float(np.abs(walk).max()), 1e-9)
    return np.asarray(np.interp(place, np.arange(len(walk)), walk), np.float64)


def _slowing(
    place: NDArray[np.float64], end: float, length: float, depth: float
) -> NDArray[np.float64]:
    """Speed that falls by `depth` over the `length` beats before `end`, late more than early."""
    within = (place - (end - length)) / length
    return np.where((within >= 0) & (within < 1), 1 - depth * np.clip(within, 0, 1) ** 1.5, 1.0)


def _agogics(piece: Piece, expression: Expression, rng: Random) -> NDArray[np.float64]:
    """Seconds by which accented downbeats are longer, spread over half a beat."""
    added = np.zeros(piece.beats * STEPS)
    for beat in range(0, piece.beats, piece.metre.beats):
        if rng.random() < expression.accented and expression.agogic:
            longer = rng.uniform(min(10.0, expression.agogic), expression.agogic) / 1000
            first = beat * STEPS
            added[first : first + _AGOGIC_STEPS] += longer / _AGOGIC_STEPS
    return added


def _fermatas(piece: Piece, expression: Expression, rng: Random) -> NDArray[np.float64]:
    """Seconds for which the last beat of a section is held."""
    added = np.zeros(piece.beats * STEPS)
    for start in piece.sections[1:]:
        if rng.random() < expression.fermatas:
            added[start * piece.metre.beats * STEPS - 1] += rng.uniform(*_FERMATA)
    return added


def _final_beats(piece: Piece) -> int:
    """Beats of the final ritardando: the last bar, or two short ones."""
    return piece.metre.beats * (2 if piece.metre.beats < 4 else 1)
