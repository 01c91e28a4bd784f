"""What each piece will be, drawn at random: kind, metre, tempo, key, players and sound."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pacetag.model.training.expressive.expression import Expression, draw_expression
from pacetag.model.training.expressive.kinds import KINDS
from pacetag.model.training.grooves.draw import song_random
from pacetag.model.training.sources.sound import FONTS

_HELD_OUT_SHARE = 3, 2  # cards of a kind that is held out, and of another one
_SECONDS = (62.0, 71.0)  # as written
_GAIN = (0.4, 1.4)
_SLOWEST, _FASTEST = 50.0, 180.0  # felt beats per minute


@dataclass(frozen=True, kw_only=True)
class PiecePlan:
    """Everything that makes one song; equal plans give equal songs."""

    seed: int  # of the corpus
    number: int  # of the song
    kind: str  # of KINDS
    metre: str  # of METRES
    bpm: float  # felt beats per minute
    tonic: int  # pitch class, 0 is C
    minor: bool
    band: int  # of the kind's bands
    seconds: float  # as written
    expression: Expression
    font: str  # path
    gain: float
    reverb: bool

    @property
    def name(self) -> str:
        """The song's name, unique within its corpus."""
        return f"{self.number:04d} {self.kind}"

    @property
    def group(self) -> str:
        """The kind, which is on one side of the split."""
        return self.kind

    @property
    def split(self) -> str:
        """The side on which the kind is."""
        return KINDS[self.kind].split


def kind_of(seed: int, number: int) -> str:
    """Deal the kinds out evenly, those for validation more often: every round brings each."""
    deck = [
        name for name, kind in KINDS.items() for _ in range(_HELD_OUT_SHARE[kind.split == "train"])
    ]
    turn, place = divmod(number, len(deck))
    song_random(seed, turn, "expressive deck").shuffle(deck)
    return deck[place]


def draw_plan(seed: int, number: int) -> PiecePlan:
    """Draw one song of the corpus."""
    name = kind_of(seed, number)
    kind, rng = KINDS[name], song_random(seed, number, "expressive plan")
    (metre,) = rng.choices(list(kind.metres), list(kind.metres.values()))
    low, high = kind.tempos
    # Tempos as musicians count them: evenly by ratio.
    bpm = math.exp(rng.uniform(math.log(max(low, _SLOWEST)), math.log(min(high, _FASTEST))))
    return PiecePlan(
        seed=seed,
        number=number,
        kind=name,
        metre=metre,
        bpm=round(bpm, 2),
        tonic=rng.randrange(12),
        minor=rng.random() < 0.4,
        band=rng.randrange(len(kind.bands)),
        seconds=round(rng.uniform(*_SECONDS), 1),
        expression=draw_expression(rng),
        font=rng.choice(sorted(FONTS)),
        gain=round(rng.uniform(*_GAIN), 3),
        reverb=rng.random() < 0.7,
    )


def draw_plans(songs: int, seed: int) -> list[PiecePlan]:
    """Draw the first songs of the corpus."""
    return [draw_plan(seed, number) for number in range(songs)]
