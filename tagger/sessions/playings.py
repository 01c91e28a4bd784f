"""How each song would be played after each partial run: `Stretch.played` for whole arrays."""

from dataclasses import dataclass

import numpy as np

from pacetag.tagger.sessions.partial_runs import Flags, Numbers
from pacetag.tagger.sessions.stretches import ROUNDS, Kind, Stretch
from pacetag.tagger.stretching.factor import DECIMALS, EXACT


@dataclass(frozen=True, kw_only=True)
class Playings:
    """Ways to play songs [runs, offers]."""

    seconds: Numbers
    cadence: Numbers  # in the middle of the song, steps a minute
    factor: Numbers  # its length as a share of the song's


def playings(stretch: Stretch, seconds: Numbers, paces: Numbers, time: Numbers) -> Playings:
    """Return how songs [offers] are played that begin at each time [runs] in a stretch."""
    lasting = np.broadcast_to(seconds, (len(time), len(seconds)))
    cadence, factor = _cadences(stretch, time, lasting), np.ones_like(lasting)
    if stretch.exact and stretch.kind is Kind.CUT:
        factor = _factors(paces, cadence)
    elif stretch.exact and stretch.kind is Kind.WHOLE:
        for _ in range(ROUNDS if stretch.first != stretch.last else 1):
            cadence = _cadences(stretch, time, lasting)
            factor = _factors(paces, cadence)
            lasting = seconds * factor
    return Playings(seconds=lasting, cadence=cadence, factor=factor)


def _cadences(stretch: Stretch, time: Numbers, seconds: Numbers) -> Numbers:
    part = np.clip((time[:, None] + seconds / 2) / stretch.seconds, 0.0, 1.0)
    return np.asarray(stretch.first + (stretch.last - stretch.first) * part)


def _factors(paces: Numbers, cadence: Numbers) -> Numbers:
    """As `stretching.factor.factor_of`."""
    factor = np.round(paces / cadence, DECIMALS)
    near: Flags = np.abs(factor - 1) <= EXACT
    return np.where(near, 1.0, factor)
