"""Print how fast a Dask cluster judges with 1 and 2 workers, beside processes of this machine.

python -m tests.benchmarks.cluster --songs 48 --rounds 3
python -m tests.benchmarks.cluster --instant --songs 3000
python -m tests.benchmarks.cluster --sleeping --songs 120 --workers 1 2 4 8

Wall time on a busy machine says little about the program, so processor time is printed, too. With
--instant nothing is judged, which shows how many songs a second one scheduler and one scanning
process can hand out; with --sleeping each song takes half a second of no processor's time, which
shows what handing out costs in time.
"""

import argparse
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pacetag.model.audio.stored import StoredSound
from pacetag.model.judgement import Analysis, Pace
from pacetag.tagger.cancellation import Stop
from pacetag.tagger.catalogue.parquet_records import ParquetRecords
from pacetag.tagger.catalogue.scan import CatalogueScan, MakeWorkers
from pacetag.tagger.catalogue.songs import CatalogueSong
from pacetag.tagger.scanning.options import ScanOptions
from pacetag.tagger.scanning.outcomes import Outcome
from pacetag.tagger.workers.cluster import ClusterWorkers
from pacetag.tagger.workers.judging import JudgeRef
from pacetag.tagger.workers.pool import JudgePool, shipped_judge
from tests.tagger.attacks.cluster import Cluster, copies, descendants

INSTANT = JudgeRef(bundle="instant", factory="tests.benchmarks.cluster:Instant")
SLEEPING = JudgeRef(bundle="sleeping", factory="tests.benchmarks.cluster:Sleeping")


class Instant:
    """A judge that answers at once."""

    def file(self, _: Path | StoredSound) -> Analysis:
        """The same for every song."""
        return Analysis(paces=(Pace(bpm=172.3, confidence=0.9),), duration=180.0)


class Sleeping(Instant):
    """A judge that waits first, as for a store."""

    def file(self, _: Path | StoredSound) -> Analysis:
        """The same for every song."""
        time.sleep(0.5)
        return super().file(_)


@dataclass(frozen=True, kw_only=True)
class Run:
    """One scan."""

    wall: float  # s
    workers: float = 0.0  # s of processor time
    scheduler: float = 0.0
    own: float = 0.0  # of this process, which scans


def processor_seconds(pids: list[int]) -> float:
    """Processor time of processes and of their children that ended."""
    total = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        except OSError:
            continue
        total += sum(int(field) for field in fields[11:15])
    return total / os.sysconf("SC_CLK_TCK")


def own_seconds() -> float:
    """Processor time of this process alone."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def scan(songs: list[CatalogueSong], judge: JudgeRef, make: MakeWorkers) -> float:
    """Scan songs into a fresh folder; s from the first outcome on, when all workers are ready."""
    with tempfile.TemporaryDirectory() as folder:
        records = ParquetRecords(Path(folder) / "out", "benchmark")
        one = CatalogueScan(records, judge, ScanOptions(jobs=1), Stop(), make_workers=make)
        began = time.perf_counter()
        for outcome in one.songs(songs):
            if outcome.outcome is Outcome.FAILED:
                raise SystemExit(f"{outcome.path}: {outcome.reason}")
        return time.perf_counter() - began


@contextmanager
def cluster_of(folder: Path, workers: int) -> Iterator[Cluster]:
    """A cluster whose workers can import the judge of this module."""
    os.environ["PYTHONPATH"] = str(Path(__file__).parents[2])
    made = Cluster(folder, workers=workers, nanny=True)
    try:
        yield made
    finally:
        made.close()


def measure(folder: Path, songs: list[CatalogueSong], judge: JudgeRef, workers: int) -> Run:
    """Scan songs with so many workers of one thread that have all judged a song before."""
    with cluster_of(folder, workers) as cluster:
        while True:  # until all have come and loaded the network
            made = ClusterWorkers[str](cluster.address, judge, done=lambda *_: None)
            slots = made.slots
            made.close()
            if slots == workers:
                break
            time.sleep(0.5)
        scan(songs[: 4 * workers], judge, lambda j, d: ClusterWorkers(cluster.address, j, done=d))
        pids = [pid for each in cluster.pids() for pid in (each, *descendants(each))]
        scheduler = [cluster.scheduler_pid]
        before = processor_seconds(pids), processor_seconds(scheduler), own_seconds()
        wall = scan(songs, judge, lambda j, d: ClusterWorkers(cluster.address, j, done=d))
        return Run(
            wall=wall,
            workers=processor_seconds(pids) - before[0],
            scheduler=processor_seconds(scheduler) - before[1],
            own=own_seconds() - before[2],
        )


def main() -> None:
    """Measure in turn, so that the machine's other load falls on all alike."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--songs", type=int, default=48)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--instant", action="store_true")
    parser.add_argument("--sleeping", action="store_true")
    options = parser.parse_args()
    judge = SLEEPING if options.sleeping else INSTANT if options.instant else shipped_judge()
    silent = options.instant or options.sleeping
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        songs = nothing(place, options.songs) if silent else music(place, options.songs)
        for _ in range(options.rounds):
            for workers in options.workers:
                run = measure(place, songs, judge, workers)
                report(f"cluster of {workers}", len(songs), run)
            if not silent:
                wall = scan(songs, judge, lambda j, d: JudgePool(j, jobs=2, done=d))
                report("pool of 2", len(songs), Run(wall=wall))


def music(place: Path, count: int) -> list[CatalogueSong]:
    """Copies of the sample songs."""
    copies(place / "music", count)
    files = sorted((place / "music").iterdir())
    return [CatalogueSong(url=f"file://{file}", size=file.stat().st_size) for file in files]


def nothing(place: Path, count: int) -> list[CatalogueSong]:
    """Names of a file without any sound."""
    (place / "nothing").write_bytes(b"no sound")
    links = [place / f"{number}.mp3" for number in range(count)]
    for link in links:
        link.hardlink_to(place / "nothing")
    return [CatalogueSong(url=f"file://{link}", size=8) for link in links]


def report(what: str, count: int, run: Run) -> None:
    """Print a line."""
    sys.stdout.write(
        f"{what:13} {count / run.wall:7.2f} songs/s, {run.wall:6.1f} s; processor ms a song: "
        f"{1000 * run.workers / count:6.1f} workers, {1000 * run.scheduler / count:5.2f} "
        f"scheduler, {1000 * run.own / count:5.2f} scan; load {os.getloadavg()[0]:.1f}\n"
    )
    sys.stdout.flush()


if __name__ == "__main__":
    main()
