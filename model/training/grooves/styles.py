"""The styles of MMA's libraries: families, split, metre, fitting tempos, grooves.

`data/style_families.csv` has one row a style file, those of the standard library first. Styles of
one family share patterns or dance steps (a 6/8 or 12/8 variant stays with its base), and a family
is never divided between the splits, in any library.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from pacetag.model.training.sources.tools import SHARE

LIBRARY_FOLDER = SHARE / "mma" / "lib"
STANDARD = "stdlib"  # the library whose styles are known by their bare names
STYLE_FOLDER = LIBRARY_FOLDER / STANDARD

# Felt beats a bar. In 6/8 and 12/8 the felt beat is the dotted quarter.
BEATS_PER_BAR: Mapping[str, int] = {"4/4": 4, "3/4": 3, "6/8": 2, "12/8": 4, "5/4": 5}
COMPOUND_METRES = frozenset({"6/8", "12/8"})

# Introductions, endings, fills and count-ins are not what a song is made of; "-44" is a style's
# single bar in a foreign metre. Case matters: DescendingJazz is no ending. The second list has the
# further libraries' words: FA and FB are fills, E an ending; a break is hardly a beat.
_NO_GROOVE = re.compile(r"[Ii]ntro|End(?![a-z])|Fill|Metronome|-44$")
_NO_FURTHER_GROOVE = re.compile(rf"{_NO_GROOVE.pattern}|Ending|(?<=\d|[a-z])(FA|FB|E)$|Break")

# Zoom's patterns that only decorate a beat which others play, or that have none, and one that is
# a 6/8 in a file of 3/4.
_UNFIT_PATTERNS = frozenset({"AFRO06", "BALD05", "JAZZ07", "LATN04", "LATN05", "POP02", "POP12"})

# Drums that go round in three quarters, struck at the half of that, against bars of four.
_CROSSED = frozenset({"casio/soul"})


@dataclass(frozen=True, kw_only=True)
class Style:
    """One style file."""

    name: str  # the file's stem, after its library and a slash unless that is the standard one
    library: str = STANDARD
    family: str
    split: str  # train, validation or test
    metre: str  # a key of BEATS_PER_BAR
    quarters_per_beat: float  # MMA counts every metre in its own quarters: 3 a beat in some 6/8
    low_bpm: float  # felt beats per minute that fit the style
    high_bpm: float

    @property
    def file(self) -> str:
        """The style file as MMA is asked for it."""
        return self.name if "/" in self.name else f"{self.library}/{self.name}"

    @property
    def beats_per_bar(self) -> int:
        """Felt beats in a bar."""
        return BEATS_PER_BAR[self.metre]

    @property
    def chord_places(self) -> int:
        """Places for chords in a bar: MMA's quarters, but two where the file says "Time 6/8"."""
        if self.library == "zoom" and self.compound:
            return 2
        return round(self.beats_per_bar * self.quarters_per_beat)

    @property
    def hemiola(self) -> bool:
        """Whether its 6/8 is written, and may be felt, as 3/4."""
        return self.metre == "6/8" and self.quarters_per_beat == 1.5

    @property
    def crossed(self) -> bool:
        """Whether the drums' accents divide its eighths by three and not by two."""
        return self.name in _CROSSED

    @property
    def compound(self) -> bool:
        """Whether the felt beat is made of three eighths by its metre."""
        return self.metre in COMPOUND_METRES


def name_of(library: str, stem: str) -> str:
    """Name a style file so that no two libraries have the same."""
    return stem if library == STANDARD else f"{library}/{stem}"


@cache
def load_styles() -> Mapping[str, Style]:
    """Read the table of styles, by name."""
    table = files("pacetag.model.training") / "data" / "style_families.csv"
    rows = csv.DictReader(table.read_text(encoding="utf-8").splitlines())
    return {
        name_of(row["library"], row["style"]): Style(
            name=name_of(row["library"], row["style"]),
            library=row["library"],
            family=row["family"],
            split=row["split"],
            metre=row["metre"],
            quarters_per_beat=float(row["quarters_per_beat"]),
            low_bpm=float(row["low_bpm"]),
            high_bpm=float(row["high_bpm"]),
        )
        for row in rows
    }


@cache
def grooves_of(style: str, folder: Path = STYLE_FOLDER) -> tuple[str, ...]:
    """Name the grooves that a style file defines, in its order, without intros, fills and ends.

    `folder` holds the standard library, beside the others.
    """
    further = "/" in style
    text = ((folder.parent if further else folder) / f"{style}.mma").read_text(encoding="latin-1")
    names = re.findall(r"(?im)^[ \t]*DefGroove[ \t]+(\S+)", text)
    unfit = _NO_FURTHER_GROOVE if further else _NO_GROOVE
    kept = (name for name in names if not unfit.search(name) and name not in _UNFIT_PATTERNS)
    return tuple(dict.fromkeys(kept))
