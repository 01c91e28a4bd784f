"""The kinds of music that are composed, read from data/metres.toml, which explains its words."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Any

from pacetag.model.training.metres.patterns import Pattern

KINDS_FILE = "metres.toml"
MELODIC_ROLES = ("bass", "chords", "arps", "tunes")

# Programs of General MIDI, counted from 0.
PROGRAMS: Mapping[str, tuple[int, ...]] = {
    "accordion": (21, 23),
    "banjo": (105,),
    "brass": (56, 57, 61),
    "cello": (42,),
    "clarinet": (71,),
    "contrabass": (32, 43),
    "distortion": (29, 30),
    "electric": (33, 34),
    "electric_piano": (4, 5),
    "fiddle": (40, 110),
    "flute": (73, 75),
    "guitar": (24, 25, 26, 27),
    "harmonica": (22,),
    "harp": (46,),
    "harpsichord": (6,),
    "horns": (60,),
    "mandolin": (25, 105),
    "marimba": (12, 13),
    "oboe": (68,),
    "organ": (16, 17, 18),
    "pads": (88, 89, 90, 91),
    "piano": (0, 1, 2),
    "pipes": (109,),
    "recorder": (74,),
    "saxophone": (64, 65, 66),
    "strings": (48, 49, 50),
    "synth": (80, 81, 62, 63),
    "synth_bass": (38, 39, 87),
    "tuba": (58,),
    "vibraphone": (11,),
    "voice": (52, 53, 54, 85),
}


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of music: what is played, how fast, and on which side of the split it lies."""

    name: str
    family: str  # compound, shuffled, triple, crossing or odd
    split: str  # train or validation; a kind is never on both sides
    beats: int  # felt beats a bar; eighths where an odd metre counts those
    bpm: tuple[float, float]  # of the felt beat
    thirds: bool = False  # whether the beat is divided by three
    swing: tuple[float, float] | None = None  # where in the beat its last third falls
    open: frozenset[Fraction] = frozenset()  # ratios to the beat that people may differ on
    crossing: frozenset[Fraction] = frozenset()  # ratios that a part plays against the beat
    groups: tuple[int, ...] = ()  # of an odd bar, in beats
    bare: float  # share of the songs without drums
    tight: bool = False  # whether a machine plays
    rubato: bool = False  # whether the tempo may breathe more than usual
    lilt: float = 0.0  # beats; the most by which people play a bar's second beat early
    drums: tuple[Mapping[str, Pattern], ...] = ()  # by instrument
    parts: Mapping[str, tuple[Pattern, ...]]  # by role
    sounds: Mapping[str, tuple[int, ...]]  # programs that play a role
    solo: tuple[int, ...] = ()  # programs that may play alone


@cache
def load_kinds() -> Mapping[str, Kind]:
    """Read the kinds, by name."""
    table = files("pacetag.model.training") / "data" / KINDS_FILE
    rows = tomllib.loads(table.read_text(encoding="utf-8"))["kind"]
    return {row["name"]: _kind(row) for row in rows}


def programs(words: str) -> tuple[int, ...]:
    """Return the programs of the instruments that are named."""
    return tuple(program for word in words.split() for program in PROGRAMS[word])


def _kind(row: Mapping[str, Any]) -> Kind:
    plain = {
        name: row[name]
        for name in (
            "name",
            "family",
            "split",
            "beats",
            "bare",
            "thirds",
            "tight",
            "rubato",
            "lilt",
        )
        if name in row
    }
    return Kind(
        **plain,
        bpm=tuple(row["bpm"]),
        swing=tuple(row["swing"]) if "swing" in row else None,
        open=frozenset(map(Fraction, row.get("open", ()))),
        crossing=frozenset(map(Fraction, row.get("crossing", ()))),
        groups=tuple(row.get("groups", ())),
        drums=tuple(
            {instrument: Pattern(text) for instrument, text in line.items()}
            for line in row.get("drums", ())
        ),
        parts={role: tuple(map(Pattern, row[role])) for role in MELODIC_ROLES if row.get(role)},
        sounds={_role(name): programs(words) for name, words in row["sounds"].items()},
        solo=programs(row.get("solo", "")),
    )


def _role(name: str) -> str:
    return "tunes" if name == "tune" else name
