"""`pacetag train`: from a bare clone to a bundle. Needs the extra `train`."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from pacetag.model.bundle import Bundle, load_bundle, shipped_bundle_folder
from pacetag.model.bundle_names import NAME_RULE, is_bundle_name
from pacetag.model.caches import use_writable_caches
from pacetag.model.errors import ModelError
from pacetag.model.evaluation.metrics import TOLERANCE
from pacetag.model.extras import install_command, missing_modules

if TYPE_CHECKING:
    from pacetag.model.training.labels.match import LabelledSongs
    from pacetag.model.training.scoring.verdict import Verdict
    from pacetag.model.training.settings import TrainingSettings
    from pacetag.model.training.songs import FreeMusic, TrainingSong


@dataclass(frozen=True, kw_only=True)
class TrainingOptions:
    """How a run goes."""

    name: str = "own-1"  # of the bundle
    epochs: int = 20
    seed: int = 1
    teachers: int = 0  # networks that the one which is kept learns from
    tolerance: float = TOLERANCE  # of own labels
    jobs: int | None = None  # processes; one a processor if None
    free: FreeMusic | None = None  # None: own songs alone


@dataclass(frozen=True, kw_only=True)
class TrainedBundle:
    """What a run has made, and whether it is worth having."""

    folder: Path
    verdict: Verdict


def train_bundle(
    work: Path,
    options: TrainingOptions,
    *,
    own: LabelledSongs | None = None,
    console: Console | None = None,
) -> TrainedBundle:
    """Render and fetch what is missing below `work`, train on it, compare it with the shipped one.

    With `own` songs these are learnt from too, and what they brought, compared with the shipped
    bundle, is noted in `work/experiments.md`. Raises ModelError with what to install when a tool
    is missing, or when the songs cannot be learnt from.
    """
    if not is_bundle_name(options.name):
        raise ModelError(f"the bundle cannot be called {options.name!r}: {NAME_RULE}")
    if missing := missing_modules("train"):
        raise ModelError(
            f"training needs {missing[0]}, which is not installed; `{install_command('train')}` "
            "adds what it needs"
        )
    use_writable_caches()
    from pacetag.model.training.cases.build import CaseSettings
    from pacetag.model.training.degradations.settings import DegradationSettings
    from pacetag.model.training.fitting.distillation import DistillationSettings
    from pacetag.model.training.fitting.fit import FitSettings
    from pacetag.model.training.free_music import free_songs
    from pacetag.model.training.labels.few_songs import few_songs_warning
    from pacetag.model.training.labels.own_songs import OwnSettings
    from pacetag.model.training.run import train
    from pacetag.model.training.scoring.verdict import verdict_on
    from pacetag.model.training.settings import TrainingSettings

    console = console or Console(stderr=True)
    jobs = options.jobs or os.cpu_count() or 1
    settings = TrainingSettings(
        name=options.name,
        songs=options.free.songs if options.free else 0,
        seed=options.seed,
        own=OwnSettings(tolerance=options.tolerance),
        cases=CaseSettings(seed=options.seed, degradations=DegradationSettings()),
        fit=FitSettings(epochs=options.epochs, seed=options.seed),
        distillation=DistillationSettings(teachers=options.teachers),
    )
    # Own labels first: what is wrong with them should not come out after hours of rendering.
    mine = _own(own, settings, console) if own else []
    if (warning := few_songs_warning(mine, options.free)) is not None:
        console.print(f"Warning: {warning}", markup=False, soft_wrap=not console.is_terminal)
    songs = mine
    if options.free:
        found = free_songs(work, options.free, seed=options.seed, jobs=jobs, console=console)
        songs = found + mine
    bundle = train(songs, work, settings, jobs=jobs, console=console)
    if own:
        _note(work, own, songs, bundle, jobs)
    shipped = load_bundle(shipped_bundle_folder())
    verdict = verdict_on(bundle, shipped, songs, jobs=jobs)
    return TrainedBundle(folder=bundle.folder, verdict=verdict)


def _own(own: LabelledSongs, settings: TrainingSettings, console: Console) -> list[TrainingSong]:
    from pacetag.model.training.labels.own_songs import UNKNOWN, own_training_songs
    from pacetag.model.training.labels.table import LabelsError

    mine = own_training_songs(own.songs, seed=settings.seed, settings=settings.own)
    for reason in (*own.left_out, *mine.left_out):
        console.print(f"left out: {reason}", markup=False, soft_wrap=True)
    if not mine.songs:
        raise LabelsError(f"{', '.join(own.files)}: no song in it can be learnt from")
    artists = {song.group for song in mine.songs}
    console.print(f"own songs: {len(mine.songs)} of {len(artists)} artists", markup=False)
    unknown = sum(song.group == UNKNOWN for song in mine.songs)
    if unknown:
        console.print(
            f"of {unknown} no artist is known: they stay together on one side of the split; an "
            "`artist` column in the labels would tell them apart",
            markup=False,
        )
    return list(mine.songs)


def _note(
    work: Path, own: LabelledSongs, songs: list[TrainingSong], bundle: Bundle, jobs: int
) -> None:
    from pacetag.model.training.scoring.run_report import FILE, Addition, note_addition, scores_of

    before = load_bundle(shipped_bundle_folder())
    mine = sum(song.source == "own" for song in songs)
    note_addition(
        work / FILE,
        Addition(
            files=own.files,
            left_out=len(own.left_out) + len(own.songs) - mine,
            songs=songs,
        ),
        before=before,
        old=scores_of(before, songs, jobs=jobs),
        new=bundle,
    )
