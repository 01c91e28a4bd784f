"""What each rendered song will be, drawn at random, and the text that MMA plays it from."""

from __future__ import annotations

import hashlib
import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Literal, get_args

from pacetag.model.training.grooves.band import draw_band
from pacetag.model.training.grooves.humanise import Feel, Players, draw_feel
from pacetag.model.training.grooves.styles import STANDARD, Style, grooves_of, load_styles
from pacetag.model.training.sources.sound import FONTS

# stdlib: the standard library, played by a machine. further: the other libraries, mostly with a
# human feel. human: the standard library with a human feel. chamber: people, mostly without a
# drummer, and half of it not in four.
Collection = Literal["stdlib", "further", "human", "chamber"]
COLLECTIONS: tuple[Collection, ...] = get_args(Collection)

# Three of four style files are in 4/4; songs in other metres are drawn more often.
_SHARES_OF_ODD_METRE: Mapping[Collection, int] = {
    "stdlib": 2,
    "further": 2,
    "human": 2,
    "chamber": 6,
}
_SECTION_BARS = (4, 8, 8, 8, 12, 16)
_SECONDS = (70.0, 80.0)
_GAIN = (0.3, 1.6)  # fluidsynth's own default of 0.2 is timid; at 1.6 a loud band clips a little
_LEAD_SHARE = 0.5
_HUMAN_SHARES: Mapping[Collection, float] = {
    "stdlib": 0.0,
    "further": 0.7,
    "human": 1.0,
    "chamber": 1.0,
}
_CHAMBER_NO_DRUMS = 0.6  # share of songs
_DRUMS_ALONE = frozenset({"zoom"})  # libraries that need a band
_BAND_SHARE = 0.8

_SHARP_OR_FLAT = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_MAJOR = ((0, ""), (2, "m"), (4, "m"), (5, ""), (7, ""), (9, "m"), (10, ""), (2, ""))
_MINOR = ((0, "m"), (2, "m7b5"), (3, ""), (5, "m"), (7, ""), (8, ""), (10, ""), (7, "m"))
_MAJOR_WALKS = ("0534", "0344", "0345", "0514", "0033", "3040", "0514", "5340", "0643", "0714")
_MINOR_WALKS = ("0563", "0654", "0304", "0364", "0514", "0033", "5604", "0362")
_SEVENTHS: Mapping[str, tuple[str, ...]] = {"": ("7", "M7", "6"), "m": ("m7",), "m7b5": ("m7b5",)}


@dataclass(frozen=True, kw_only=True)
class Section:
    """Some bars in one groove."""

    groove: str
    chords: tuple[tuple[str, ...], ...]  # of each bar: one, or two for its halves


@dataclass(frozen=True, kw_only=True)
class GrooveSettings:
    """Everything that makes one song; equal settings give equal songs."""

    seed: int  # of the corpus
    number: int  # of the song
    style: str
    bpm: float  # of the felt beat
    key: int  # pitch class of the tonic, 0 is C
    minor: bool
    sections: tuple[Section, ...]
    font: str  # path
    gain: float
    reverb: bool
    lead: bool
    collection: Collection = "stdlib"
    feel: Feel | None = None  # None: as MMA plays
    band: tuple[str, ...] = ()  # MMA's lines that add to each groove

    @property
    def named(self) -> str:
        """The song as messages call it."""
        return f"song {self.number} ({self.style})"

    @property
    def bars(self) -> int:
        """Bars of the whole song."""
        return sum(len(section.chords) for section in self.sections)

    @property
    def section_bars(self) -> tuple[int, ...]:
        """The bars with which the sections begin, from 0."""
        lengths = [len(section.chords) for section in self.sections]
        return tuple(accumulate(lengths[:-1], initial=0))

    @property
    def grooves(self) -> tuple[str, ...]:
        """The grooves used, each once, in order."""
        return tuple(dict.fromkeys(section.groove for section in self.sections))


def song_random(seed: int, number: int, purpose: str) -> random.Random:
    """Make the random source of one song, independent of all other songs and purposes."""
    digest = hashlib.sha256(f"{seed}:{number}:{purpose}".encode()).digest()
    return random.Random(int.from_bytes(digest[:8]))


def style_of(seed: int, number: int, collection: Collection = "stdlib") -> Style:
    """Deal the styles out evenly: every round of songs brings each of them."""
    styles = load_styles()
    deck = [
        name
        for name, style in sorted(styles.items())
        if _belongs(style, collection)
        for _ in range(1 if style.metre == "4/4" else _SHARES_OF_ODD_METRE[collection])
    ]
    turn, place = divmod(number, len(deck))
    song_random(seed, turn, _purpose(collection, "deck")).shuffle(deck)
    return styles[deck[place]]


def _belongs(style: Style, collection: Collection) -> bool:
    if collection == "chamber":
        return style.library not in _DRUMS_ALONE
    return (style.library != STANDARD) == (collection == "further")


def draw_settings(seed: int, number: int, collection: Collection = "stdlib") -> GrooveSettings:
    """Draw the settings of one song. The same numbers give other songs in another collection."""
    rng = song_random(seed, number, _purpose(collection, "settings"))
    style = style_of(seed, number, collection)
    plain = replace(_draw_plain(rng, style, seed, number), collection=collection)
    return plain if collection == "stdlib" else _with_people(plain, style)


def _draw_plain(rng: random.Random, style: Style, seed: int, number: int) -> GrooveSettings:
    low, high = math.log(style.low_bpm), math.log(style.high_bpm)
    bpm = round(math.exp(rng.uniform(low, high)), 3)
    bars = max(8, round(rng.uniform(*_SECONDS) * bpm / 60 / style.beats_per_bar))
    key, minor = rng.randrange(12), rng.random() < 0.4
    return GrooveSettings(
        seed=seed,
        number=number,
        style=style.name,
        bpm=bpm,
        key=key,
        minor=minor,
        sections=_draw_sections(rng, style, bars, key, minor),
        font=rng.choice(tuple(FONTS)),
        gain=round(math.exp(rng.uniform(*map(math.log, _GAIN))), 3),
        reverb=rng.random() < 0.5,
        lead=rng.random() < _LEAD_SHARE,
    )


def _with_people(plain: GrooveSettings, style: Style) -> GrooveSettings:
    """Draw who plays and how, apart from what is played."""
    purpose = _purpose(plain.collection, "people")
    rng = song_random(plain.seed, plain.number, purpose)
    human = rng.random() < _HUMAN_SHARES[plain.collection]
    alone = style.library in _DRUMS_ALONE
    feel = draw_feel(rng, drums_alone=alone) if human else None
    if feel and plain.collection == "chamber":
        players: Players = "no drums" if rng.random() < _CHAMBER_NO_DRUMS else "all"
        feel = replace(feel, players=players)
    banded = alone and rng.random() < _BAND_SHARE
    return replace(plain, feel=feel, band=draw_band(rng, style) if banded else ())


def _purpose(collection: Collection, purpose: str) -> str:
    """Name a random source; the first collection's had no collection in its name."""
    return purpose if collection == "stdlib" else f"{collection} {purpose}"


def mma_text(settings: GrooveSettings) -> str:
    """Write the song in MMA's language."""
    style = load_styles()[settings.style]
    lines = [
        f"RndSeed {settings.seed * 1_000_003 + settings.number}",
        f"Use {style.file}",
        f"Tempo {settings.bpm * style.quarters_per_beat:.4f}",
    ]
    bar = 0
    for section in settings.sections:
        lines += [f"Groove {section.groove}", *settings.band]
        for chords in section.chords:
            bar += 1
            # A slash holds the chord for one more place.
            held = f" {' / ' * (style.chord_places // 2 - 1)} ".join(chords)
            lines.append(f"{bar} {' '.join(held.split())}")
    return "\n".join(lines) + "\n"


def _draw_sections(
    rng: random.Random, style: Style, bars: int, key: int, minor: bool
) -> tuple[Section, ...]:
    names = grooves_of(style.name)
    chosen = rng.sample(names, min(len(names), rng.choice((1, 1, 2, 2, 3))))
    walks = [_draw_walk(rng, key, minor) for _ in range(2)]  # a verse and a refrain
    sections: list[Section] = []
    while (left := bars - sum(len(section.chords) for section in sections)) > 0:
        length = rng.choice(_SECTION_BARS)
        # No stub of a section at the end: it would be too short to hear its rhythm.
        length = left if left - length < _SECTION_BARS[0] else length
        groove = chosen[len(sections) % len(chosen)]
        walk = walks[len(sections) % 2]
        sections.append(
            Section(
                groove=groove,
                chords=tuple(
                    _draw_bar(rng, style, walk[bar % len(walk)], key) for bar in range(length)
                ),
            )
        )
    return tuple(sections)


def _draw_walk(rng: random.Random, key: int, minor: bool) -> Sequence[str]:
    """Draw a progression of four or eight bars, common walks and free ones alike."""
    degrees = _MINOR if minor else _MAJOR
    walk = rng.choice(_MINOR_WALKS if minor else _MAJOR_WALKS)
    if rng.random() < 0.4:
        walk += "".join(str(rng.randrange(len(degrees))) for _ in range(4))
    colour = rng.random() * 0.7  # share of sevenths, from plain to jazzy
    chords = []
    for degree in walk:
        step, quality = degrees[int(degree)]
        if rng.random() < colour:
            quality = rng.choice(_SEVENTHS[quality])
        chords.append(_SHARP_OR_FLAT[(key + step) % 12] + quality)
    return chords


def _draw_bar(rng: random.Random, style: Style, chord: str, key: int) -> tuple[str, ...]:
    halves = style.beats_per_bar % 2 == 0 and style.quarters_per_beat % 1 == 0
    if halves and rng.random() < 0.2:
        return chord, _SHARP_OR_FLAT[(key + 7) % 12]
    return (chord,)
