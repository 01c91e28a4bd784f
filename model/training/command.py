"""`pacetag train`: from a bare clone to a bundle. Needs the extra `train`."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

from rich.console import Console

from pacetag.model.bundle import Bundle
from pacetag.model.errors import ModelError


def train_bundle(
    work: Path,
    *,
    name: str = "own-1",
    songs: int = 1_520,
    epochs: int = 20,
    seed: int = 1,
    jobs: int | None = None,
    recordings: bool = True,
    debs: Path | None = None,
    console: Console | None = None,
) -> Bundle:
    """Render and fetch what is missing below `work`, train on it, return the bundle made.

    `debs` is a folder with Debian packages that were fetched before. Raises ModelError with what
    to install when a tool is missing.
    """
    for needed in ("keras", "tensorflow"):
        if find_spec(needed) is None:
            raise ModelError(f"training needs {needed}: pip install 'pacetag[train]'")
    from pacetag.model.training.cases import CaseSettings
    from pacetag.model.training.fit import FitSettings
    from pacetag.model.training.groove_corpus import build_corpus
    from pacetag.model.training.groove_lessons import groove_lessons
    from pacetag.model.training.recording_lessons import recording_lessons
    from pacetag.model.training.recordings import fetch_recordings
    from pacetag.model.training.run import train
    from pacetag.model.training.settings import TrainingSettings

    console = console or Console(stderr=True)
    jobs = jobs or os.cpu_count() or 1
    build_corpus(work / "grooves", songs, seed, jobs, console)
    lessons = groove_lessons(work / "grooves")[:songs]
    if recordings:
        fetch_recordings(work / "recordings", debs=debs, console=console)
        lessons += recording_lessons(work / "recordings")
    settings = TrainingSettings(
        name=name,
        songs=songs,
        seed=seed,
        cases=CaseSettings(seed=seed),
        fit=FitSettings(epochs=epochs, seed=seed),
    )
    return train(lessons, work, settings, jobs=jobs, console=console)
