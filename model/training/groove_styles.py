"""The styles of MMA's standard library: families, split, metre, fitting tempos, grooves.

`data/style_families.csv` has one row a style file. Styles of one family share patterns or dance
steps (a 6/8 or 12/8 variant stays with its base), and a family is never divided between the splits.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

STYLE_FOLDER = Path("/usr/share/mma/lib/stdlib")

# Felt beats a bar. In 6/8 and 12/8 the felt beat is the dotted quarter.
BEATS_PER_BAR: Mapping[str, int] = {"4/4": 4, "3/4": 3, "6/8": 2, "12/8": 4, "5/4": 5}
COMPOUND_METRES = frozenset({"6/8", "12/8"})

# Introductions, endings, fills and count-ins are not what a song is made of; "-44" is a style's
# single bar in a foreign metre. Case matters: DescendingJazz is no ending.
_NO_GROOVE = re.compile(r"[Ii]ntro|End(?![a-z])|Fill|Metronome|-44$")


@dataclass(frozen=True, kw_only=True)
class Style:
    """One style file."""

    name: str  # the file's stem
    family: str
    split: str  # train, validation or test
    metre: str  # a key of BEATS_PER_BAR
    quarters_per_beat: float  # MMA counts every metre in its own quarters: 3 a beat in some 6/8
    low_bpm: float  # felt beats per minute that fit the style
    high_bpm: float

    @property
    def beats_per_bar(self) -> int:
        """Felt beats in a bar."""
        return BEATS_PER_BAR[self.metre]

    @property
    def hemiola(self) -> bool:
        """Whether its 6/8 is written, and may be felt, as 3/4."""
        return self.metre == "6/8" and self.quarters_per_beat == 1.5

    @property
    def compound(self) -> bool:
        """Whether the felt beat is made of three eighths by its metre."""
        return self.metre in COMPOUND_METRES


@cache
def load_styles() -> Mapping[str, Style]:
    """Read the table of styles, by name."""
    table = files("pacetag.model.training") / "data" / "style_families.csv"
    rows = csv.DictReader(table.read_text(encoding="utf-8").splitlines())
    return {
        row["style"]: Style(
            name=row["style"],
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
    """Name the grooves that a style file defines, in its order, without intros, fills and ends."""
    text = (folder / f"{style}.mma").read_text(encoding="latin-1")
    names = re.findall(r"(?im)^[ \t]*DefGroove[ \t]+(\S+)", text)
    return tuple(dict.fromkeys(name for name in names if not _NO_GROOVE.search(name)))
