"""Sends damaged songs to a worker process that may crash, hang or run out of memory, and counts.

`python -m tests.tagger.attacks.mutants --count 20000 --seed 5` damages 20,000 songs.
"""

import argparse
import json
import select
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.tagger.attacks.mutant_worker import LIMIT
from tests.tagger.tags.making import TITLES, make

ROOT = Path(__file__).parents[3]
MEMORY = 1 << 30  # bytes that the worker may take in all


@dataclass(kw_only=True)
class Tally:
    """How the damaged songs fared, counted."""

    count: int = 0
    decoded: int = 0
    read: int = 0
    written: int = 0
    same: int = 0  # byte for byte as before, once undone
    refused: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0  # s
    peak: int = 0  # bytes
    faults: list[dict[str, Any]] = field(default_factory=list)

    def add(self, answer: dict[str, Any]) -> None:
        """Count one more song."""
        self.count += 1
        for name in ("decoded", "read", "written", "same"):
            setattr(self, name, getattr(self, name) + bool(answer.get(name)))
        if answer.get("reason"):
            self.refused[str(answer["reason"])] += 1
        self.slowest = max(self.slowest, answer.get("seconds", 0.0))
        self.peak = max(self.peak, answer.get("peak", 0))
        if answer.get("peak", 0) > MEMORY:
            answer["fault"] = f"took {answer['peak'] >> 20} MiB"
        if answer["fault"]:
            self.faults.append(answer)


@contextmanager
def _worker(made: Path, seed: str, scratch: Path) -> Iterator["subprocess.Popen[bytes]"]:
    songs = scratch / "songs"
    songs.mkdir(exist_ok=True)
    for left in songs.iterdir():
        left.unlink()
    command = [sys.executable, "-m", "tests.tagger.attacks.mutant_worker"]
    with (
        (scratch / "complaints").open("ab") as complaints,
        subprocess.Popen(
            [*command, str(made), seed, str(scratch), str(songs)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            bufsize=0,  # or a line that was read ahead would be waited for
        ) as process,
    ):
        try:
            yield process
        finally:
            process.kill()


def _answer(process: "subprocess.Popen[bytes]", limit: float) -> dict[str, Any] | None:
    """Return the worker's next line; None if none comes in time or the worker died."""
    assert process.stdout is not None
    if not select.select([process.stdout], [], [], limit)[0]:
        return None
    line = process.stdout.readline()
    return json.loads(line) if line else None


def run(made: Path, seed: str, numbers: Iterator[int], scratch: Path) -> Tally:
    """Send the songs of these numbers to a worker, each made from one in the folder `made`."""
    tally = Tally()
    waiting = next(numbers, None)
    while waiting is not None:
        with _worker(made, seed, scratch) as process:
            assert process.stdin is not None
            while waiting is not None:
                process.stdin.write(f"{waiting}\n".encode())
                process.stdin.flush()
                begun = _answer(process, 60)  # it starts, or makes a mutant
                answer = begun and _answer(process, LIMIT)
                if answer is None:
                    process.kill()
                    code = process.wait()
                    answer = begun or {"number": waiting}
                    how = "hung" if code == -9 else f"died with {code}"
                    answer["fault"] = f"the worker {how}"
                tally.add(answer)
                waiting = next(numbers, None)
                if process.poll() is not None:
                    break
    return tally


def make_all(folder: Path) -> Path:
    """Each kind of song once."""
    folder.mkdir()
    for kind in TITLES:
        make(kind, folder)
    return folder


def main() -> None:
    """Run the attack from the command line and print the counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", default="0")
    parser.add_argument("--only", type=int, nargs="*", help="these numbers alone")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        numbers = range(arguments.first, arguments.first + arguments.count)
        tally = run(
            make_all(scratch / "made"), arguments.seed, iter(arguments.only or numbers), scratch
        )
        complaints = (scratch / "complaints").read_text(errors="replace")
    say = sys.stdout.write
    for fault in tally.faults:
        say(f"FAULT {json.dumps(fault)}\n")
    for reason, count in tally.refused.most_common():
        say(f"{count:7} {reason}\n")
    say(
        f"{tally.count} mutants: {tally.decoded} decoded, {tally.read} read, {tally.written} "
        f"written and undone ({tally.same} of them to the byte), {tally.refused.total()} refused, "
        f"{len(tally.faults)} faults; the slowest took {tally.slowest:.2f} s, "
        f"the most memory was {tally.peak >> 20} MiB\n"
    )
    say(f"complaints on stderr: {len(complaints.splitlines())} lines\n{complaints[-3000:]}\n")


if __name__ == "__main__":
    main()
