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
from pacetag.model.training.fitting.distillation import Teachers, TeachingSettings
from pacetag.model.training.fitting.export import export_network, load_network
from pacetag.model.training.fitting.fit import FitSettings, fit_network

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True, kw_only=True)
class Lessons:
    """What all networks of a run learn from, and what it was made with."""

    megabatch: Megabatch
    notes: dict[str, Any]
    spec: FeatureSpec
    folder: Path  # each network has a folder of its kind in it


def fitted_network(
    network: NetworkSettings,
    lessons: Lessons,
    fit: FitSettings,
    teaching: TeachingSettings,
    *,
    progress: Progress,
) -> keras.Model:
    """The network after its teachers, of which that of 2019 has none.

    It is there to be compared with as it was.
    """
    folder = lessons.folder / network.kind
    count = 0 if isinstance(network, Stage0Settings) else teaching.teachers
    others = [
        _fitted(
            network,
            lessons,
            replace(fit, seed=fit.seed + more),
            folder / f"teacher-{more}",
            progress,
        )
        for more in range(1, count + 1)
    ]
    teachers = Teachers(others, teaching) if others else None
    return _fitted(network, lessons, fit, folder, progress, teachers)


def _fitted(
    network: NetworkSettings,
    lessons: Lessons,
    fit: FitSettings,
    folder: Path,
    progress: Progress,
    teachers: Teachers | None = None,
) -> keras.Model:
    note = folder / MADE_WITH
    made = {"network": repr(network), "fit": repr(fit), "cases": lessons.notes}
    if teachers:
        made["teaching"] = repr(teachers.settings)
    if note.is_file() and json.loads(note.read_text()) == made:
        progress.console.print(f"{network.kind}: fitted before", markup=False)
        return load_network(folder)
    model = fit_network(
        network, lessons.megabatch, lessons.spec, fit, teachers=teachers, progress=progress
    )
    export_network(model, folder)
    note.write_text(json.dumps(made))
    return model
