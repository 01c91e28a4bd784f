"""How a take swings: the long-short of its offbeats, measured."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

STRAIGHT, SWUNG = 1.22, 1.4  # ratios; what lies between is neither

# Places of the offbeat in the beat: earlier notes are triplets or sixteenths, later ones the beat.
_EARLIEST, _LATEST = 0.4, 0.82
_CLEAR_OF_BEAT = 0.15  # of the beat; nearer notes are the beat itself
_TOGETHER = 0.08  # beats; notes of one stroke
_FEWEST, _RAREST = 8, 0.12  # offbeats, and offbeats a pulse, that a measure needs
_WIDEST = 0.18  # of the beat, between the quartiles
_DOTTED = 0.74  # kicks and snares here are a dotted rhythm rather than swing
_HALF, _THIRD = 0.07, 0.05  # beats; half a window about these places
_MOSTLY = 2.0  # times as many notes two thirds into the beat as half into it: triplets
_TRIPLETS = 0.25  # notes two thirds into the beat for each note half into it: some triplets
_DIVISIONS = (1, 2, 3, 4, 6)  # of the beat


@dataclass(frozen=True, kw_only=True)
class Swing:
    """The long-short of a take."""

    ratio: float | None  # of long to short; None where there is no offbeat to measure
    pulses: int = 1  # a beat that are divided: 1 where eighths swing, 2 where sixteenths do

    @property
    def swung(self) -> bool:
        """Whether it is heard as long-short."""
        return self.ratio is not None and self.ratio >= SWUNG

    @property
    def straight(self) -> bool:
        """Whether nothing was found that speaks against even notes."""
        return self.ratio is None or self.ratio <= STRAIGHT


def find_swing(onsets: NDArray[np.float64], timekeepers: NDArray[np.bool_]) -> Swing:
    """Measure how a take swings, by eighths or else by sixteenths.

    Args:
        onsets: [notes] in beats, centred on the beat.
        timekeepers: [notes]; hi-hat and ride, which tell more than the accents of the others.
    """
    thirds, halves = _share_near(onsets, 2 / 3, _THIRD), _share_near(onsets, 1 / 2, _HALF)
    eighths = Swing(ratio=swing_ratio(onsets, timekeepers))
    if eighths.ratio is None and thirds > _MOSTLY * halves and thirds >= _RAREST:
        return Swing(ratio=2.0)  # all three thirds are played, as in a slow shuffle
    sixteenths = Swing(ratio=swing_ratio(onsets * 2, timekeepers), pulses=2)
    even = eighths.straight and thirds <= _TRIPLETS * halves
    return sixteenths if sixteenths.swung and even else eighths


def clearness(onsets: NDArray[np.float64]) -> float:
    """How closely notes keep to some division of the beat: 0 at random, 1 on the grid.

    The mean resultant length of their phases, as in circular statistics.
    """
    return max(float(np.abs(np.exp(2j * np.pi * k * onsets).mean())) for k in _DIVISIONS)


def swing_ratio(onsets: NDArray[np.float64], timekeepers: NDArray[np.bool_]) -> float | None:
    """Long to short, from the beats that are divided once; None where too few are.

    1 is straight, 2 a triplet's, 3 a dotted one.
    """
    beats = max(1.0, float(np.ptp(onsets)))
    for chosen, latest in ((timekeepers, 1.0), (np.ones(len(onsets), bool), _DOTTED)):
        places = _offbeats(onsets[chosen])
        if len(places) < max(_FEWEST, _RAREST * beats):
            continue
        low, middle, high = np.quantile(places, (0.25, 0.5, 0.75))
        if high - low <= _WIDEST and middle < latest:
            return float(middle / (1 - middle))
    return None


def _share_near(onsets: NDArray[np.float64], place: float, width: float) -> float:
    """Share of the notes that lie near a place in the beat."""
    return float((np.abs(onsets % 1 - place) < width).mean())


def _offbeats(onsets: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where in the beat [beats] the only division of a beat lies."""
    ordered = np.sort(onsets)
    beats = np.floor(ordered + _CLEAR_OF_BEAT)
    places = ordered - beats
    inside = (places >= _CLEAR_OF_BEAT) & (places < _LATEST)
    found = []
    for beat in np.unique(beats[inside]):
        here = places[inside & (beats == beat)]
        if here[0] >= _EARLIEST and here[-1] - here[0] < _TOGETHER:
            found.append(here.mean())
    return np.array(found, np.float64)
