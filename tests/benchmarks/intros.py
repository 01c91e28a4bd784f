"""How exactly the ends of intros are found, in recordings with intros of known lengths.

`python tests/benchmarks/intros.py SET.csv [--songs 36]` reads a table as `pacetag evaluate` does:
a column `file`, and `paces` (the first one counts; `none` for music without a beat). Before the
middle of every song with a pace it puts an intro of 5 to 40 s: music without a beat that is 6 or
12 dB softer than the song, a chord, or next to silence. As many songs begin at once. It prints, for
each kind, how many begin within 0.3 s of the truth (that of intros under 8 s is 0, the beginning),
the median error, how many intros were missed, found elsewhere or invented, and the processor time a
song, decoding not included. Not a test.
"""

import argparse
import csv
import itertools
import random
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.box import MARKDOWN
from rich.console import Console
from rich.table import Table

from pacetag.model.audio.excerpts import Span, open_song
from pacetag.model.audio.samples import Samples
from pacetag.model.beats.intro import SHORTEST, intro_seconds
from pacetag.model.spec import FeatureSpec

SPEC = FeatureSpec()
RATE = SPEC.sample_rate
LEVEL = -16.0  # dB below full scale, of the songs
BODY = 80.0  # s of each song
KINDS = ("music 6 dB softer", "music 12 dB softer", "chord", "next to silence")
Sound = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Song:
    """A song that was put together."""

    kind: str
    samples: Sound
    bpm: float
    truth: float  # s at which it gets going, as far as that is to be found


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("set", type=Path)
    parser.add_argument("--songs", type=int, default=36)
    options = parser.parse_args()
    errors: dict[str, list[float]] = defaultdict(list)
    took = 0.0
    for song in _songs(options.set, options.songs):
        before = time.process_time()
        errors[song.kind].append(intro_seconds(Samples(song.samples, RATE), song.bpm) - song.truth)
        took += time.process_time() - before
    table = Table(box=MARKDOWN)
    for heading in ("intro", "songs", "within 0.3 s", "median error, s", "off by 1 s and more"):
        table.add_column(heading)
    for kind, found in errors.items():
        off = np.abs(found)
        counts = (len(off), int((off < 0.3).sum()), f"{np.median(off):.2f}", int((off >= 1).sum()))
        table.add_row(kind, *map(str, counts))
    Console(width=100).print(table)
    print(f"{took / sum(map(len, errors.values())):.3f} s of processor time a song")  # noqa: T201
    return 0


def _songs(table: Path, count: int) -> Iterator[Song]:
    rng = random.Random(4)
    with table.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    rng.shuffle(rows)
    soft = itertools.cycle([row for row in rows if row["paces"] == "none"])
    beat = [row for row in rows if row["paces"] not in ("", "none")]
    for number, row in enumerate(beat[: 2 * count]):
        body, bpm = _part(table.parent / row["file"], BODY), float(row["paces"].split()[0])
        if body is None:
            continue
        body = _at(body, LEVEL)
        if number >= count:
            yield Song(kind="none", samples=body, bpm=bpm, truth=0.0)
            continue
        kind, seconds = KINDS[number % len(KINDS)], rng.uniform(5, 40)
        intro = _intro(kind, seconds, table.parent / next(soft)["file"])
        if intro is not None:
            length = len(intro) / RATE
            truth = length if length >= SHORTEST else 0.0
            sound = np.concatenate([intro, body])
            yield Song(kind=kind, samples=sound, bpm=bpm, truth=truth)


def _intro(kind: str, seconds: float, other: Path) -> Sound | None:
    time_ = np.arange(round(seconds * RATE)) / RATE
    if kind == "chord":
        chord = sum(np.sin(2 * np.pi * 131 * ratio * time_) for ratio in (1, 1.26, 1.5, 2))
        return _at(np.asarray(chord * np.minimum(1, time_ / 3), np.float32), LEVEL - 8)
    if kind == "next to silence":
        noise = np.random.default_rng(1).normal(0, 1, len(time_)).astype(np.float32)
        return _at(noise, -60.0)
    part = _part(other, seconds)
    return None if part is None else _at(part, LEVEL - (6 if "6 dB" in kind else 12))


def _part(path: Path, seconds: float) -> Sound | None:
    """Seconds from a song's middle; None where it is shorter or silent."""
    with open_song(path, SPEC) as song:
        start = 0.35 * song.duration
        if song.duration - start < seconds:
            start = song.duration - seconds
        return None if start < 0 else song.excerpt(Span(start=start, seconds=seconds))


def _at(samples: Sound, decibels: float) -> Sound:
    size = float(np.sqrt(np.mean(samples**2)))
    return (samples * (10 ** (decibels / 20) / max(size, 1e-6))).astype(np.float32)


if __name__ == "__main__":
    sys.exit(main())
