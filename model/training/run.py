"""A training run, top to bottom: corpora, cases, networks, the better one, calibration, bundle."""

from __future__ import annotations

import json
import platform
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.console import Console
from rich.progress import Progress

from pacetag.model.bundle import Bundle, load_bundle, save_bundle
from pacetag.model.errors import ModelError
from pacetag.model.network import NetworkSettings
from pacetag.model.training.cases import (
    MADE_WITH,
    Megabatch,
    build_megabatch,
    is_current,
    load_megabatch,
)
from pacetag.model.training.examine import examine, fit_calibration, song_figures
from pacetag.model.training.export import export_network, load_network
from pacetag.model.training.fit import fit_network, score_cases
from pacetag.model.training.settings import TrainingSettings
from pacetag.model.training.songs import TrainingSong

if TYPE_CHECKING:
    import keras

SOURCES = ("grooves", "recordings")


@dataclass(frozen=True, kw_only=True)
class Trained:
    """One network of a run with its scores on the validation split."""

    kind: str
    model: keras.Model
    settings: dict[str, Any]
    validation: dict[str, dict[str, float]]  # by source

    @property
    def worth(self) -> float:
        """What networks are chosen by: mean AUC over the sources, unseen families and packages."""
        return float(np.mean([scores["auc"] for scores in self.validation.values()]))


def train(
    songs: Sequence[TrainingSong],
    work: Path,
    settings: TrainingSettings,
    *,
    jobs: int = 1,
    console: Console | None = None,
) -> Bundle:
    """Train on `songs`, choose by validation, calibrate, score on the test split, save a bundle.

    Everything is written below `work`: the cases, each network, and the bundle in
    `work/bundles/NAME`, which is returned. Raises ModelError when the songs cannot be learnt from.
    """
    console = console or Console(stderr=True)
    megabatch = _cases(songs, work / "cases", settings, jobs, console)
    trained = _networks(megabatch, work, settings, console)
    best = max(trained, key=lambda one: one.worth)
    folder = work / "bundles" / settings.name
    export_network(best.model, folder)
    bundle = Bundle(
        name=settings.name,
        folder=folder,
        spec=settings.spec,
        network=best.settings,
        calibration={"slope": 1.0, "offset": 0.0},
        training=_provenance(songs, megabatch, settings),
    )
    save_bundle(bundle)
    heard = examine([s for s in songs if s.split != "train"], folder, jobs=jobs)
    calibration = fit_calibration([h for h in heard if h.song.split == "validation"])
    scores: dict[str, Any] = {"networks": {one.kind: one.validation for one in trained}}
    for split in ("validation", "test"):
        for source in SOURCES:
            group = [h for h in heard if h.song.split == split and h.song.source == source]
            if group:
                cases = score_cases(best.model, megabatch, settings.spec, split, source)
                scores[f"{split} {source}"] = {
                    "cases": cases and asdict(cases),
                    "songs": song_figures(group, calibration),
                }
    save_bundle(replace(bundle, calibration=asdict(calibration), scores=scores))
    return load_bundle(folder)


def _cases(
    songs: Sequence[TrainingSong],
    folder: Path,
    settings: TrainingSettings,
    jobs: int,
    console: Console,
) -> Megabatch:
    if not is_current(folder, songs, settings.spec, settings.cases):
        for failure in build_megabatch(songs, folder, settings.spec, settings.cases, jobs=jobs):
            console.print(f"left out: {failure}", markup=False)
    megabatch = load_megabatch(folder)
    for split in ("train", "validation"):
        if len(np.unique(megabatch.labels[megabatch.where(split)])) < 2:
            raise ModelError(
                f"the split '{split}' holds no right or no wrong tempos: more songs are needed"
            )
    return megabatch


def _networks(
    megabatch: Megabatch, work: Path, settings: TrainingSettings, console: Console
) -> list[Trained]:
    done = []
    with Progress(console=console) as progress:
        for network in settings.networks:
            model = _network(network, megabatch, work, settings, progress)
            scores = {
                source: asdict(found)
                for source in SOURCES
                if (found := score_cases(model, megabatch, settings.spec, "validation", source))
            }
            done.append(
                Trained(kind=network.kind, model=model, settings=asdict(network), validation=scores)
            )
            progress.console.print(f"{network.kind}: {scores}", markup=False)
    return done


def _network(
    network: NetworkSettings,
    megabatch: Megabatch,
    work: Path,
    settings: TrainingSettings,
    progress: Progress,
) -> keras.Model:
    """The network as an earlier run left it if nothing has changed since, or else fitted now."""
    folder = work / "networks" / network.kind
    note = folder / MADE_WITH
    cases = json.loads((work / "cases" / MADE_WITH).read_text())
    made = {"network": repr(network), "fit": repr(settings.fit), "cases": cases}
    if note.is_file() and json.loads(note.read_text()) == made:
        progress.console.print(f"{network.kind}: fitted before", markup=False)
        return load_network(folder)
    model = fit_network(network, megabatch, settings.spec, settings.fit, progress=progress)
    export_network(model, folder)
    note.write_text(json.dumps(made))
    return model


def _provenance(
    songs: Sequence[TrainingSong], megabatch: Megabatch, settings: TrainingSettings
) -> dict[str, Any]:
    counted = Counter(f"{s.source} {s.split}" for s in songs)
    cases = Counter(
        f"{source} {split}" for source, split in zip(megabatch.source, megabatch.split, strict=True)
    )
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "settings": asdict(settings),
        "songs": dict(sorted(counted.items())),
        "cases": dict(sorted(cases.items())),
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in ("keras", "tensorflow-cpu", "numpy", "librosa")},
        },
    }
