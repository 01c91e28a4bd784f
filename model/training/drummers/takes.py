"""Takes of human drummers, read from the Groove MIDI Dataset as its authors publish it.

The data set is by J. Gillick, A. Roberts, J. Engel, D. Eck and D. Bamman (Learning to Groove with
Inverse Sequence Transformations, ICML 2019; version 1.0.0, licence CC BY 4.0). Every take was
played to a click, so its tempo is exact.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pacetag.model.errors import ModelError
from pacetag.model.training.sources.midi import DRUM_CHANNEL, Note, parse_midi, song_of

TABLE = "info.csv"
# Drummers 1, 5 and 6 are never read: they are there to measure with. Drummer 3 plays jazz, rock and
# hip hop, straight and swung, in many short takes: all feels are validated by a player of his own.
SPLIT: Mapping[str, str] = {
    "drummer2": "train",
    "drummer3": "validation",
    "drummer4": "train",
    "drummer7": "train",
    "drummer8": "train",
    "drummer9": "train",
    "drummer10": "train",
}
SHORTEST = 15.0  # seconds
BEATS_PER_BAR = 4

# Notes of a Roland TD-11 that General MIDI has at another place or not at all.
TO_GENERAL_MIDI: Mapping[int, int] = {
    22: 42,  # edge of the closed hi-hat
    26: 46,  # edge of the open hi-hat
    58: 43,  # rim of the third tom
}
# Hands and feet that keep time: hi-hat and ride.
TIMEKEEPERS = frozenset({42, 44, 46, 51, 53, 59})
_COLUMNS = ("drummer", "id", "style", "bpm", "time_signature", "midi_filename", "duration")
_NEAR = 0.12  # beats; what is further from the beat belongs to another pulse


class TakesError(ModelError):
    """The folder holds no takes that can be read."""


@dataclass(frozen=True, kw_only=True)
class Take:
    """One take, counted in beats of the click."""

    id: str  # as in info.csv: drummer/session/number
    drummer: str
    style: str
    bpm: float  # of the click
    notes: tuple[Note, ...]  # General MIDI drums; ticks of `ticks_per_beat`
    ticks_per_beat: int

    @property
    def onsets(self) -> NDArray[np.float64]:
        """Onsets [notes] in beats, the drummer's mean distance from the click taken away."""
        raw = np.array([note.tick for note in self.notes]) / self.ticks_per_beat
        return np.asarray(raw - lag(raw), np.float64)

    @property
    def timekeepers(self) -> NDArray[np.bool_]:
        """Which notes [notes] are hi-hat or ride."""
        return np.array([note.key in TIMEKEEPERS for note in self.notes], dtype=bool)

    @property
    def beats(self) -> int:
        """Length in beats, of whole bars."""
        last = self.notes[-1].tick / self.ticks_per_beat
        return int(last // BEATS_PER_BAR + 1) * BEATS_PER_BAR


def load_takes(source: Path) -> tuple[Take, ...]:
    """The beats of 15 s and more in 4/4 that the drummers of SPLIT play.

    Raises TakesError: the folder is no copy of the data set, or a take is missing.
    """
    try:
        wanted = [row for row in _rows(source / TABLE) if _is_wanted(row)]
        takes = tuple(_read(source, row) for row in wanted)
    except (ValueError, TypeError) as error:  # a number that is none, a row that is cut short
        raise TakesError(f"{source / TABLE}: {error}; fetch the data set again") from error
    if not takes:
        raise TakesError(f"{source}: has no take of the drummers that are learnt from")
    return takes


def lag(onsets: NDArray[np.float64]) -> float:
    """How late a drummer is on the beat, in beats; negative where early."""
    late = 0.0
    for _ in range(3):
        off = (onsets - late + 0.5) % 1 - 0.5
        near = off[np.abs(off) < _NEAR]
        late += float(np.median(near)) if len(near) else 0.0
    return late


def _rows(table: Path) -> Iterator[dict[str, str]]:
    try:
        with table.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            if missing := set(_COLUMNS) - set(reader.fieldnames or ()):
                raise TakesError(f"{table}: has no column {', '.join(sorted(missing))}")
            yield from reader
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise TakesError(
            f"{table}: cannot be read ({error}); name the folder of the Groove MIDI Dataset"
        ) from error


def _is_wanted(row: Mapping[str, str]) -> bool:
    """Whether a take is one to learn from. Fills are a bar long; their names say `fill`."""
    return (
        row["drummer"] in SPLIT
        and row["midi_filename"].startswith(f"{row['drummer']}/")
        and "_beat_" in Path(row["midi_filename"]).name
        and row["time_signature"] == "4-4"
        and float(row["duration"]) >= SHORTEST
    )


def _read(source: Path, row: Mapping[str, str]) -> Take:
    path = source / row["midi_filename"]
    try:
        song = song_of(parse_midi(path.read_bytes()))
    except OSError as error:
        raise TakesError(f"{path}: cannot be read ({error}); fetch the data set again") from error
    notes = tuple(
        Note(
            tick=note.tick,
            channel=DRUM_CHANNEL,
            key=TO_GENERAL_MIDI.get(note.key, note.key),
            velocity=note.velocity,
        )
        for note in song.notes
    )
    if not notes:
        raise TakesError(f"{path}: has no notes; fetch the data set again")
    return Take(
        id=row["id"],
        drummer=row["drummer"],
        style=row["style"],
        bpm=float(row["bpm"]),
        notes=notes,
        ticks_per_beat=song.ticks_per_quarter,
    )
