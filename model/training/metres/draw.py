"""What each composed song will be, drawn at random."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Literal

from pacetag.model.training.grooves.draw import song_random
from pacetag.model.training.grooves.humanise import Feel, draw_feel
from pacetag.model.training.metres.kinds import Kind, load_kinds
from pacetag.model.training.sources.sound import FONTS

_SECONDS = (60.0, 70.0)
_SECTION_SECONDS = (8.0, 17.0)
_GAIN = (0.3, 1.4)
_HUMAN = 0.67  # share of the songs of kinds that people play
_RUBATO = (0.01, 0.025)  # share of the tempo
_LOOSE = (6.0, 26.0)  # ms; the spread of onsets where no drummer holds people together
_LEAN = 0.35  # share of songs
_GAPS = 0.2
_STRUM = 0.045  # seconds
_GRACES = 0.3
_PACKED = 0.2  # how often a packed font is drawn for an unpacked one; each song unpacks it: 3 s
_SOLO = 0.3  # share of the songs without drums that one instrument plays
_DEALT: Mapping[str, int] = {"train": 2, "validation": 3}  # songs of a kind in each round

Density = Literal["thin", "middle", "full"]
_FORMS: Sequence[Sequence[Density]] = (
    ("thin", "middle", "full", "middle", "full", "full"),
    ("middle", "full", "middle", "full", "thin", "full"),
    ("full", "full", "middle", "full", "full", "middle"),
    ("thin", "full", "thin", "full", "middle", "full"),
    ("middle", "middle", "full", "thin", "middle", "full"),
)
_WALKS = {  # degrees of the scale, one a bar
    False: ("0504", "0345", "0344", "0043", "0530", "0514", "00334400", "05430543", "0140"),
    True: ("0354", "0340", "0653", "0304", "0656", "05640564", "0044", "0364"),
}


@dataclass(frozen=True, kw_only=True)
class Section:
    """Some bars with the same players."""

    bars: int
    density: Density
    walk: str  # degrees of the chords, which take turns
    theme: int  # 0 or 1: which tune


@dataclass(frozen=True, kw_only=True)
class MetrePlan:
    """Everything that makes one song; equal plans give equal songs."""

    seed: int  # of the corpus
    number: int  # of the song
    kind: str
    bpm: float  # of the felt beat
    key: int  # pitch class of the tonic, 0 is C
    minor: bool
    bars_a_chord: int
    sections: tuple[Section, ...]
    drums: bool
    solo: bool  # whether one instrument plays everything
    swing: float | None  # where in the beat its last third falls
    font: str  # path
    gain: float
    reverb: bool
    feel: Feel | None  # None: a machine plays
    lean: bool  # whether the fast drums, which tell the division, are silent
    gaps: float  # share of the accompaniment's strokes that are left out
    strum: float = 0.0  # seconds that a plucked chord takes
    graces: float = 0.0  # share of a tune's notes with a grace note
    lilt: float = 0.0  # beats by which people play the second beat of a waltz early

    @property
    def name(self) -> str:
        """The song's name, unique within its corpus."""
        words = "".join(c if c.isalnum() else "-" for c in self.kind.lower())
        return f"{self.number:05d}-{words}"

    @property
    def bars(self) -> int:
        """Bars of the whole song."""
        return sum(section.bars for section in self.sections)

    @property
    def section_bars(self) -> tuple[int, ...]:
        """The bars with which the sections begin, from 0."""
        lengths = [section.bars for section in self.sections]
        return tuple(accumulate(lengths[:-1], initial=0))


def kind_of(seed: int, number: int) -> Kind:
    """Deal the kinds out evenly: every round of songs brings each of them."""
    kinds = load_kinds()
    deck = [name for name, kind in sorted(kinds.items()) for _ in range(_DEALT[kind.split])]
    turn, place = divmod(number, len(deck))
    song_random(seed, turn, "metres deck").shuffle(deck)
    return kinds[deck[place]]


def draw_plan(seed: int, number: int) -> MetrePlan:
    """Draw what one song will be."""
    rng = song_random(seed, number, "metres plan")
    kind = kind_of(seed, number)
    bpm = round(math.exp(rng.uniform(*map(math.log, kind.bpm))), 3)
    minor = rng.random() < 0.45
    drums = bool(kind.drums) and rng.random() >= kind.bare
    bar_seconds = 60 / bpm * kind.beats
    feel = None if kind.tight or rng.random() > _HUMAN else _draw_feel(rng, kind, drums)
    return MetrePlan(
        seed=seed,
        number=number,
        kind=kind.name,
        bpm=bpm,
        key=rng.randrange(12),
        minor=minor,
        bars_a_chord=2 if bar_seconds < 1.3 and rng.random() < 0.6 else 1,
        sections=_draw_sections(rng, bar_seconds, minor),
        drums=drums,
        solo=bool(kind.solo) and not drums and rng.random() < _SOLO,
        swing=None if kind.swing is None else round(rng.uniform(*kind.swing), 3),
        font=_draw_font(rng),
        gain=round(math.exp(rng.uniform(*map(math.log, _GAIN))), 3),
        reverb=rng.random() < 0.5,
        feel=feel,
        lean=rng.random() < _LEAN,
        gaps=round(rng.choice((0.0, rng.uniform(0, _GAPS))), 3),
        strum=0.0 if feel is None else round(rng.uniform(0, _STRUM), 4),
        graces=0.0 if feel is None else round(rng.choice((0.0, rng.uniform(0, _GRACES))), 3),
        lilt=0.0 if feel is None else round(rng.uniform(0, kind.lilt), 3),
    )


def _draw_sections(rng: random.Random, bar_seconds: float, minor: bool) -> tuple[Section, ...]:
    wanted = round(rng.uniform(*_SECONDS) / bar_seconds)
    form, walks = rng.choice(_FORMS), rng.sample(_WALKS[minor], 2)
    sections: list[Section] = []
    while (left := wanted - sum(section.bars for section in sections)) > 0:
        least = 4 if bar_seconds < 3 else 2
        drawn = round(rng.uniform(*_SECTION_SECONDS) / bar_seconds / least) * least
        bars = max(least, drawn)
        # No stub of a section at the end: it would be too short to hear its rhythm.
        bars = left if left - bars < max(least, _SECTION_SECONDS[0] / bar_seconds) else bars
        theme = len(sections) % 2
        sections.append(
            Section(
                bars=bars,
                density=form[len(sections) % len(form)],
                walk=walks[theme],
                theme=theme,
            )
        )
    return tuple(sections)


def _draw_font(rng: random.Random) -> str:
    weights = [_PACKED if font.endswith(".sf3") else 1 for font in FONTS]
    return rng.choices(tuple(FONTS), weights)[0]


def _draw_feel(rng: random.Random, kind: Kind, drums: bool) -> Feel:
    """Draw how people play; who plays is drawn elsewhere."""
    feel = replace(draw_feel(rng), players="all", voice=False)
    if not drums:
        feel = replace(feel, timing=round(rng.uniform(*_LOOSE), 2))
    if kind.rubato and rng.random() < 0.6:
        feel = replace(feel, drift=round(rng.uniform(*_RUBATO), 5))
    return feel
