"""Which effect on rendered music helps a network to judge recordings that it never heard.

`python tests/benchmarks/degradation_ablation.py WORK OUT [--songs 240] [--epochs 12] [--seeds 3]`
reads the grooves and cases that `pacetag train WORK` left. Every arm trains on the same songs and
as many cases, rendered music only: half of them as rendered, half with one effect, or with none or
all. It is scored on the validation split, on recordings and on grooves as rendered. A row is
written to OUT/table.jsonl as soon as it is known, and what is there is not done again.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from pacetag.model.network import Stage2Settings
from pacetag.model.training.cases.augment import AugmentSettings
from pacetag.model.training.cases.build import (
    CaseSettings,
    Megabatch,
    build_megabatch,
    is_current,
    load_megabatch,
)
from pacetag.model.training.cases.store import COLUMNS, joined, load_stored
from pacetag.model.training.degradations.settings import DegradationSettings
from pacetag.model.training.grooves.songs import groove_songs
from pacetag.model.training.settings import TrainingSettings
from pacetag.model.training.songs import TrainingSong

# One core is what is measured here; TensorFlow reads these when it is first imported.
for name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
    os.environ.setdefault(name, "1")

EFFECTS = (
    "drift", "room", "crowd", "compression", "band", "silence", "speech", "noise", "codec",
)  # fmt: skip
SECONDS = 40.0  # of each song, from its middle: as much as is heard of a recording at once
NO_AUGMENTATION = AugmentSettings(gain_sd=0.0, equaliser_sd=0.0, floor_low=-40.0, floor_high=-40.0)
SCORES = ("auc", "accuracy", "balanced_accuracy")
SPEC = TrainingSettings().spec
Row = dict[str, Any]  # a line of the table file


@dataclass(frozen=True, kw_only=True)
class Arm:
    """One way to train."""

    name: str
    degradations: DegradationSettings
    augmented: bool = True

    @property
    def cases(self) -> str:
        """Name of the folder of cases, shared by arms that differ in augmentation alone."""
        return self.name.removesuffix(", not augmented")


def arms() -> list[Arm]:
    """None, each effect on every song, all as they are drawn by default; some not augmented."""
    off = with_chances(DegradationSettings(share=1.0), dict.fromkeys(EFFECTS, 0.0))
    every = DegradationSettings(share=1.0)
    return [
        Arm(name="none", degradations=off),
        *(Arm(name=effect, degradations=with_chances(off, {effect: 1.0})) for effect in EFFECTS),
        Arm(name="all", degradations=every),
        Arm(name="none, not augmented", degradations=off, augmented=False),
        Arm(name="all, not augmented", degradations=every, augmented=False),
    ]


def with_chances(
    degradations: DegradationSettings, chances: dict[str, float]
) -> DegradationSettings:
    """The same effects, some of them with another probability."""
    changed: dict[str, Any] = {f"{effect}_chance": chance for effect, chance in chances.items()}
    return replace(degradations, **changed)


def main() -> int:
    """Train, score, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--songs", type=int, default=240)
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    table = options.out / "table.jsonl"
    songs = sample(options.work / "grooves", options.songs)
    held_out = validation(options.work / "cases")
    clean = made(songs, options.out / "cases" / "clean", CaseSettings(positives=3, negatives=3))
    for seed in range(1, options.seeds + 1):  # whole rounds, so that a break leaves fair rows
        for arm in arms():
            key = {"arm": arm.name, "seed": seed, "songs": len(songs), "epochs": options.epochs}
            if any(key.items() <= row.items() for row in rows_in(table)):
                continue
            begun = time.perf_counter()
            other = CaseSettings(positives=3, negatives=4, seed=2, degradations=arm.degradations)
            real = made(songs, options.out / "cases" / arm.cases, other)
            built = time.perf_counter()
            scores = score(joined([clean, real, held_out]), arm, seed, options.epochs)
            row = key | {
                "cases": len(clean.labels) + len(real.labels),
                "seconds_cases": round(built - begun, 1),
                "seconds_fit": round(time.perf_counter() - built, 1),
                **scores,
            }
            with table.open("a") as file:
                file.write(json.dumps(row) + "\n")
    Console(width=200).print(shown(list(rows_in(table)), options.epochs, len(songs)))
    return 0


def sample(folder: Path, count: int) -> list[TrainingSong]:
    """The same `count` songs of the split "train" every time, the middle of each."""
    songs = [song for song in groove_songs(folder) if song.split == "train"]
    chosen = np.random.default_rng(1).permutation(len(songs))[:count]
    return [middle(songs[i]) for i in sorted(chosen)]


def middle(song: TrainingSong) -> TrainingSong:
    """The song cut to `SECONDS` around its middle."""
    window = song.windows[0]
    start = max(0.0, (window.seconds - SECONDS) / 2)
    part = replace(window, start=start, seconds=min(SECONDS, window.seconds))
    return replace(song, windows=(part,))


def made(songs: list[TrainingSong], folder: Path, settings: CaseSettings) -> Megabatch:
    """Cases of the songs, from the folder if they are there."""
    if not is_current(folder, songs, SPEC, settings):
        for failure in build_megabatch(songs, folder, SPEC, settings):
            raise SystemExit(failure)
    return load_megabatch(folder)


def validation(folder: Path) -> Megabatch:
    """The cases of the split "validation"."""
    whole = load_stored(folder)
    rows = whole.where("validation")
    columns = {name: getattr(whole, name)[rows] for name in COLUMNS}
    return Megabatch(cases=np.stack([whole.cases[row] for row in rows]), **columns)


def score(megabatch: Megabatch, arm: Arm, seed: int, epochs: int) -> dict[str, dict[str, float]]:
    """Scores on both sources after training on the split "train"."""
    from pacetag.model.training.fitting.fit import FitSettings, fit_network, score_cases

    augmentation = AugmentSettings() if arm.augmented else NO_AUGMENTATION
    fit = FitSettings(epochs=epochs, seed=seed, augmentation=augmentation)
    model = fit_network(Stage2Settings(), megabatch, SPEC, fit)
    found = {
        source: score_cases(model, megabatch, SPEC, "validation", source)
        for source in ("recordings", "grooves")
    }
    return {source: asdict(scores) for source, scores in found.items() if scores}


def rows_in(table: Path) -> Iterator[Row]:
    """What is known already."""
    if table.is_file():
        yield from map(json.loads, table.read_text().splitlines())


def shown(rows: list[Row], epochs: int, songs: int) -> Table:
    """Mean and standard deviation over seeds; the gain is over "none" with the same seed."""
    rows = [row for row in rows if row["epochs"] == epochs and row["songs"] == songs]
    heads = [f"{source} {name}" for source in ("recordings", "grooves") for name in SCORES]
    table = Table("arm", "n", *heads, "gain in recordings auc", "s a fit")
    base = {row["seed"]: row["recordings"]["auc"] for row in rows if row["arm"] == "none"}
    for arm in arms():
        mine = [row for row in rows if row["arm"] == arm.name]
        if not mine:
            continue
        cells = [
            spread([row[source][name] for row in mine])
            for source in ("recordings", "grooves")
            for name in SCORES
        ]
        gains = [
            row["recordings"]["auc"] - base[row["seed"]] for row in mine if row["seed"] in base
        ]
        time_taken = np.mean([row["seconds_fit"] for row in mine])
        table.add_row(arm.name, str(len(mine)), *cells, spread(gains), f"{time_taken:.0f}")
    return table


def spread(values: list[float]) -> str:
    """Mean and standard deviation of what was measured."""
    deviation = np.std(values, ddof=1) if len(values) > 1 else float("nan")
    return f"{np.mean(values):.4f} ± {deviation:.4f}"


if __name__ == "__main__":
    sys.exit(main())
