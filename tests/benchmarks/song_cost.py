"""What judging a song costs, beside a plain decode of the same file and beside other programs.

`python tests/benchmarks/song_cost.py FOLDER [--songs N] [--peers]` prints medians over the songs of
a folder, each song in turn by every means, so that a busy moment of the machine meets them all. One
core. The plain decode is soundfile's, or FFmpeg's where libsndfile knows no such container. Peers
are those that `peer_costs.py` finds.
Not a test: machines differ and are noisy.
"""

import argparse
import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any
from unittest import mock

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS"):
    os.environ.setdefault(_name, "1")

import av  # noqa: E402
import numpy as np  # noqa: E402
import peer_costs  # type: ignore[import-not-found]  # noqa: E402 - its neighbour
import soundfile  # noqa: E402
from rich.box import SIMPLE_HEAD  # noqa: E402
from rich.console import Console  # noqa: E402
from rich.progress import track  # noqa: E402
from rich.table import Table  # noqa: E402

from pacetag.model.audio.excerpts import Song  # noqa: E402
from pacetag.model.errors import ModelError  # noqa: E402
from pacetag.model.features.features import extract_features  # noqa: E402
from pacetag.model.judge import Judge  # noqa: E402
from pacetag.model.tempo.candidates import song_candidates  # noqa: E402
from pacetag.model.tempo.clips import Clips  # noqa: E402
from pacetag.tagger.settings import bundle_folder  # noqa: E402

SUFFIXES = {".mp3", ".flac", ".ogg", ".opus", ".wav", ".m4a"}
SNDFILE_CANNOT = {".m4a", ".opus"}  # or, of Opus, not reliably
DECODE, SONG = "plain decode", "pacetag"
Means = dict[str, Callable[[Path], float]]  # by name: the seconds that a song takes
PEERS = Path(__file__).with_name("peer_costs.py")


def plain_decode(path: Path) -> None:
    """Decode all of a file, and throw it away."""
    if path.suffix.lower() not in SNDFILE_CANNOT:
        soundfile.read(path, dtype="float32")
        return
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            frame.to_ndarray()


class Stages:
    """How long the parts of judging take, from around the functions that do them."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.excerpts = 0

    @contextlib.contextmanager
    def watched(self) -> Iterator[None]:
        """Measure all that happens meanwhile."""
        with contextlib.ExitStack() as patches:
            for name, target, work in (
                ("excerpts", "audio.excerpts.Song.excerpt", Song.excerpt),
                ("features", "steps.extract_features", extract_features),
                ("candidates", "steps.song_candidates", song_candidates),
                ("fold and judge", "tempo.clips.Clips.logits", Clips.logits),
            ):
                timed = self._timed(name, work)
                patches.enter_context(mock.patch(f"pacetag.model.{target}", timed))
            yield

    def _timed(self, name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*args: Any, **named: Any) -> Any:
            start = time.perf_counter()
            try:
                return work(*args, **named)
            finally:
                self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start
                self.excerpts += name == "excerpts"

        return timed


class Peer:
    """Another program, which answers in a process of its own: some crash beside others."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._process: subprocess.Popen[str] | None = None

    def seconds(self, path: Path) -> float:
        """What it takes for a song. Raises ValueError if it cannot tell."""
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, str(PEERS), self._name],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
        question, reply = self._process.stdin, self._process.stdout
        assert question is not None
        assert reply is not None
        question.write(f"{path}\n")
        question.flush()
        answer = reply.readline()
        if not answer:
            self._process = None  # it died, perhaps of this song
            raise ValueError("its process died")
        if answer.startswith("!"):
            raise ValueError(answer[1:].strip())
        return float(answer)


def measure(path: Path, means: Means, console: Console) -> dict[str, float]:
    """Seconds that each of the means takes for a song; those that fail are left out."""
    found = {}
    for name, seconds in means.items():
        try:
            found[name] = seconds(path)
        except (ModelError, ValueError, soundfile.LibsndfileError) as error:
            console.print(f"{name}: {path.name}: {error}", markup=False)
    return found


def timed(work: Callable[[Path], object]) -> Callable[[Path], float]:
    """The seconds that work on a song takes."""

    def run(path: Path) -> float:
        start = time.perf_counter()
        work(path)
        return time.perf_counter() - start

    return run


def main(arguments: list[str] | None = None) -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--songs", type=int, default=72)
    parser.add_argument("--peers", action="store_true")
    options = parser.parse_args(arguments)
    files = sorted(p for p in options.folder.rglob("*") if p.suffix.lower() in SUFFIXES)
    chosen = files[:: max(1, len(files) // options.songs)][: options.songs]
    console = Console()
    if not chosen:
        console.print(f"{options.folder}: no songs")
        return 2
    judge = Judge(bundle_folder())
    means: Means = {DECODE: timed(plain_decode), SONG: timed(judge.file)}
    for name in peer_costs.present() if options.peers else ():
        means[name] = Peer(name).seconds
    for run in list(means.values())[1:]:  # the first song pays for imports and compilation
        with contextlib.suppress(Exception):
            run(chosen[0])
    songs: list[tuple[Path, dict[str, float], Stages]] = []
    for path in track(chosen, "songs", console=console, transient=True):
        taken, stages = measure(path, means, console), Stages()
        if DECODE in taken and SONG in taken:
            with stages.watched():
                judge.file(path)
            songs.append((path, taken, stages))
    _print(songs, list(means), console)
    return 0


def _print(
    songs: list[tuple[Path, dict[str, float], Stages]], names: list[str], console: Console
) -> None:
    table = _table(f"{len(songs)} songs, one core", "means")
    for name in names:
        pairs = [(taken[name], taken[DECODE]) for _, taken, _ in songs if name in taken]
        _row(table, name, pairs)
    console.print(table)
    table = _table("pacetag by container", "container")
    for suffix in sorted({path.suffix for path, _, _ in songs}):
        here = [taken for path, taken, _ in songs if path.suffix == suffix]
        _row(table, suffix, [(taken[SONG], taken[DECODE]) for taken in here])
    console.print(table)
    table = _table("pacetag's parts", "part")
    for name in ("excerpts", "features", "candidates", "fold and judge"):
        _row(table, name, [(s.seconds.get(name, 0.0), taken[DECODE]) for _, taken, s in songs])
    console.print(table)
    twice = float(np.mean([stages.excerpts > 3 for _, _, stages in songs]))
    console.print(f"{twice:.0%} of the songs were listened to a second time")


def _table(title: str, first: str) -> Table:
    table = Table(title=title, box=SIMPLE_HEAD)
    table.add_column(first, no_wrap=True)
    for heading in ("songs", "median s", "median × decode", "sum × decode"):
        table.add_column(heading, justify="right")
    return table


def _row(table: Table, name: str, pairs: list[tuple[float, float]]) -> None:
    if not pairs:
        table.add_row(name, "0", "", "", "")
        return
    seconds, decode = zip(*pairs, strict=True)
    table.add_row(
        name,
        str(len(pairs)),
        f"{median(seconds):.3f}",
        f"{median(s / d for s, d in pairs):.2f}",
        f"{sum(seconds) / sum(decode):.2f}",
    )


if __name__ == "__main__":
    sys.exit(main())
