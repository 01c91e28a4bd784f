"""How much must be listened to: the quality of the sets of paces against the seconds it takes.

`python tests/benchmarks/listening_curve.py SET.csv... [--songs N]` judges the songs of evaluation
sets, as `pacetag evaluate` takes them, with different schedules: probes alone, more
where errors are expected, both rounds, and the whole song. Prints for every set the mean F1 over
80-210 at ±4 %, how many songs get the same set as from the whole song, how much of a song is heard,
and the median time as a multiple of a plain decode. Settings are chosen on development sets, never
on those that are reported. Not a test: it prints.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean, median

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import track
from rich.table import Table
from song_cost import plain_decode  # type: ignore[import-not-found]  # its neighbour

from pacetag.model.audio.excerpts import Span, open_song
from pacetag.model.audio.samples import Sound
from pacetag.model.evaluation.evaluation_set import EvaluationSong, read_evaluation_set
from pacetag.model.evaluation.song_marks import RANGES, HeardSong, set_marks
from pacetag.model.features.features import extract_features
from pacetag.model.judge import Judge
from pacetag.model.judge_settings import ScheduleSettings
from pacetag.model.judgement import Analysis
from pacetag.tagger.evaluating.run import hear_song
from pacetag.tagger.settings import bundle_folder

SCHEDULE = ScheduleSettings()
PIECE = 40.0  # s in which a whole song is taken


@dataclass(frozen=True, kw_only=True)
class Patience:
    """A judge that listens for so long, and how long it did."""

    judge: Judge
    settings: ScheduleSettings | None  # None: to the whole song
    seconds: list[float]

    def file(self, path: Sound) -> Analysis:
        """Judge a sound file."""
        if self.settings is not None:
            listening = self.judge.listen(path, self.settings)
            frames = sum(len(features.onset_envelope) for features in listening.features)
            self.seconds.append(frames / self.judge.spec.frame_rate)
            return listening.judgement
        with open_song(path, self.judge.spec) as song:
            pieces = max(1, round(song.duration / PIECE))
            length = song.duration / pieces
            parts = [song.excerpt(Span(start=i * length, seconds=length)) for i in range(pieces)]
            duration = song.duration
        self.seconds.append(duration)
        heard = [extract_features(part, self.judge.spec) for part in parts if part is not None]
        return self.judge.features(heard, duration=duration)


def patiences() -> dict[str, ScheduleSettings | None]:
    """What is compared, by name."""
    few = {
        f"{errors:g} errors": replace(SCHEDULE, expected_errors=errors)
        for errors in (0.05, 0.1, 0.2, 0.3, 0.5, 1.0)
    }
    alone = {
        f"{SCHEDULE.probes} probes of {seconds:g} s alone": replace(
            SCHEDULE, probe_seconds=seconds, expected_errors=np.inf
        )
        for seconds in (40.0, 15.0, 10.0, 6.0)
    }
    return {
        "the whole song": None,
        "both rounds always": replace(SCHEDULE, expected_errors=-1.0),
        **few,
        **alone,
    }


def compare(
    songs: Sequence[EvaluationSong], judge: Judge, decode: Sequence[float], console: Console
) -> Table:
    """The table for one set."""
    table = Table(box=SIMPLE_HEAD)
    table.add_column("patience", no_wrap=True)
    for heading in ("F1", "precision", "recall", "as the whole", "s heard", "median s"):
        table.add_column(heading, justify="right")
    table.add_column("median × decode", justify="right")
    everything: dict[str, HeardSong] = {}
    for name, settings in patiences().items():
        patience = Patience(judge=judge, settings=settings, seconds=[])
        tracked = track(songs, name, console=console, transient=True)
        heard = {song.file: hear_song(patience, song) for song in tracked}
        found = {file: one for file, one in heard.items() if isinstance(one, HeardSong)}
        everything = everything or found
        marks = [set_marks(one, RANGES[0]) for one in found.values()]
        cells = [fmean(getattr(m, field) for m in marks) for field in ("f1", "precision", "recall")]
        same = fmean(same_set(one, everything[file]) for file, one in found.items())
        ratios = [
            found[song.file].seconds / plain
            for song, plain in zip(songs, decode, strict=True)
            if song.file in found
        ]
        row = [f"{cell:.4f}" for cell in cells] + [f"{same:.3f}", f"{fmean(patience.seconds):.0f}"]
        taken = median(one.seconds for one in found.values())
        table.add_row(name, *row, f"{taken:.3f}", f"{median(ratios):.2f}")
    return table


def same_set(one: HeardSong, other: HeardSong) -> bool:
    """Whether the same paces are claimed between 80 and 210, within 4 %."""
    low, high, tolerance = RANGES[0].low, RANGES[0].high, RANGES[0].tolerance
    mine, its = (
        sorted(p.bpm for p in h.analysis.paces if low <= p.bpm <= high) for h in (one, other)
    )
    return len(mine) == len(its) and all(
        abs(a / b - 1) <= tolerance for a, b in zip(mine, its, strict=True)
    )


def main(arguments: list[str] | None = None) -> int:
    """Print a table for every set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", type=Path, nargs="+", metavar="SET.csv")
    parser.add_argument("--music", type=Path)
    parser.add_argument("--songs", type=int, help="of each set, spread over it")
    options = parser.parse_args(arguments)
    console, judge = Console(width=120), Judge(bundle_folder())
    for number, path in enumerate(options.sets):
        songs = read_evaluation_set(path, options.music)
        chosen = songs[:: max(1, len(songs) // (options.songs or len(songs)))]
        if number == 0:
            judge.file(chosen[0].path)  # the first song pays for compilation
        decode = []
        for song in track(chosen, "plain decode", console=console, transient=True):
            start = time.perf_counter()
            plain_decode(song.path)
            decode.append(time.perf_counter() - start)
        edges = f"edges of {SCHEDULE.edge_seconds:.1f} s left out"
        console.print(f"{path.stem}: {len(chosen)} songs, {edges}")
        console.print(compare(chosen, judge, decode, console))
    return 0


if __name__ == "__main__":
    sys.exit(main())
