"""What is known of a song's paces, and what follows for a tempo that is claimed.

Two kinds of truth, which say different things:

A *tempo* with the beats of a bar is one level, written down by a composer or a chart. The tempo is
right. Levels that follow from the metre may be right as well, which is not known: the beat divided
by 2, 3, 4 or 6, its groups as the bar allows them, the bar and two bars. They count neither way.
Everything else is wrong: in a waltz the half of the beat, in any metre 3/2 of it.

*Paces* are a person's list of all that they accept, so a half or a double that is not in it is
wrong. Only levels a factor of 3 or 6 away from the list, which hardly anyone thinks of, count
neither way, provided that they fit into every level of the list; where they do not, as 3/2, they
are wrong.

The *family* is every level of the song's metre, accepted or not. For a list of paces these are its
multiples and parts by 2, 3, 4 and 6 that fit into every level of it: of 191 and 64 the 382, not 95.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import inf, log

from pacetag.model.evaluation.metrics import GREY, TOLERANCE, near

_FASTER = (2.0, 3.0, 4.0, 6.0)  # pulses into which a beat is divided
_ANY_METRE = frozenset({2, 3, 4, 6})  # beats that may be grouped while the metre is not known
_OCTAVES = (2.0, 4.0)
_TRIPLES = (3.0, 6.0)
_OCTAVE_ERRORS = (2.0, 4.0, 8.0)
_TRIPLE_ERRORS = (3.0, 3 / 2, 3 / 4, 6.0, 3 / 8, 12.0)  # one factor of 3, any of 2
_MIDDLE = 120.0  # bpm; of several paces the one nearest to it stands for the song


class Verdict(StrEnum):
    """Whether a tempo is one of the song's paces."""

    RIGHT = "right"
    UNCLEAR = "unclear"
    WRONG = "wrong"


class Relation(StrEnum):
    """How a wrong tempo stands to the right ones."""

    OCTAVE = "octave"  # 2, 4, 1/2, 1/4
    TRIPLE = "triple"  # 3, 1/3, 3/2, 2/3, 3/4, 4/3 ...
    UNRELATED = "unrelated"


@dataclass(frozen=True, kw_only=True)
class SongTruth:
    """What is known of a song's paces; no right ones for music without a beat."""

    right: tuple[float, ...]  # bpm
    unclear: tuple[float, ...] = ()  # bpm of levels that count neither way
    family: tuple[float, ...] = ()  # bpm of every level of the metre
    annotated: float | None = None  # bpm; the tempo, where it is known beside the paces
    tolerance: float = TOLERANCE  # as a ratio: so near to a level a tempo means it
    grey: float = GREY  # as a ratio: between the tolerance and this nothing is known
    clear: tuple[float, float] = (0.0, inf)  # bpm; beyond these only what is named is known

    @property
    def beatless(self) -> bool:
        """Whether there is nothing to step to."""
        return not self.right

    @property
    def tempos(self) -> tuple[float, ...]:
        """The right paces, that nearest to the annotated tempo first; else that nearest to 120."""
        return self._sorted_from(self.annotated or _MIDDLE)

    @property
    def tempo(self) -> float | None:
        """The right pace nearest to 120 bpm, by ratio, which tells the tempo band."""
        return next(iter(self._sorted_from(_MIDDLE)), None)

    def _sorted_from(self, middle: float) -> tuple[float, ...]:
        return tuple(sorted(self.right, key=lambda bpm: abs(log(bpm / middle))))

    def claim(self, bpm: float) -> Verdict:
        """What a claimed pace is worth: what is near to nothing known is wrong."""
        if near(bpm, self.right, self.tolerance):
            return Verdict.RIGHT
        return Verdict.UNCLEAR if near(bpm, self.unclear, self.tolerance) else Verdict.WRONG

    def case(self, bpm: float) -> Verdict:
        """What is known of any tempo: the nearest level decides; just beside one it is unclear."""
        levels = [(abs(bpm / level - 1), Verdict.RIGHT) for level in self.right]
        levels += [(abs(bpm / level - 1), Verdict.UNCLEAR) for level in self.unclear]
        off, verdict = min(levels, key=lambda level: level[0], default=(1.0, Verdict.WRONG))
        if off <= self.tolerance:
            return verdict
        # Where no pace fits at all, a slow or fast one does not either.
        known = self.beatless or self.clear[0] <= bpm <= self.clear[1]
        return Verdict.WRONG if off > self.grey and known else Verdict.UNCLEAR

    def relation(self, bpm: float) -> Relation:
        """How a wrong tempo stands to the right ones."""
        if near(bpm, _multiples_and_parts(self.right, _OCTAVE_ERRORS), self.tolerance):
            return Relation.OCTAVE
        if near(bpm, _multiples_and_parts(self.right, _TRIPLE_ERRORS), self.tolerance):
            return Relation.TRIPLE
        return Relation.UNRELATED

    def in_family(self, bpm: float) -> bool:
        """Whether a tempo is a level of the song's metre."""
        return near(bpm, self.family, self.tolerance)


BEATLESS = SongTruth(right=())


def tempo_truth(tempo: float, beats_per_bar: int | None = None) -> SongTruth:
    """Truth of a song with one known tempo, and the beats of its bar if they are given."""
    unclear = {tempo * factor for factor in _FASTER}
    unclear |= {tempo / group for group in _groups(beats_per_bar)}
    return SongTruth(
        right=(tempo,),
        unclear=tuple(sorted(unclear)),
        family=tuple(sorted({tempo, *unclear})),
    )


def paces_truth(paces: Sequence[float], unclear: Sequence[float] = ()) -> SongTruth:
    """Truth of a song whose paces a person listed in full; `unclear` ones they left open."""
    if not paces:
        return BEATLESS
    triples = _fitting(_multiples_and_parts(paces, _TRIPLES), paces)
    octaves = _fitting(_multiples_and_parts(paces, _OCTAVES), paces)
    open_levels = {bpm for bpm in triples if not near(bpm, (*paces, *octaves), TOLERANCE)} | set(
        unclear
    )
    return SongTruth(
        right=tuple(sorted(paces)),
        unclear=tuple(sorted(open_levels)),
        family=tuple(sorted({*paces, *octaves, *open_levels})),
    )


def _groups(beats_per_bar: int | None) -> frozenset[int]:
    """By how many beats a slower level may count."""
    if beats_per_bar is None:
        return _ANY_METRE
    inside = {group for group in _ANY_METRE if beats_per_bar % group == 0}
    return frozenset(inside | {beats_per_bar, 2 * beats_per_bar}) - {1}


def _multiples_and_parts(bpms: Sequence[float], factors: Sequence[float]) -> list[float]:
    return [bpm * factor for bpm in bpms for factor in factors] + [
        bpm / factor for bpm in bpms for factor in factors
    ]


def _fitting(levels: Sequence[float], paces: Sequence[float]) -> set[float]:
    """The levels that every pace is a whole multiple or a whole part of."""
    return {level for level in levels if all(_fits(level, pace) for pace in paces)}


def _fits(one: float, other: float) -> bool:
    ratio = max(one, other) / min(one, other)
    return abs(ratio / round(ratio) - 1) <= TOLERANCE
