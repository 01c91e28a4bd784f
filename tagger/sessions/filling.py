"""Fill the stretches of a run with songs so that the loss is as small as possible.

A dynamic programme over partial runs, song by song in the order of playing. Of partial runs with
the same songs, the same last ones and the same time only the best can become the best run, so the
others are dropped. As long as no more than the width are left nothing else is, and the result is
the best there is. Where there are more, the most promising are kept (a beam search), and some of
each time, since the last song must end when the stretch does.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pacetag.tagger.playlist.entries import WITHIN
from pacetag.tagger.sessions.losses import (
    AGAIN,
    FLOW,
    JUMP,
    JUMPED,
    MISS,
    MISSED,
    OFF,
    PERFECT,
    SLACK,
    STEPS,
)
from pacetag.tagger.sessions.partial_runs import (
    Flags,
    Numbers,
    PartialRuns,
    Whole,
    joined,
    sifted,
    the_start,
)
from pacetag.tagger.sessions.playings import Playings, playings
from pacetag.tagger.sessions.stretches import Kind, Offer, Stretch

WIDTH = 384  # partial runs that are kept
SPREAD = 1 << 15  # partial runs times songs: fewer songs leave time for more runs
ALL, FEW = 1 << 14, 9  # partial runs that are kept of so few songs
TIGHT = 200  # songs of a small pool
HARDER, HARD = 8, 4  # times the width for a second try after a miss, of a small and a large pool


@dataclass(frozen=True, kw_only=True)
class Filling:
    """The songs of each stretch in their order."""

    picks: tuple[tuple[Offer, ...], ...]
    loss: float
    is_best: bool  # nothing was dropped that could have become better


@dataclass(frozen=True, kw_only=True)
class _Table:
    """The offers of a stretch, one a row."""

    item: Whole  # number of the piece
    artist: Whole  # number of the artist; -1: unknown
    seconds: Numbers
    enters: Numbers
    leaves: Numbers
    worth: Numbers


def fill(stretches: Sequence[Stretch], *, width: int | None = None) -> Filling:
    """Return the filling with the smallest loss that is found (see `losses`)."""
    pieces = {offer.piece for each in stretches for offer in each.offers}
    kept = ALL if len(pieces) <= FEW else max(WIDTH, SPREAD // (len(pieces) + 1))
    found = _Filler(stretches, width or kept).best()
    if (
        width is None
        and found.loss - sum(map(_inevitable, stretches)) >= MISS
        and not found.is_best
    ):
        times = HARDER if len(pieces) <= TIGHT else HARD
        harder = _Filler(stretches, times * kept).best()
        found = min(found, harder, key=lambda filling: filling.loss)
    return found


def _inevitable(stretch: Stretch) -> float:
    """Return the least loss of a stretch for which there is too little music; else 0."""
    lacking = stretch.seconds - sum(offer.seconds for offer in stretch.offers) - WITHIN
    return MISS + MISSED * lacking if lacking > SLACK else 0.0


class _Filler:
    """Grows partial runs until all that are left have come to the end."""

    def __init__(self, stretches: Sequence[Stretch], width: int) -> None:
        self._stretches, self._width = stretches, width
        pieces = sorted({offer.piece for each in stretches for offer in each.offers})
        self._items = {piece: number for number, piece in enumerate(pieces)}
        names = sorted({offer.artist for each in stretches for offer in each.offers} - {""})
        self._artists = {"": -1} | {name: number for number, name in enumerate(names)}
        self._tables = [self._table(each) for each in stretches]
        self._few = len(pieces) <= FEW
        # Random numbers whose sums are hashes of sets.
        self._signs = np.random.default_rng(1).integers(1, 2**62, size=len(pieces))
        self._whole = np.array([each.seconds for each in stretches] + [0.0])  # s
        self._rates = self._losses_a_second()
        # Without these, runs that have come past a stretch that stays empty seem to be the worst.
        self._lacks = np.array([*map(_inevitable, stretches), 0.0])
        self._cut = False

    def best(self) -> Filling:
        """Return the best run that is found."""
        runs, used = the_start(), np.zeros((1, len(self._items)), dtype=np.bool_)
        layers: list[PartialRuns] = []
        ended = (np.inf, 0, 0)  # loss, layer and row of the best run that has come to the end
        while True:
            layers.append(runs)
            over = runs.stretch == len(self._stretches)
            if over.any():
                row = int(np.argmin(np.where(over, runs.loss, np.inf)))
                ended = min(ended, (float(runs.loss[row]), len(layers) - 1, row))
            left = np.flatnonzero(~over & (runs.loss < ended[0]))
            if not len(left):
                return self._filling(layers, *ended)
            grown = self._grown(runs, used, left)
            runs, cut = sifted(grown, grown.loss + self._to_come(grown), self._width)
            self._cut |= cut
            used = used[runs.parent]
            added = runs.pick >= 0
            used[np.flatnonzero(added), runs.last[added]] = True

    def _table(self, stretch: Stretch) -> _Table:
        offers = stretch.offers
        return _Table(
            item=np.array([self._items[o.piece] for o in offers], dtype=np.int64),
            artist=np.array([self._artists[o.artist] for o in offers], dtype=np.int64),
            seconds=np.array([o.seconds for o in offers], dtype=float),
            enters=np.array([o.enters for o in offers], dtype=float),
            leaves=np.array([o.leaves for o in offers], dtype=float),
            worth=np.array([o.worth for o in offers], dtype=float),
        )

    def _losses_a_second(self) -> Numbers:
        """Return the loss a second of the best songs of each stretch, and 0 for the end."""
        rates = np.zeros(len(self._stretches) + 1)
        for place, (stretch, table) in enumerate(zip(self._stretches, self._tables, strict=True)):
            if not len(table.item):
                continue
            low, high = sorted((stretch.first, stretch.last))
            nearest = np.clip(table.enters, low, high)
            lost = np.sort(PERFECT - table.worth * _closeness(stretch, table.enters, nearest))
            needed = max(1, round(stretch.seconds / float(np.median(table.seconds))))
            rates[place] = lost[:needed].mean() / 60
        return rates

    def _to_come(self, runs: PartialRuns) -> Numbers:
        """Return the loss that each run may still get."""
        each = self._whole * self._rates + self._lacks
        later = np.append(np.cumsum(each[::-1])[::-1], 0.0)
        here = np.maximum(0.0, self._whole[runs.stretch] - runs.time) * self._rates[runs.stretch]
        return np.asarray(here + self._lacks[runs.stretch] + later[runs.stretch + 1])

    def _grown(self, runs: PartialRuns, used: Flags, rows: Whole) -> PartialRuns:
        """Return what some of the runs become by one more song, or by ending a stretch."""
        parts = []
        for place in np.unique(runs.stretch[rows]).tolist():
            chosen = rows[runs.stretch[rows] == place]
            own, table = runs.of(chosen), self._tables[place]
            own.parent = chosen
            wanted = self._whole[place] - np.clip(own.drift, -WITHIN, WITHIN)
            played = playings(self._stretches[place], table.seconds, table.enters, own.time)
            free = ~used[chosen][:, table.item]  # [runs, offers]
            if self._stretches[place].kind is not Kind.SHARED:
                off = np.abs(table.enters / played.cadence - 1)
                free &= off <= self._stretches[place].tolerance + SLACK
            parts.append(self._with_songs(place, own, wanted, played, free))
            short = own.of(self._may_end(played, own, wanted, free))
            short.pick = np.full(len(short), -1)
            whole = self._whole[place] - np.clip(short.drift, -WITHIN, WITHIN)
            parts.append(self._led_on(short, place, np.ones(len(short), np.bool_), whole))
        return joined(parts)

    def _with_songs(
        self, place: int, own: PartialRuns, wanted: Numbers, played: Playings, free: Flags
    ) -> PartialRuns:
        """Return each run with each of its free offers."""
        stretch, table = self._stretches[place], self._tables[place]
        run, offer = np.nonzero(free)
        after = own.of(run)
        seconds, factor = played.seconds[run, offer], played.factor[run, offer]
        enters = table.enters[offer]
        enter = leave = played.cadence[run, offer]
        if stretch.kind is Kind.SHARED:
            enter, leave = np.full_like(enter, stretch.first), np.full_like(leave, stretch.last)
        worth = table.worth[offer] * _closeness(stretch, enters, enter)
        artist = table.artist[offer]
        again = (artist[:, None] >= 0) & (artist[:, None] == after.artists)
        after.loss = after.loss + seconds / 60 * (PERFECT - worth) + again @ np.array(AGAIN)
        after.loss += _flow(enters / factor - enter, enter, after)
        after.artists = np.column_stack([artist, after.artists[:, :-1]])
        after.cadence, after.pace = leave, table.leaves[offer] / factor
        after.time = after.time + seconds
        after.last, after.pick = table.item[offer], offer
        after.used = after.used + self._signs[after.last]
        return self._led_on(after, place, after.time >= wanted[run] - WITHIN, wanted[run])

    def _may_end(self, played: Playings, own: PartialRuns, wanted: Numbers, free: Flags) -> Flags:
        """Return which runs may end a stretch early: near its end, or without a song."""
        near = wanted - own.time <= played.seconds.max(axis=1, initial=0.0) + WITHIN
        return np.asarray(near | ~free.any(axis=1) | self._few, dtype=np.bool_)

    def _led_on(self, runs: PartialRuns, place: int, over: Flags, wanted: Numbers) -> PartialRuns:
        """Return the runs, those whose stretch is over in the next."""
        off = runs.time - self._whole[place]
        beyond = np.maximum(0.0, np.abs(off) - WITHIN)
        lost = OFF * np.abs(runs.time - wanted) + MISSED * beyond + MISS * (beyond > SLACK)
        runs.loss = runs.loss + np.where(over, lost, 0.0)
        runs.drift = runs.drift + np.where(over, off, 0.0)
        runs.time = np.where(over, 0.0, runs.time)
        runs.stretch = np.where(over, place + 1, place)
        return runs

    def _filling(self, layers: list[PartialRuns], loss: float, layer: int, row: int) -> Filling:
        """Return the run of a row by the way that led to it."""
        picks: list[list[Offer]] = [[] for _ in self._stretches]
        while layer > 0:
            pick, row = int(layers[layer].pick[row]), int(layers[layer].parent[row])
            layer -= 1
            if pick >= 0:
                place = int(layers[layer].stretch[row])
                picks[place].insert(0, self._stretches[place].offers[pick])
        return Filling(picks=tuple(map(tuple, picks)), loss=loss, is_best=not self._cut)


def _closeness(stretch: Stretch, pace: Numbers, cadence: Numbers) -> Numbers:
    """As `losses.closeness`; that of a shared stretch is in its worth."""
    if stretch.kind is Kind.SHARED or stretch.tolerance <= 0:
        return np.ones_like(pace)
    return np.asarray(1 - (np.abs(pace / cadence - 1) / stretch.tolerance) ** 2 / 2)


def _flow(offset: Numbers, cadence: Numbers, before: PartialRuns) -> Numbers:
    """Return the loss of the step from the song before, by how far each is off its cadence."""
    apart = np.abs(offset - (before.pace - before.cadence))
    jumps = (apart > STEPS + SLACK) & (np.abs(cadence - before.cadence) <= STEPS)
    lost = FLOW * apart + np.where(jumps, JUMPED + JUMP * (apart - STEPS), 0.0)
    return np.asarray(np.where(np.isnan(before.pace), 0.0, lost))
