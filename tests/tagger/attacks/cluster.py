"""Kill workers, the scheduler and the scan itself while a cluster judges; nothing may get lost.

python -m tests.tagger.attacks.cluster --seconds 180 --kill-every 5
python -m tests.tagger.attacks.cluster --seconds 60 --hosts 2

Scans copies of the sample songs as a catalogue, each round into a folder of its own. In the end
every song must have exactly one row, with the paces of a local judge to the digit.
"""

import argparse
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pyarrow import dataset

from pacetag.model.judge import Judge
from pacetag.model.judgement import Analysis
from pacetag.tagger.workers.judging import hear
from tests.tagger.attacks.hosts import BRIDGE, Host, enter_namespace

SAMPLES = Path(__file__).parents[3] / "sample_audio"
PACETAG = [sys.executable, "-m", "pacetag.tagger"]


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def descendants(pid: int) -> list[int]:
    """The processes that a process has started, and theirs."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        parents.setdefault(parent, []).append(int(stat.parent.name))
    found, waiting = [], [pid]
    while waiting:
        children = parents.get(waiting.pop(), [])
        found += children
        waiting += children
    return found


class Cluster:
    """A scheduler and workers, started again when they end, as a supervisor does."""

    def __init__(
        self, folder: Path, *, workers: int, nanny: bool, hosts: Sequence[Host] = ()
    ) -> None:
        self._host = BRIDGE if hosts else "127.0.0.1"
        with socket.socket() as free:
            free.bind((self._host, 0))
            self.port = free.getsockname()[1]
        self.address = f"tcp://{self._host}:{self.port}"
        self._folder, self._nanny = folder, nanny
        self._scheduler = self._start_scheduler()
        time.sleep(2.0)
        self._places = [hosts[each % len(hosts)] if hosts else None for each in range(workers)]
        self._workers = [self._start_worker(place) for place in self._places]

    def _start(self, *command: str, place: Host | None = None) -> subprocess.Popen[bytes]:
        with (self._folder / "dask.log").open("ab") as log:
            return subprocess.Popen(
                [*(place.prefix if place else []), sys.executable, "-m", *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self._folder,
                start_new_session=True,
            )

    def _start_scheduler(self) -> subprocess.Popen[bytes]:
        where = ("--host", self._host, "--port", str(self.port), "--no-dashboard")
        return self._start("distributed.cli.dask_scheduler", *where)

    def _start_worker(self, place: Host | None) -> subprocess.Popen[bytes]:
        nanny = "--nanny" if self._nanny else "--no-nanny"
        how = ("--nthreads", "1", "--no-dashboard", nanny, "--local-directory", str(self._folder))
        host = ("--host", place.address) if place else ()
        return self._start("distributed.cli.dask_worker", self.address, *how, *host, place=place)

    @property
    def scheduler_pid(self) -> int:
        """The scheduler's process."""
        return self._scheduler.pid

    def pids(self) -> list[int]:
        """The processes of `dask worker`."""
        return [worker.pid for worker in self._workers]

    def supervise(self) -> None:
        """Start anew what has ended."""
        if self._scheduler.poll() is not None:
            self._scheduler = self._start_scheduler()
        self._workers = [
            self._start_worker(place) if worker.poll() is not None else worker
            for worker, place in zip(self._workers, self._places, strict=True)
        ]

    def kill_worker(self, chance: random.Random) -> None:
        """Kill a worker: it whole, or one of the processes that it started."""
        worker = chance.choice(self._workers)
        victims = [worker.pid, *descendants(worker.pid)]
        if chance.random() < 0.5:
            victims = [chance.choice(victims)]
        for pid in victims:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue

    def restart_scheduler(self, *, away: float) -> None:
        """Kill the scheduler, and start another at its address."""
        self._scheduler.kill()
        self._scheduler.wait()
        time.sleep(away)
        self._scheduler = self._start_scheduler()

    def close(self) -> None:
        """End all of it."""
        for process in (*self._workers, self._scheduler):
            for pid in (*descendants(process.pid), process.pid):
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue
            process.wait()


@dataclass
class Figures:
    """What was done and found."""

    killed: int = 0
    schedulers: int = 0
    scans: int = 0
    songs: int = 0
    set_aside: int = 0
    faults: list[str] = field(default_factory=list)


def copies(folder: Path, count: int) -> None:
    """Make so many songs: copies of samples, under names that begin with their sample's."""
    samples = sorted(path for path in SAMPLES.iterdir() if path.suffix != ".csv")
    folder.mkdir()
    for number in range(count):
        sample = samples[number % len(samples)]
        shutil.copy(sample, folder / f"{sample.stem}--{number:05d}{sample.suffix}")


def expected() -> dict[str, Any]:
    """The paces of each sample, from a judge in this process."""
    judge, found = Judge(), {}
    for sample in SAMPLES.iterdir():
        if sample.suffix != ".csv":
            result = hear(judge, sample).result
            assert isinstance(result, Analysis)
            found[sample.stem] = [(pace.bpm, pace.confidence) for pace in result.paces]
    return found


class Attack:
    """Rounds of scans under attack."""

    def __init__(self, folder: Path, cluster: Cluster, options: argparse.Namespace) -> None:
        self._folder, self._cluster, self._options = folder, cluster, options
        self._music = folder / "music"
        self._chance = random.Random(options.seed)
        self.figures = Figures()

    def run(self) -> None:
        """Attack for as long as was asked, then check that the last scan can be finished."""
        copies(self._music, self._options.songs)
        judged = expected()
        until, number = time.monotonic() + self._options.seconds, 0
        while time.monotonic() < until:
            number += 1
            out = self._folder / f"out-{number}"
            while not self._scan(out, until, attacked=True) and time.monotonic() < until:
                pass
            self._count_set_aside(out)
            for _ in range(3):  # in peace: what the attack left open, or set aside
                if self._scan(out, until, attacked=False, retry=True):
                    break
            self._check(out, judged)

    def _scan(self, out: Path, until: float, *, attacked: bool, retry: bool = False) -> bool:
        """Run one scan to its end or to its death; whether every song is judged."""
        self.figures.scans += 1
        command = [*PACETAG, "scan", f"file://{self._music}", "--output", str(out)]
        command += ["--cluster", self._cluster.address, *(["--retry"] if retry else [])]
        with (self._folder / "scan.log").open("ab") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
            began, victims = time.monotonic(), 0
            while process.poll() is None:
                time.sleep(0.5)
                self._cluster.supervise()
                passed = time.monotonic() - began
                if not attacked or time.monotonic() > until:
                    continue
                if passed / self._options.kill_every > victims + 1:
                    victims += 1
                    self._kill(process, victims)
        return process.returncode == 0

    def _kill(self, scan: subprocess.Popen[bytes], number: int) -> None:
        every = self._options.scheduler_every
        if every and number % every == 0:
            self.figures.schedulers += 1
            self._cluster.restart_scheduler(away=self._chance.uniform(0.0, 5.0))
        elif every and number % (2 * every + 1) == 0:
            scan.kill()
        else:
            self.figures.killed += 1
            self._cluster.kill_worker(self._chance)

    def _count_set_aside(self, out: Path) -> None:
        if out.is_dir():
            rows = dataset.dataset(out).to_table(columns=["error"]).to_pylist()
            self.figures.set_aside += sum("set aside" in (row["error"] or "") for row in rows)

    def _check(self, out: Path, judged: dict[str, Any]) -> None:
        rows = dataset.dataset(out).to_table(columns=["url", "paces", "error"]).to_pylist()
        times = Counter(row["url"] for row in rows)
        wanted = {f"file://{song}" for song in self._music.iterdir()}
        faults = [f"{url}: {count} rows" for url, count in times.items() if count != 1]
        faults += [f"{url}: lost" for url in sorted(wanted - set(times))]
        for row in rows:
            sample = row["url"].rpartition("/")[2].partition("--")[0]
            paces = [(pace["bpm"], pace["confidence"]) for pace in row["paces"] or ()]
            if row["error"] is not None or paces != judged[sample]:
                faults.append(f"{row['url']}: {row['error'] or paces}")
        self.figures.songs += len(times)
        self.figures.faults += faults
        say(f"  {out.name}: {len(times)} songs, {len(faults)} faults; {self.figures.killed} killed")


def main() -> int:
    """Attack, and print the figures; 1 where anything was lost, doubled or different."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=180.0)
    parser.add_argument("--kill-every", type=float, default=5.0, metavar="SECONDS")
    parser.add_argument("--scheduler-every", type=int, default=6, metavar="KILLS", help="0: never")
    parser.add_argument("--songs", type=int, default=96)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--hosts", type=int, default=0, help="in namespaces; needs root")
    parser.add_argument("--no-nanny", action="store_true")
    parser.add_argument("--seed", default="1")
    options = parser.parse_args()
    if options.hosts:
        enter_namespace("tests.tagger.attacks.cluster", sys.argv[1:])
    hosts = [Host(number) for number in range(options.hosts)]
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        nanny = not options.no_nanny
        cluster = Cluster(place, workers=options.workers, nanny=nanny, hosts=hosts)
        try:
            attack = Attack(place, cluster, options)
            attack.run()
        finally:
            cluster.close()
            for host in hosts:
                host.close()
        figures = attack.figures
        if figures.faults:
            sys.stdout.write((place / "scan.log").read_text()[-3000:])
    say(
        f"{figures.songs} songs in {figures.scans} scans; {figures.killed} workers and "
        f"{figures.schedulers} schedulers killed; {figures.set_aside} songs set aside for a while; "
        f"{len(figures.faults)} faults"
    )
    for fault in figures.faults[:20]:
        say(f"  {fault}")
    return 1 if figures.faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
