"""A training run, top to bottom: corpora, cases, networks, the better one, calibration, bundle."""

from __future__ import annotations

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
from pacetag.model.training.cases.build import Megabatch
from pacetag.model.training.cases.store import made_with, stored_cases
from pacetag.model.training.fitting.export import export_network
from pacetag.model.training.fitting.fit import score_cases
from pacetag.model.training.fitting.networks import TrainingData, fitted_network
from pacetag.model.training.fitting.threshold import shift_threshold
from pacetag.model.training.scoring.by_source import HELD_OUT, source_scores, sources_of
from pacetag.model.training.scoring.calibrate import fit_calibration
from pacetag.model.training.scoring.score import score_songs
from pacetag.model.training.settings import TrainingSettings
from pacetag.model.training.songs import TrainingSong

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True, kw_only=True)
class Trained:
    """One network of a run with its scores on the validation split."""

    kind: str
    model: keras.Model
    settings: dict[str, Any]
    validation: dict[str, dict[str, float]]  # by source

    @property
    def worth(self) -> float:
        """What networks are chosen by: mean AUC over the sources, on groups never trained on."""
        found = [scores["auc"] for scores in self.validation.values()]
        return float(np.mean(found)) if found else 0.0  # no source has right and wrong cases


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
    data = TrainingData(
        megabatch=megabatch,
        notes=made_with(songs, work / "cases"),
        spec=settings.spec,
        folder=work / "networks",
    )
    trained = _networks(data, sources_of(songs), settings, console)
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
    heard = score_songs([s for s in songs if s.split in HELD_OUT], folder, jobs=jobs)
    calibration = fit_calibration([h for h in heard if h.song.split == "validation"])
    scores: dict[str, Any] = {"networks": {one.kind: one.validation for one in trained}}
    for part, found in source_scores(heard, calibration).items():
        cases = score_cases(best.model, megabatch, settings.spec, *part.split(" ", 1))
        scores[part] = {"cases": cases and asdict(cases), **found}
    save_bundle(replace(bundle, calibration=asdict(calibration), scores=scores))
    return load_bundle(folder)


def _cases(
    songs: Sequence[TrainingSong],
    folder: Path,
    settings: TrainingSettings,
    jobs: int,
    console: Console,
) -> Megabatch:
    megabatch = stored_cases(
        songs,
        folder,
        settings.spec,
        settings.cases,
        jobs=jobs,
        say=lambda line: console.print(line, markup=False),
    )
    for split in ("train", "validation"):
        if len(np.unique(megabatch.labels[megabatch.where(split)])) < 2:
            raise ModelError(
                f"the split '{split}' holds no right or no wrong tempos: more songs are needed"
            )
    return megabatch


def _networks(
    data: TrainingData, sources: Sequence[str], settings: TrainingSettings, console: Console
) -> list[Trained]:
    done = []
    with Progress(console=console) as progress:
        for network in settings.networks:
            model = fitted_network(
                network, data, settings.fit, settings.distillation, progress=progress
            )
            shift_threshold(model, data.megabatch, settings.spec)
            scores = {
                source: asdict(found)
                for source in sources
                if (
                    found := score_cases(model, data.megabatch, settings.spec, "validation", source)
                )
            }
            done.append(
                Trained(kind=network.kind, model=model, settings=asdict(network), validation=scores)
            )
            progress.console.print(f"{network.kind}: {scores}", markup=False)
    return done


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
