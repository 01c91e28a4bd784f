"""How much must be listened to: the quality of the sets of paces against the seconds it takes.

`python tests/benchmarks/listening_curve.py SET.csv... [--songs N]` judges the songs of evaluation
sets, as `pacetag evaluate` takes them, with different patience: glances alone, more in doubt, all
that is ever listened to, and the whole song. Prints for every set the mean F1 over 80-210 at ±4 %,
how much of a song is heard, and the median time as a multiple of a plain decode. Settings are
chosen on development sets, never on those that are reported. Not a test: it prints.
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

from pacetag.model.audio import AUDIO, Span, open_song
from pacetag.model.evaluation.evaluation_set import EvaluationSong, read_evaluation_set
from pacetag.model.evaluation.report import Failure
from pacetag.model.evaluation.song_marks import RANGES, set_marks
from pacetag.model.features import extract_features
from pacetag.model.judge import Judge, Judgement
from pacetag.model.listening import LISTENING, ListeningSettings
from pacetag.tagger.evaluate import hear_song

PIECE = 40.0  # s in which a whole song is taken


@dataclass(frozen=True, kw_only=True)
class Patience:
    """A judge that listens for so long, and how long it did."""

    judge: Judge
    settings: ListeningSettings | None  # None: to the whole song
    seconds: list[float]

    def file(self, path: Path) -> Judgement:
        """Judge a sound file."""
        if self.settings is not None:
            listening = self.judge.listen(path, self.settings)
            frames = sum(len(features.onset) for features in listening.features)
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


def patiences() -> dict[str, ListeningSettings | None]:
    """What is compared, by name."""
    few = {f"doubt {d:g}": replace(LISTENING, doubt=d) for d in (1.0, 0.5, 0.4, 0.3, 0.2, 0.1)}
    alone = {
        f"{LISTENING.glances} glances of {seconds:g} s alone": replace(
            LISTENING, glance_seconds=seconds, doubt=np.inf
        )
        for seconds in (6.0, 10.0, 15.0, 40.0)
    }
    return {
        **alone,
        **few,
        "both rounds always": replace(LISTENING, doubt=-1.0),
        "the whole song": None,
    }


def compare(
    songs: Sequence[EvaluationSong], judge: Judge, decode: Sequence[float], console: Console
) -> Table:
    """The table for one set."""
    table = Table(box=SIMPLE_HEAD)
    table.add_column("patience", no_wrap=True)
    for heading in ("F1", "precision", "recall", "s heard", "median s", "median × decode"):
        table.add_column(heading, justify="right")
    for name, settings in patiences().items():
        patience = Patience(judge=judge, settings=settings, seconds=[])
        marks, taken, ratios = [], [], []
        tracked = track(songs, name, console=console, transient=True)
        for song, plain in zip(tracked, decode, strict=True):
            heard = hear_song(patience, song)
            if isinstance(heard, Failure):
                console.print(f"{song.file}: {heard.reason}", markup=False)
                continue
            marks.append(set_marks(heard, RANGES[0]))
            taken.append(heard.seconds)
            ratios.append(heard.seconds / plain)
        cells = [fmean(getattr(m, field) for m in marks) for field in ("f1", "precision", "recall")]
        row = [f"{cell:.4f}" for cell in cells] + [f"{fmean(patience.seconds):.0f}"]
        table.add_row(name, *row, f"{median(taken):.3f}", f"{median(ratios):.2f}")
    return table


def main(arguments: list[str] | None = None) -> int:
    """Print a table for every set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", type=Path, nargs="+", metavar="SET.csv")
    parser.add_argument("--music", type=Path)
    parser.add_argument("--songs", type=int, help="of each set, spread over it")
    options = parser.parse_args(arguments)
    console, judge = Console(width=120), Judge.load()
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
        console.print(f"{path.stem}: {len(chosen)} songs, edges of {AUDIO.edge_seconds:.1f} s left")
        console.print(compare(chosen, judge, decode, console))
    return 0


if __name__ == "__main__":
    sys.exit(main())
