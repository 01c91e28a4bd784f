"""A real scan of free recordings, and how it agrees with their consensus tempos.

`python tests/benchmarks/scan_recordings.py RECORDINGS [--package NAME]` copies the packages that
`pacetag train` fetched to a scratch folder, runs `pacetag scan --json` there and prints songs per
second, outcomes, and how often the most confident pace belongs to the consensus tempo's family.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.table import Table

from pacetag.model.evaluation.metrics import near
from pacetag.model.training.recordings.fetch import present_recordings
from pacetag.model.training.recordings.labels import related_tempos
from pacetag.model.training.recordings.table import load_package_split

PACKAGES = (
    "wesnoth-1.16-music",
    "warzone2100-music",
    "nexuiz-music",
    "singularity-music",
    "hedgewars-data",
    "supertuxkart-data",
)


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recordings", type=Path)
    parser.add_argument("--package", action="append", default=[])
    options = parser.parse_args()
    packages = tuple(options.package) or PACKAGES
    rows = [r for r in present_recordings(options.recordings) if r.package in packages]
    with tempfile.TemporaryDirectory(prefix="pacetag-scan-") as scratch:
        music = Path(scratch, "music")
        for row in rows:
            (music / row.file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(options.recordings / row.file, music / row.file)
        lines = [_scan(music, Path(scratch)) for _ in range(2)]
    *songs, end = lines[0]
    heard = {Path(song["path"]).relative_to(music): song for song in songs}
    counts: dict[str, Counter[str]] = {}
    for row in rows:
        song = heard[row.file]
        here = counts.setdefault(row.package, Counter())
        here["songs"] += 1
        here[song["outcome"]] += 1
        if row.kind == "beat":
            here["beat"] += 1
            paces = song["paces"]
            here["claimed"] += bool(paces)
            here["in family"] += bool(paces) and near(paces[0]["bpm"], related_tempos(row), 0.04)
        if row.kind == "none":
            here["beatless"] += 1
            here["beatless with a pace"] += bool(song["paces"])
    _print(counts)
    console = Console()
    console.print(f"first scan: {end['counts']} in {end['seconds']:.1f} s")
    console.print(f"second scan: {lines[1][-1]['counts']} in {lines[1][-1]['seconds']:.1f} s")
    console.print(f"{len(rows) / end['seconds']:.2f} songs a second")
    return 0


def _scan(music: Path, scratch: Path) -> list[dict]:  # type: ignore[type-arg]
    command = ["pacetag", "scan", str(music), "--index", str(scratch / "index"), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return [json.loads(line) for line in done.stdout.splitlines()]


def _print(counts: dict[str, Counter[str]]) -> None:
    split = load_package_split()
    names: tuple[str, ...] = (
        "songs",
        "tagged",
        "skipped",
        "failed",
        "beat",
        "claimed",
        "in family",
    )
    names += ("beatless", "beatless with a pace")
    table = Table("package", "split", *names)
    for package, here in counts.items():
        table.add_row(package, split[package], *(str(here[name]) for name in names))
    total = sum(counts.values(), Counter[str]())
    table.add_row("all", "", *(str(total[name]) for name in names))
    Console(width=140).print(table)


if __name__ == "__main__":
    sys.exit(main())
