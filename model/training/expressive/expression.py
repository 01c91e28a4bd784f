"""How a piece is played: from nearly strict to free, drawn at random."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

_STRONG = 1 / 3  # share of songs that are played with much expression


@dataclass(frozen=True, kw_only=True)
class Expression:
    """How a piece is played. All zero is a machine."""

    amount: float = 0.0  # 0 is nearly strict, 1 as free as it gets
    arc: float = 0.0  # share of the tempo by which a phrase is faster in the middle
    phrase_bars: int = 4  # bars of an arc
    ritardando: float = 0.0  # share of the tempo lost at the end of a section
    final: float = 0.0  # share of the tempo lost at the end of the piece
    agogic: float = 0.0  # ms by which accented downbeats are longer, at most
    accented: float = 0.0  # share of the downbeats that are
    walk: float = 0.0  # share of the tempo; the farthest that it drifts
    fermatas: float = 0.0  # share of the sections that end with one
    lead: float = 0.0  # ms by which the melody comes before the chords
    rolled: float = 0.0  # share of the chords that are rolled
    spread: float = 0.0  # ms from the first to the last note of a rolled chord, at most
    timing: float = 0.0  # ms; spread of the onsets of the least even player
    lag: float = 0.0  # ms; spread of the constant lags of the players
    dynamics: float = 0.0  # share of the velocity by which a phrase swells
    accent: float = 0.0  # share of the velocity by which the metre is accented
    swell: float = 0.0  # share by which strings, voices and pads begin softer
    pedalled: bool = True


def draw_expression(rng: Random) -> Expression:
    """Draw how a piece is played; a third is played with much expression."""
    strong = rng.random() < _STRONG
    amount = rng.uniform(0.7, 1.0) if strong else rng.uniform(0.03, 0.7)

    def upto(most: float, least: float = 0.0) -> float:
        return round(least + amount * (most - least) * rng.uniform(0.6, 1.0), 5)

    return Expression(
        amount=round(amount, 3),
        arc=upto(0.06),
        phrase_bars=rng.choice((4, 4, 8)),
        ritardando=upto(0.25),
        final=upto(0.40, 0.03),
        agogic=upto(60.0) if amount > 0.15 else 0.0,
        accented=round(rng.uniform(0.15, 0.5), 3),
        walk=upto(0.025),
        fermatas=0.25 if amount > 0.5 and rng.random() < 0.3 else 0.0,
        lead=upto(30.0) if rng.random() < 0.75 else 0.0,
        rolled=round(amount * rng.uniform(0.0, 0.4), 3),
        spread=round(rng.uniform(30.0, 30.0 + 90.0 * amount), 2),
        timing=upto(12.0, 2.0),
        lag=upto(10.0),
        dynamics=round(rng.uniform(0.1, 0.45), 3),
        accent=round(rng.uniform(0.0, 0.2), 3),
        swell=round(rng.uniform(0.0, 0.8), 3),
        pedalled=rng.random() < 0.85,
    )
