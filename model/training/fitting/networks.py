"""The networks of a run, each as an earlier run left it or fitted now, teachers first."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.progress import Progress

from pacetag.model.network import NetworkSettings, Stage0Settings
from pacetag.model.spec import FeatureSpec
from pacetag.model.training.cases.build import MADE_WITH, Megabatch
from pacetag.model.training.fitting.distillation import DistillationSettings, Teachers
from pacetag.model.training.fitting.export import export_network, load_network
from pacetag.model.training.fitting.fit import FitSettings, fit_network

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True, kw_only=True)
class TrainingData:
    """The cases that all networks of a run are fitted to, and what these were made with."""

    megabatch: Megabatch
    notes: dict[str, Any]
    spec: FeatureSpec
    folder: Path  # each network has a folder of its kind in it


def fitted_network(
    network: NetworkSettings,
    data: TrainingData,
    fit: FitSettings,
    distillation: DistillationSettings,
    *,
    progress: Progress,
) -> keras.Model:
    """The network, fitted after its teachers; the network of 2019, a baseline, has none."""
    folder = data.folder / network.kind
    count = 0 if isinstance(network, Stage0Settings) else distillation.teachers
    others = [
        _fitted(
            network,
            data,
            replace(fit, seed=fit.seed + more),
            folder / f"teacher-{more}",
            progress,
        )
        for more in range(1, count + 1)
    ]
    teachers = Teachers(others, distillation) if others else None
    return _fitted(network, data, fit, folder, progress, teachers)


def _fitted(
    network: NetworkSettings,
    data: TrainingData,
    fit: FitSettings,
    folder: Path,
    progress: Progress,
    teachers: Teachers | None = None,
) -> keras.Model:
    note = folder / MADE_WITH
    made = {"network": repr(network), "fit": repr(fit), "cases": data.notes}
    if teachers:
        made["distillation"] = repr(teachers.settings)
    if note.is_file() and json.loads(note.read_text()) == made:
        progress.console.print(f"{network.kind}: fitted before", markup=False)
        return load_network(folder)
    model = fit_network(
        network, data.megabatch, data.spec, fit, teachers=teachers, progress=progress
    )
    export_network(model, folder)
    note.write_text(json.dumps(made))
    return model
