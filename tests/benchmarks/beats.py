"""How exact beats are: those of songs whose every beat is known, by level of the metre.

`python tests/benchmarks/beats.py CORPUS [--songs N]` reads a groove corpus, in which every beat
follows from the tempo (or, where people play, from the tempo map, which MMA composes anew), or a
corpus of `expressive_songs.py`. Every level that fits the song is asked for at its exact pace.
Printed are F-measure and continuity (CMLt, AMLt) as mir_eval has them, the share of songs with an
F-measure over .9, the median of the absolute and of the signed error of the beats within 70 ms, and
processor time beside a plain decode. Of any other folder it prints only what its songs cost.
One core. Not a test: machines differ and are noisy.
"""

import argparse
import contextlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from unittest import mock

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import mir_eval  # noqa: E402
import numpy as np  # noqa: E402
import soundfile  # noqa: E402
from expressive_songs import BEATS_FILE, beat_times  # type: ignore[import-not-found]  # noqa: E402
from numpy.typing import NDArray  # noqa: E402
from rich.box import SIMPLE_HEAD  # noqa: E402
from rich.console import Console  # noqa: E402
from rich.progress import track  # noqa: E402
from rich.table import Table  # noqa: E402

from pacetag.model import Judge  # noqa: E402
from pacetag.model.audio.ffmpeg import FfmpegDecoder  # noqa: E402
from pacetag.model.audio.sndfile import SndfileDecoder  # noqa: E402
from pacetag.model.training.grooves.compose import compose  # noqa: E402
from pacetag.model.training.grooves.corpus import SONGS_FILE, load_songs  # noqa: E402
from pacetag.model.training.grooves.draw import draw_settings  # noqa: E402
from pacetag.model.training.grooves.render import GrooveSong  # noqa: E402
from pacetag.model.training.grooves.styles import load_styles  # noqa: E402

RING_OUT = 0.5  # s of a groove behind its last beat
TOLERANCE = 0.07  # s; MIREX's, and mir_eval's
GOOD = 0.9  # F-measure
LEVELS = {"two bars": 0, "bar": 0, "beat/2": 2, "beat": 1, "beat*2": 1 / 2, "beat*3": 1 / 3}


@dataclass(frozen=True, kw_only=True)
class Case:
    """A song at one level of its metre."""

    audio: Path
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


def known(song: GrooveSong) -> NDArray[np.float64]:
    """Times in s of the felt beats [beats] of a groove."""
    if song.feel is None:
        return np.arange(0.0, song.seconds - RING_OUT - 1e-6, 60 / song.tempo)
    settings = draw_settings(song.seed, song.number, song.collection)
    style = load_styles()[song.style]
    with tempfile.TemporaryDirectory(prefix="pacetag-beats-") as scratch:
        played = compose(replace(settings, feel=song.feel), style, Path(scratch))
    return np.asarray(beat_times(played.midi, style, len(played.struck)))


def cases(corpus: Path, songs: int) -> Iterator[Case]:
    """The cases of a corpus, song by song."""
    if (corpus / BEATS_FILE).exists():
        for line in (corpus / BEATS_FILE).read_text(encoding="utf-8").splitlines()[:songs]:
            row = json.loads(line)
            half = ["beat/2"] if row["bar"] == 4 else []
            yield from at_levels(
                corpus / row["audio"],
                np.array(row["beats"]),
                row["bpm"],
                row["bar"],
                ["bar", "beat", *half],
            )
        return
    for song in load_songs(corpus)[:songs]:
        fitting = [level.name for level in song.levels if level.verdict == "compatible"]
        bar = load_styles()[song.style].beats_per_bar
        yield from at_levels(corpus / song.audio, known(song), song.tempo, bar, fitting)


def at_levels(
    audio: Path, beats: NDArray[np.float64], bpm: float, bar: int, names: list[str]
) -> Iterator[Case]:
    """A song at some of its levels, the beats of faster ones even between those of the beat."""
    for name in names:
        if name in LEVELS:
            step = LEVELS[name] or (bar if name == "bar" else 2 * bar)
            places = np.arange(0, len(beats) - 1 + 1e-6, step)
            times = np.interp(places, np.arange(len(beats)), beats)
            if 40 <= bpm / step <= 320:
                yield Case(audio=audio, level=name, bpm=bpm / step, beats=times)


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
    """Print a row for every level."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--songs", type=int, default=10_000)
    parser.add_argument("--worst", action="store_true", help="name the songs that are not good")
    options = parser.parse_args()
    console, judge = Console(width=120), Judge()
    if not any((options.corpus / name).exists() for name in (BEATS_FILE, SONGS_FILE)):
        console.print(cost_of_all(judge, options.corpus, options.songs))
        return 0
    marks: dict[str, list[Marks]] = {}
    for case in track(list(cases(options.corpus, options.songs)), "cases", console=console):
        found = heard(judge, case)
        marks.setdefault(case.level, []).append(found)
        if options.worst and found.f_measure <= GOOD:
            console.print(f"{case.audio.name} {case.level} {case.bpm:.1f}: {found.f_measure:.3f}")
    table = Table(box=SIMPLE_HEAD)
    table.add_column("level")
    headings = ("songs", "F-measure", "CMLt", "AMLt", f"F > {GOOD}", "error ms", "signed ms")
    for heading in (*headings, "s a song", "x decode"):
        table.add_column(heading, justify="right")
    for level, rows in sorted(marks.items()):
        table.add_row(level, *_figures(rows))
    table.add_row("all", *_figures([mark for rows in marks.values() for mark in rows]))
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
