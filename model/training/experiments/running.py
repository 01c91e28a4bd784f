"""Trials one after the other, each to a row of figures."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pacetag.model.evaluation.metrics import CaseScores
from pacetag.model.spec import FeatureSpec
from pacetag.model.training.cases.build import CaseSettings, Megabatch, build_megabatch
from pacetag.model.training.cases.store import load_stored
from pacetag.model.training.experiments.combining import combine, distil
from pacetag.model.training.experiments.learning import learn, logits_of
from pacetag.model.training.experiments.pool import Pool, group_folds, trial_pool
from pacetag.model.training.experiments.trials import LONG_CASES, TRIALS, Trial
from pacetag.model.training.grooves.songs import groove_lessons
from pacetag.model.training.recordings.songs import recording_lessons

Row = dict[str, Any]
Done = set[tuple[str, int]]  # trials and seeds of which the figures are known

LONG_BEATS = 32
LONG_SONGS = 4  # one of so many is heard for the longer cases


@dataclass(frozen=True, kw_only=True)
class Bench:
    """What all trials of a run share."""

    work: Path  # where `pacetag train` made its cases
    cases: int  # to learn from
    seeds: Sequence[int]


def run_trials(trials: Sequence[Trial], bench: Bench, done: Done) -> Iterator[Row]:
    """Every trial with every seed, but for those that are done."""
    held_pools: dict[str, Pool] = {}
    for trial in trials:
        for seed in bench.seeds:
            if (trial.name, seed) in done:
                continue
            if trial.cases not in held_pools:
                held_pools = {trial.cases: _pool(bench, trial.cases)}  # two would fill the memory
            pool = held_pools[trial.cases]
            spec = _spec(pool.train, trial.beats)
            train, held = (_shortened(part, spec.beats) for part in (pool.train, pool.held))
            fit = partial(learn, trial.network, train, spec, trial.learning, seed=seed)
            yield _measured(trial.name, seed, held, spec, fit)


def run_combined(bench: Bench, done: Done) -> Iterator[Row]:
    """Networks of several seeds as one, and one network that is taught by them."""
    if ("distilled", bench.seeds[-1]) in done:
        return
    pool, trial = _pool(bench, TRIALS[0].cases), TRIALS[0]
    spec = _spec(pool.train)
    heard, taught = [], []
    for seed in bench.seeds:
        model = learn(trial.network, pool.train, spec, trial.learning, seed=seed)
        heard.append(logits_of(model, pool.held, spec))
        taught.append(logits_of(model, pool.train, spec))
    for name, logits in combine(heard).items():
        yield row(f"seeds: {name}", 0, logits, pool.held, 0.0, model.count_params() * len(heard))
    for seed in bench.seeds:
        fit = partial(distil, trial, pool.train, taught, spec, seed=seed)
        yield _measured("distilled", seed, pool.held, spec, fit)


def run_folds(bench: Bench, done: Done) -> Iterator[Row]:
    """The first trial with each fifth of the style families and packages held out in turn."""
    megabatch = load_stored(bench.work / TRIALS[0].cases)
    spec, trial = _spec(megabatch), TRIALS[0]
    for number, groups in enumerate(group_folds(megabatch), 1):
        if ("cross-validation", number) in done:
            continue
        pool = trial_pool(megabatch, groups, cases=bench.cases)
        fit = partial(learn, trial.network, pool.train, spec, trial.learning, seed=1)
        yield _measured("cross-validation", number, pool.held, spec, fit)


def row(
    trial: str,
    seed: int,
    logits: NDArray[np.float64],
    held: Megabatch,
    seconds: float,
    parameters: int,
) -> Row:
    """The figures of one network on the cases that were held out, by source."""
    scores = {}
    for source in np.unique(held.source):
        here = held.source == source
        found = CaseScores.of(logits[here], held.labels[here])
        scores[str(source)] = {
            "cases": found.count,
            "accuracy": round(found.accuracy, 5),
            "balanced": round(found.balanced_accuracy, 5),
            "auc": round(found.auc, 5),
        }
    return {
        "trial": trial,
        "seed": seed,
        "parameters": parameters,
        "seconds": round(seconds, 1),
        "scores": scores,
    }


def _measured(
    trial: str, seed: int, held: Megabatch, spec: FeatureSpec, fit: Callable[[], Any]
) -> Row:
    """Fit a network, the seconds that it takes and what it makes of what was held out."""
    start = time.perf_counter()
    model = fit()
    seconds = time.perf_counter() - start
    return row(trial, seed, logits_of(model, held, spec), held, seconds, model.count_params())


def _pool(bench: Bench, folder: str) -> Pool:
    """Hold out the validation split and a fifth of the groups that are trained on."""
    if folder == LONG_CASES and not (bench.work / folder).is_dir():
        _build_long_cases(bench.work)
    megabatch = load_stored(bench.work / folder)
    validation = np.unique(megabatch.group[megabatch.split == "validation"])
    held = {*validation.tolist(), *group_folds(megabatch)[0]}
    return trial_pool(megabatch, sorted(held), cases=bench.cases)


def _spec(megabatch: Megabatch, beats: int | None = None) -> FeatureSpec:
    """The spec of these cases, or of their first `beats`."""
    return replace(FeatureSpec(), beats=beats or megabatch.cases.shape[1])


def _build_long_cases(work: Path) -> None:
    songs = groove_lessons(work / "grooves") + recording_lessons(work / "recordings")
    chosen = [song for song in songs if song.split != "test"][::LONG_SONGS]
    spec = replace(FeatureSpec(), beats=LONG_BEATS)
    build_megabatch(chosen, work / LONG_CASES, spec, CaseSettings(), jobs=1)


def _shortened(megabatch: Megabatch, beats: int) -> Megabatch:
    if megabatch.cases.shape[1] == beats:
        return megabatch
    shorter = [megabatch.cases[row][:beats] for row in range(len(megabatch.labels))]
    return replace(megabatch, cases=np.stack(shorter))
