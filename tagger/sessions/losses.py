"""What a run loses against one of perfect songs. The best filling has the smallest loss.

The unit is a minute of music that is worth 0 instead of 1. Each song loses its minutes times what
its worth lacks to PERFECT. To this come, in the order of their weight:

- seconds by which a stretch is more than WITHIN seconds too short or too long,
- steps a minute by which neighbouring songs are more than STEPS apart, unless the plan jumps,
- an artist who comes again within three songs,
- small distances in time and tempo, of which smaller ones are better.

A stretch ends with the first song that ends less than WITHIN seconds before its time, or later.
"""

from collections.abc import Sequence

from pacetag.tagger.playlist import worth
from pacetag.tagger.playlist.entries import WITHIN
from pacetag.tagger.sessions.stretches import Kind, Offer, Stretch

STEPS = 3.0  # a minute between neighbours
SLACK = 1e-9  # as for the tolerance of a playlist

PERFECT = 1.1  # worth of a song that is loved, and of which all else is right
MISS = 1_000.0  # for a stretch that is off by more than WITHIN
MISSED = 100.0  # for each second beyond
JUMPED = 3.0  # for neighbours that are more than STEPS apart
JUMP = 10.0  # for each step beyond
AGAIN = (2.0, 1.0, 0.5)  # for an artist one, two, three songs ago
OFF = 0.03  # for each second that a stretch is off
FLOW = 0.05  # for each step between neighbours


def closeness(pace: float, cadence: float, tolerance: float) -> float:
    """Return how near a pace is to a cadence, as `worth.closeness` has it."""
    return worth.closeness(pace / cadence - 1, tolerance)


def fits(pace: float, cadence: float, tolerance: float) -> bool:
    """Whether a pace is within the tolerance of a cadence."""
    return abs(pace / cadence - 1) <= tolerance + SLACK


def loss_of(stretches: Sequence[Stretch], picks: Sequence[Sequence[Offer]]) -> float | None:
    """Return the loss of a filling: the offers of each stretch in their order.

    None if a song does not fit where it stands, a piece comes twice, or a stretch goes on after it
    was filled.
    """
    state, seen = _State(), set[str]()
    for stretch, offers in zip(stretches, picks, strict=True):
        state.begin(stretch)
        for offer in offers:
            if offer.piece in seen or state.is_full or not state.add(offer):
                return None
            seen.add(offer.piece)
        state.end()
    return state.loss


class _State:
    """A run so far."""

    def __init__(self) -> None:
        self.loss = self.drift = self.time = 0.0
        self._last: tuple[float, float] | None = None  # cadence and pace where the last song ended
        self._artists: list[str] = []

    def begin(self, stretch: Stretch) -> None:
        self._stretch, self.time = stretch, 0.0

    @property
    def wanted(self) -> float:
        """Seconds of the stretch; it makes up for what those before it are off."""
        return self._stretch.seconds - min(WITHIN, max(-WITHIN, self.drift))

    @property
    def is_full(self) -> bool:
        return self.time >= self.wanted - WITHIN and self.time > 0

    def add(self, offer: Offer) -> bool:
        """Add a song; False where its pace does not fit."""
        stretch = self._stretch
        played = stretch.played(offer, self.time)
        middle, factor = played.cadence, played.factor
        enter, leave, close = middle, middle, 1.0
        if stretch.kind is Kind.SHARED:
            enter, leave = stretch.first, stretch.last
        elif not fits(offer.enters, middle, stretch.tolerance):
            return False
        else:
            close = closeness(offer.enters, middle, stretch.tolerance)
        self.loss += played.seconds / 60 * (PERFECT - offer.worth * close)
        if self._last is not None:
            cadence, pace = self._last
            apart = abs((offer.enters / factor - enter) - (pace - cadence))
            self.loss += FLOW * apart
            if abs(enter - cadence) <= STEPS and apart > STEPS + SLACK:
                self.loss += JUMPED + JUMP * (apart - STEPS)
        for again, artist in zip(AGAIN, reversed(self._artists), strict=False):
            self.loss += again if artist and artist == offer.artist else 0.0
        self._artists.append(offer.artist)
        self._last = leave, offer.leaves / factor
        self.time += played.seconds
        return True

    def end(self) -> None:
        self.loss += OFF * abs(self.time - self.wanted)
        beyond = abs(self.time - self._stretch.seconds) - WITHIN
        if beyond > SLACK:
            self.loss += MISS + MISSED * beyond
        self.drift += self.time - self._stretch.seconds
