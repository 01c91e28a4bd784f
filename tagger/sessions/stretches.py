"""What is filled: stretches of a run, and the songs that each could be filled with."""

from dataclasses import dataclass
from enum import Enum

from pacetag.tagger.stretching.factor import factor_of

ROUNDS = 4  # after which the length of a song that is stretched on a ramp is known to 1 ms


class Kind(Enum):
    """How a stretch is filled."""

    WHOLE = "whole"  # one block with whole songs
    SHARED = "shared"  # several short blocks with one song that has a pace for each
    CUT = "cut"  # a block shorter than its songs with a part of one


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """A song that fits a stretch."""

    piece: str  # two offers of the same piece are the same music
    artist: str  # "" where it is unknown
    seconds: float  # that are played; of a whole song that is stretched, its own length
    enters: float  # the pace to step to where it begins, steps a minute
    leaves: float  # and where it ends
    worth: float  # 0..1, for a pace that is exactly the cadence


@dataclass(frozen=True, kw_only=True, slots=True)
class Played:
    """How a song is played."""

    seconds: float
    cadence: float  # in its middle, steps a minute
    factor: float  # its length as a share of the song's


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """A part of a run that is filled at once."""

    blocks: range  # places of its blocks in the plan
    seconds: float
    first: float  # cadence where it begins, steps a minute
    last: float  # and where it ends
    tolerance: float  # as a share of the cadence
    kind: Kind = Kind.WHOLE
    offers: tuple[Offer, ...] = ()
    exact: bool = False  # songs are stretched to exactly the cadence in their middle

    def played(self, offer: Offer, time: float) -> Played:
        """Return how a song is played that begins so many seconds after the stretch did."""
        seconds, factor = offer.seconds, 1.0
        cadence = self.cadence_at(time + seconds / 2)
        if self.exact and self.kind is Kind.CUT:
            factor = factor_of(offer.enters, cadence)
        elif self.exact and self.kind is Kind.WHOLE:
            for _ in range(ROUNDS):
                cadence = self.cadence_at(time + seconds / 2)
                factor = factor_of(offer.enters, cadence)
                seconds = offer.seconds * factor
        return Played(seconds=seconds, cadence=cadence, factor=factor)

    def cadence_at(self, seconds: float) -> float:
        """Return the cadence so many seconds after its begin."""
        part = min(1.0, max(0.0, seconds / self.seconds))
        return self.first + (self.last - self.first) * part
