"""Attacks a running watcher in all the ways of `blows`, and checks songs and index after each.

`python -m tests.tagger.attacks.watching --rounds 5 --seed NAME` strikes each blow five times, in a
drawn order, under one watcher. Blows that mount drives or lower limits need a user namespace, which
the command makes for itself where the system allows it; elsewhere they are left out.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from tests.tagger.attacks.watching.blows import BLOWS, NEED_MOUNTS, Blow
from tests.tagger.attacks.watching.ground import GROWTH, Ground, Resources, Watcher

INSIDE = "PACETAG_TESTS_IN_NAMESPACE"  # set in the namespace


@dataclass(kw_only=True)
class Tally:
    """How often each blow was struck, how long it took, and what was wrong."""

    struck: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    faults: list[str] = field(default_factory=list)
    songs: int = 0
    first: Resources | None = None
    last: Resources | None = None


def strike(blow: Blow, ground: Ground, chance: random.Random, tally: Tally, seed: str) -> None:
    """Strike once, and note what is wrong afterwards."""
    name, began = blow.__name__, time.monotonic()
    found = []
    try:
        blow(ground, chance)
    except (AssertionError, TimeoutError) as error:
        found.append(str(error))
    found += ground.faults()
    tally.struck[name] += 1
    tally.seconds[name] += time.monotonic() - began
    tally.faults += [f"{name} ({seed}): {each}" for each in found]
    sys.stdout.write(f"{name}: {'; '.join(found) or 'well'} ({time.monotonic() - began:.1f} s)\n")
    sys.stdout.flush()


def at_rest(watcher: Watcher) -> Resources:
    """What a watcher holds between two pieces of work."""
    samples = []
    for _ in range(30):
        samples.append(watcher.resources())
        time.sleep(0.1)
    return Resources(
        descriptors=min(each.descriptors for each in samples),
        threads=min(each.threads for each in samples),
        watches=samples[-1].watches,
        memory=min(each.memory for each in samples),
    )


def resource_faults(ground: Ground, first: Resources, last: Resources) -> list[str]:
    """What the watcher holds at the end and did not hold before."""
    folders = {
        (status.st_dev, status.st_ino)
        for root in ground.roots
        for place, _, _ in os.walk(root, followlinks=True)
        for status in [os.stat(place)]  # noqa: PTH116
    }
    found = []
    if last.descriptors > first.descriptors:
        found.append(f"descriptors: {first.descriptors}, then {last.descriptors}")
    if last.threads > first.threads:
        found.append(f"threads: {first.threads}, then {last.threads}")
    if last.watches != len(folders):
        found.append(f"watches: {last.watches} for {len(folders)} folders")
    if last.memory > first.memory + GROWTH:
        found.append(f"memory: {first.memory >> 20} MiB, then {last.memory >> 20} MiB")
    return found


def attack(folder: Path, seed: str, blows: list[Blow], *, mounts: bool) -> Tally:
    """Strike the blows in turn under one watcher."""
    tally, ground = Tally(), Ground(folder, mounts=mounts)
    try:
        for number, blow in enumerate(blows):
            before = ground.watcher
            strike(blow, ground, random.Random(f"{seed} {number}"), tally, f"{seed} {number}")
            if tally.first is None or ground.watcher is not before:  # or it was started anew
                tally.first = at_rest(ground.watcher)
        time.sleep(8)  # a sweep
        tally.last, tally.songs = at_rest(ground.watcher), len(ground.songs())
        if tally.first is not None:
            tally.faults += resource_faults(ground, tally.first, tally.last)
        ground.watcher.end()
        if left := [line for line in ground.watcher.lines() if "left waiting" in line]:
            tally.faults += left
    finally:
        ground.watcher.end()
        if mounts:
            ground.unmount(ground.disk)
    return tally


def in_namespace(arguments: list[str]) -> int | None:
    """Run this command in a user namespace of its own; None where that is not allowed."""
    if not shutil.which("unshare"):
        return None
    enter = ["unshare", "-Urm"]
    if subprocess.run([*enter, "true"], check=False, capture_output=True).returncode:
        return None
    command = [*enter, sys.executable, "-m", "tests.tagger.attacks.watching", *arguments]
    return subprocess.run(command, check=False, env={**os.environ, INSIDE: "1"}).returncode


def main() -> int:
    """Run the attacks from the command line, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=1, help="how often each blow is struck")
    parser.add_argument("--seed", default="0")
    parser.add_argument("--only", nargs="*", help="these blows alone")
    arguments = parser.parse_args()
    if INSIDE not in os.environ:
        code = in_namespace(sys.argv[1:])
        if code is not None:
            return code
    mounts = INSIDE in os.environ
    blows = [blow for blow in BLOWS if mounts or blow not in NEED_MOUNTS] * arguments.rounds
    if arguments.only:
        blows = [blow for blow in blows if blow.__name__ in arguments.only]
    random.Random(arguments.seed).shuffle(blows)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        tally = attack(Path(folder), arguments.seed, blows, mounts=mounts)
    for name in sorted(tally.struck):
        faults = sum(fault.startswith(f"{name} ") for fault in tally.faults)
        seconds = tally.seconds[name] / tally.struck[name]
        sys.stdout.write(f"| {name} | {tally.struck[name]} | {seconds:.1f} | {faults} |\n")
    sys.stdout.write(f"{tally.songs} songs; {tally.first}; {tally.last}\n")
    for fault in tally.faults:
        sys.stdout.write(f"FAULT {fault}\n")
    return 1 if tally.faults else 0


if __name__ == "__main__":
    sys.exit(main())
