"""Loads damaged bundles: each loads as before or raises BundleError; crashes are counted.

`python -m tests.tagger.attacks.damaged_bundles --count 2000 --seed NAME` damages 2000 bundles.
"""

import argparse
import copy
import hashlib
import json
import os
import random
import shutil
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pacetag.model.bundle import fingerprint, load_bundle, shipped_bundle_folder
from pacetag.model.errors import BundleError
from pacetag.model.judge import Judge

LIMIT = 60  # s to load a bundle
CRASHED = "crashed its process"  # which LiteRT does: workers and the trial are made for that
VALUES: list[Any] = [
    *(None, True, 0, -1, 1, 7, 1e308, -1e308, 10**400, float("nan"), float("inf"), 0.5, 16, 4096),
    *(
        "",
        "x",
        "my bundle",
        "..",
        "a/b",
        "\0",
        "\ud800",
        "n" * 300,
        [],
        {},
        [[[]]],
        {"a": {"b": []}},
    ),
]

Damage = Callable[[random.Random, Path], str]


def _value(draw: random.Random, folder: Path) -> str:
    """Replace one value of the JSON and make the fingerprints match."""
    file = folder / "bundle.json"
    data = json.loads(file.read_text())
    at: Any = data
    way: list[str] = []
    while isinstance(at, dict) and at and (not way or draw.random() < 0.7):
        way.append(draw.choice(list(at)))
        parent, at = at, at[way[-1]]
    value = copy.deepcopy(draw.choice(VALUES))
    if draw.random() < 0.15:
        del parent[way[-1]]
    else:
        parent[way[-1]] = value
    if way[0] == "spec":
        text = json.dumps(data.get("spec"), sort_keys=True)
        data["spec_fingerprint"] = hashlib.sha256(text.encode()).hexdigest()[:16]
    if way[0] in ("spec", "calibration", "judging", "files"):
        data["fingerprint"] = fingerprint(data)
    file.write_text(json.dumps(data))
    return f"{'.'.join(way)} = {ascii(value)[:40]}"


def _bytes(draw: random.Random, folder: Path) -> str:
    name = draw.choice(["bundle.json", "model.tflite", "model.keras"])
    _mutate(draw, folder / name)
    return f"bytes of {name}"


def _matching(draw: random.Random, folder: Path) -> str:
    """Damage the bytes of a network and make the JSON match them."""
    network = folder / "model.tflite"
    _mutate(draw, network)
    file = folder / "bundle.json"
    data = json.loads(file.read_text())
    data["files"][network.name] = hashlib.sha256(network.read_bytes()).hexdigest()
    data["fingerprint"] = fingerprint(data)
    file.write_text(json.dumps(data))
    return "a network with its hash"


def _mutate(draw: random.Random, file: Path) -> None:
    data = bytearray(file.read_bytes())
    if draw.random() < 0.2:
        data = data[: draw.randrange(len(data))]
    for _ in range(draw.choice([1, 1, 8, 100])):
        if data:
            data[draw.randrange(len(data))] = draw.randrange(256)
    file.write_bytes(data)


def _nested(draw: random.Random, folder: Path) -> str:
    content = draw.choice(["[", '{"a":', '[{"a":']) * draw.choice([900, 5_000, 200_000])
    (folder / "bundle.json").write_text(content)
    return "deep nesting"


def _kind(draw: random.Random, folder: Path) -> str:
    path = folder / draw.choice(["bundle.json", "model.tflite", "model.keras"])
    path.unlink()
    kind = draw.choice(["pipe", "folder", "device", "link", "nothing"])
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind != "nothing":
        path.symlink_to("/dev/zero" if kind == "device" else "nowhere")
    return f"a {kind} for {path.name}"


KINDS: list[Damage] = [_value, _value, _value, _bytes, _matching, _matching, _nested, _kind]


@dataclass(kw_only=True)
class Tally:
    """How loading the damaged bundles ended, counted."""

    ends: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


def attack(scratch: Path, seed: str, numbers: Iterable[int]) -> Tally:
    """Damage so many bundles, each in one way, and load each in a process of its own."""
    tally = Tally()
    for number in numbers:
        folder = scratch / "bundle"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(shipped_bundle_folder(), folder)
        draw = random.Random(f"{seed} {number}")
        damage = draw.choice(KINDS)
        how = damage(draw, folder)
        end = _end(folder, scratch / "end")
        tally.ends[end.partition(":")[0]] += 1
        allowed = ("loaded", "BundleError") + ((CRASHED,) if damage is _matching else ())
        if not end.startswith(allowed):
            tally.faults.append(f"{number} ({how}): {end}")
    return tally


def _end(folder: Path, note: Path) -> str:
    """Load in a fork of this process and return how that ended."""
    note.write_text("")
    child = os.fork()
    if child == 0:
        signal.alarm(LIMIT)
        note.write_text(_load(folder))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    if code == -signal.SIGALRM:
        return "hung"
    return CRASHED if code else note.read_text()


def _load(folder: Path) -> str:
    try:
        load_bundle(folder)
        Judge(folder)
    except BundleError as error:
        text = str(error)
        return f"BundleError: {text}" if text.startswith(str(folder)) else f"names no file: {text}"
    except BaseException as error:  # what must not be
        return f"raised {type(error).__name__} {error}"
    return "loaded"


def main() -> None:
    """Run the attack from the command line and print the counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", default="0")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        numbers = range(given.first, given.first + given.count)
        tally = attack(Path(name), given.seed, numbers)
    for fault in tally.faults:
        sys.stdout.write(f"FAULT {fault}\n")
    sys.stdout.write(f"{given.count} damaged bundles: {dict(tally.ends.most_common())}\n")


if __name__ == "__main__":
    main()
