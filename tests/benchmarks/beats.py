"""How exact beats are: those of songs whose every beat is known, by level of the metre.

`python tests/benchmarks/beats.py CORPUS [--songs N]` reads a groove corpus, of which it takes the
songs that a machine plays, where every beat follows from the tempo; or the expressive corpus, whose
validation songs note their beats. Every level that fits the song is asked for at its exact pace.
Printed are F-measure and continuity (CMLt, AMLt) as mir_eval has them, the share of songs with an
F-measure over .9, the median of the absolute and of the signed error of the beats within 70 ms, and
processor time beside a plain decode. Of any other folder it prints only what its songs cost.
One core. Not a test: machines differ and are noisy.
"""

import argparse
import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import mir_eval  # noqa: E402
import numpy as np  # noqa: E402
import soundfile  # noqa: E402
from numpy.typing import NDArray  # noqa: E402
from rich.box import SIMPLE_HEAD  # noqa: E402
from rich.console import Console  # noqa: E402
from rich.progress import track  # noqa: E402
from rich.table import Table  # noqa: E402

from pacetag.model import Judge  # noqa: E402
from pacetag.model.audio.ffmpeg import FfmpegDecoder  # noqa: E402
from pacetag.model.audio.sndfile import SndfileDecoder  # noqa: E402
from pacetag.model.training.expressive.corpus import SOURCE as EXPRESSIVE  # noqa: E402
from pacetag.model.training.expressive.piece import METRES  # noqa: E402
from pacetag.model.training.grooves.corpus import load_songs  # noqa: E402
from pacetag.model.training.grooves.render import GrooveSong  # noqa: E402
from pacetag.model.training.grooves.styles import load_styles  # noqa: E402
from pacetag.model.training.rendered import SONGS_FILE, RenderedSong, load_rendered  # noqa: E402

RING_OUT = 0.5  # s of a groove behind its last beat
TOLERANCE = 0.07  # s; MIREX's, and mir_eval's
GOOD = 0.9  # F-measure
LEVELS = {"two bars": 0, "bar": 0, "beat/2": 2, "beat": 1, "beat*2": 1 / 2, "beat*3": 1 / 3}


@dataclass(frozen=True, kw_only=True)
class Case:
    """A song at one level of its metre."""

    audio: Path
    kind: str  # of music
    level: str
    bpm: float
    beats: NDArray[np.float64]  # s [beats]


@dataclass(frozen=True, kw_only=True)
class Marks:
    """How well a case was heard, and what it cost."""

    f_measure: float
    cmlt: float  # continuity at the right level, total
    amlt: float  # the same, with half, double and off-beat allowed
    error: float  # s, median of the absolute one
    signed: float  # s, median
    seconds: float  # without the decode
    decode: float  # s of a plain decode


def cases(corpus: Path, songs: int) -> Iterator[Case]:
    """The cases of a corpus, song by song."""
    if corpus.name == EXPRESSIVE:
        held_out = [song for song in load_rendered(corpus) if song.split == "validation"]
        for song in held_out[:songs]:
            yield from played(corpus, song)
        return
    strict = [song for song in load_songs(corpus) if song.feel is None]
    for groove in strict[:songs]:
        yield from programmed(corpus, groove)


def played(corpus: Path, song: RenderedSong) -> Iterator[Case]:
    """An expressive song; its beats stand in its record."""
    bar = METRES[song.made["metre"]].beats
    beats = np.array(song.made["beats"])
    return at_levels(song, corpus / song.audio, song.group, beats, bar)


def programmed(corpus: Path, song: GrooveSong) -> Iterator[Case]:
    """A groove that a machine plays, from its first downbeat on."""
    bar = load_styles()[song.style].beats_per_bar
    beats = np.arange(0.0, song.seconds - RING_OUT - 1e-6, 60 / song.tempo)
    return at_levels(song, corpus / song.audio, "groove", beats, bar)


def at_levels(
    song: RenderedSong | GrooveSong, audio: Path, kind: str, beats: NDArray[np.float64], bar: int
) -> Iterator[Case]:
    """A song at the levels that fit, the beats of faster ones even between those of the beat."""
    bpm = song.tempo or np.nan
    for name in (level.name for level in song.levels if level.verdict == "compatible"):
        if name in LEVELS:
            step = LEVELS[name] or (bar if name == "bar" else 2 * bar)
            places = np.arange(0, len(beats) - 1 + 1e-6, step)
            times = np.interp(places, np.arange(len(beats)), beats)
            if 40 <= bpm / step <= 320:
                yield Case(audio=audio, kind=kind, level=name, bpm=bpm / step, beats=times)


def timed(work: Callable[[], object]) -> float:
    """Processor time of some work, in s."""
    start = time.process_time()
    work()
    return time.process_time() - start


def cost(judge: Judge, path: Path, bpm: float) -> tuple[NDArray[np.float64], float, float]:
    """Beat times of a file, the s that they take without decoding it, and those of a decode."""
    reading = 0.0

    def watched(plain: Callable[..., object]) -> Callable[..., object]:
        def read(*arguments: object) -> object:
            nonlocal reading
            start = time.process_time()
            found = plain(*arguments)
            reading += time.process_time() - start
            return found

        return read

    with contextlib.ExitStack() as patches:
        for decoder in (SndfileDecoder, FfmpegDecoder):
            patches.enter_context(mock.patch.object(decoder, "read", watched(decoder.read)))
        start = time.process_time()
        times = judge.beats(path, bpm).times
        seconds = time.process_time() - start - reading
    return times, seconds, timed(lambda: soundfile.read(path, dtype="float32"))


def heard(judge: Judge, case: Case) -> Marks:
    """Compare the beats of a case with the known ones."""
    found, seconds, decode = cost(judge, case.audio, case.bpm)
    truth, trimmed = mir_eval.beat.trim_beats(case.beats), mir_eval.beat.trim_beats(found)
    _, cmlt, _, amlt = mir_eval.beat.continuity(truth, trimmed)
    nearest = case.beats[np.abs(found[:, None] - case.beats).argmin(axis=1)]
    off = (found - nearest)[np.abs(found - nearest) <= TOLERANCE]
    return Marks(
        f_measure=mir_eval.beat.f_measure(truth, trimmed),
        cmlt=cmlt,
        amlt=amlt,
        error=float(np.median(np.abs(off))) if len(off) else np.nan,
        signed=float(np.median(off)) if len(off) else np.nan,
        seconds=seconds,
        decode=decode,
    )


def main() -> int:
    """Print a row for every kind of music and level."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--songs", type=int, default=10_000)
    parser.add_argument("--worst", action="store_true", help="name the songs that are not good")
    options = parser.parse_args()
    console, judge = Console(width=120), Judge()
    if not (options.corpus / SONGS_FILE).exists():
        console.print(cost_of_all(judge, options.corpus, options.songs))
        return 0
    marks: dict[tuple[str, str], list[Marks]] = {}
    for case in track(list(cases(options.corpus, options.songs)), "cases", console=console):
        found = heard(judge, case)
        marks.setdefault((case.kind, case.level), []).append(found)
        if options.worst and found.f_measure <= GOOD:
            console.print(f"{case.audio.name} {case.level} {case.bpm:.1f}: {found.f_measure:.3f}")
    table = Table(box=SIMPLE_HEAD)
    table.add_column("music")
    table.add_column("level")
    headings = ("songs", "F-measure", "CMLt", "AMLt", f"F > {GOOD}", "error ms", "signed ms")
    for heading in (*headings, "s a song", "x decode"):
        table.add_column(heading, justify="right")
    for names, rows in sorted(marks.items()):
        table.add_row(*names, *_figures(rows))
    table.add_row("all", "", *_figures([mark for rows in marks.values() for mark in rows]))
    console.print(table)
    return 0


def cost_of_all(judge: Judge, folder: Path, songs: int) -> str:
    """What beats at 120 bpm cost for the songs of a folder, as a sentence."""
    files = sorted(p for p in folder.rglob("*") if p.suffix in {".mp3", ".ogg", ".flac", ".wav"})
    chosen = files[:: max(1, len(files) // songs)][:songs]
    judge.beats(chosen[0], 120.0)  # the first song pays for imports
    pairs = [cost(judge, path, 120.0)[1:] for path in chosen]
    seconds, decode = (sum(column) for column in zip(*pairs, strict=True))
    return (
        f"{len(pairs)} songs: {seconds / len(pairs):.3f} s a song beside its decode, "
        f"{seconds / decode:.2f} x a plain decode"
    )


def _figures(rows: list[Marks]) -> list[str]:
    mean = [np.mean([getattr(row, name) for row in rows]) for name in ("f_measure", "cmlt", "amlt")]
    good = np.mean([row.f_measure > GOOD for row in rows])
    error, signed = (
        1e3 * np.nanmedian([getattr(row, name) for row in rows]) for name in ("error", "signed")
    )
    seconds, decode = (sum(getattr(row, name) for row in rows) for name in ("seconds", "decode"))
    return [
        f"{len(rows)}",
        *(f"{value:.3f}" for value in (*mean, good)),
        f"{error:.1f}",
        f"{signed:+.1f}",
        f"{seconds / len(rows):.3f}",
        f"{seconds / decode:.2f}",
    ]


if __name__ == "__main__":
    sys.exit(main())
