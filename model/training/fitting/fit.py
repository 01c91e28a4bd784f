"""Fitting a network to a megabatch. Needs the extra `train`."""

from __future__ import annotations

import importlib
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from rich.progress import Progress

from pacetag.model.evaluation.metrics import CaseScores
from pacetag.model.network import NetworkSettings, build_network
from pacetag.model.spec import FeatureSpec
from pacetag.model.stderr import native_silence
from pacetag.model.tempo.folding import network_input
from pacetag.model.training.cases.augment import AugmentSettings, augment
from pacetag.model.training.cases.build import Megabatch
from pacetag.model.training.fitting.averaging import WeightMean

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow greets at length otherwise

# From a right tempo to a wrong one: the quarter, half, double and quadruple are mistaken most.
_OCTAVES = (-2, -1, 1, 2)
_MEANT = 0.03  # as a ratio: so near to an octave a tempo means it

if TYPE_CHECKING:
    import keras

    from pacetag.model.training.fitting.distillation import Teachers


@dataclass(frozen=True, kw_only=True)
class FitSettings:
    """How a network is fitted."""

    epochs: int = 20
    batch: int = 64
    learning_rate: float = 0.002  # at the start; falls along a cosine
    # Share of the epochs whose weights count for the mean that is kept. The rate
    # falls to half before these, and stays there, so that they differ.
    averaged: float = 0.3
    # How often a wrong tempo that is an octave off a right one is drawn for each time that another
    # wrong one is: they are rare, and what is mistaken most.
    octave_weight: float = 2.0
    seed: int = 1
    augmentation: AugmentSettings = field(default_factory=AugmentSettings)


def fit_network(
    settings: NetworkSettings,
    megabatch: Megabatch,
    spec: FeatureSpec,
    fit: FitSettings,
    *,
    teachers: Teachers | None = None,
    progress: Progress | None = None,
) -> keras.Model:
    """A network trained on the split "train" of `megabatch`, classes balanced in every batch.

    With `teachers` it learns what they say of each case beside its label. Raises ValueError when
    the split lacks right or wrong cases.
    """
    with native_silence():  # TensorFlow greets
        import keras

        importlib.import_module("tensorflow")
    keras.utils.set_random_seed(fit.seed)
    model = build_network(settings, spec)
    batches = _balanced_batches(megabatch, spec, fit, teachers)
    first = round(fit.epochs * (1 - fit.averaged))  # epoch whose weights are averaged
    schedule = keras.optimizers.schedules.CosineDecay(
        fit.learning_rate, max(1, len(batches) * first), alpha=0.5 if fit.averaged else 0.0
    )
    model.compile(
        optimizer=keras.optimizers.Adam(schedule),
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
        jit_compile=False,  # compiling takes longer than it saves on a processor
    )
    mean = WeightMean()
    task = progress.add_task(settings.kind, total=fit.epochs) if progress else None

    def after(epoch: int, logs: dict[str, float]) -> None:
        if epoch >= first:
            mean.add(model)
        if progress and task is not None:
            progress.update(task, advance=1, description=f"loss {logs['loss']:.3f}")

    ended = keras.callbacks.LambdaCallback(on_epoch_end=after)
    model.fit(batches, epochs=fit.epochs, shuffle=False, verbose=0, callbacks=[ended])
    mean.give(model, (batches[place][0] for place in range(len(batches))))
    return model


def network_logits(
    model: keras.Model, megabatch: Megabatch, rows: NDArray[np.int64], spec: FeatureSpec
) -> NDArray[np.float64]:
    """Logits [k] of the cases at `rows` [k], unaugmented."""
    found = [np.empty(0)]
    for first in range(0, len(rows), 512):
        part = megabatch.cases[rows[first : first + 512]].astype(np.float32)
        found.append(model.predict_on_batch(network_input(part, spec))[:, 0].astype(np.float64))
    return np.concatenate(found)


def score_cases(
    model: keras.Model, megabatch: Megabatch, spec: FeatureSpec, split: str, source: str
) -> CaseScores | None:
    """Scores over the cases of a split and source; None where it has not both classes."""
    rows = megabatch.where(split, source)
    if len(np.unique(megabatch.labels[rows])) < 2:
        return None
    return CaseScores.of(network_logits(model, megabatch, rows, spec), megabatch.labels[rows])


def octave_errors(megabatch: Megabatch) -> NDArray[np.bool_]:
    """Which cases [n] are wrong though an octave or two away from a right tempo of their song.

    Half the beat of a waltz is such: two of three beats. Elsewhere the half is nearly always right,
    so they are rare where a network that took all halves for right would find many.
    """
    found = np.zeros(len(megabatch.labels), dtype=bool)
    song = np.unique(megabatch.song, return_inverse=True)[1]
    order = np.argsort(song, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(song[order])) + 1):
        right = rows[megabatch.labels[rows] == 1]
        wrong = rows[megabatch.labels[rows] == 0]
        octaves = np.log2(megabatch.bpm[wrong][:, None] / megabatch.bpm[right][None, :])
        whole = np.rint(octaves)
        near = np.abs(octaves - whole) <= np.log2(1 + _MEANT)
        found[wrong] = (near & np.isin(whole, _OCTAVES)).any(axis=1)
    return found


def _balanced_batches(
    megabatch: Megabatch, spec: FeatureSpec, fit: FitSettings, teachers: Teachers | None = None
) -> Any:
    from keras.utils import PyDataset

    rows = megabatch.where("train")
    right = rows[megabatch.labels[rows] == 1]
    wrong = rows[megabatch.labels[rows] == 0]
    if not len(right) or not len(wrong):
        raise ValueError("training needs right and wrong cases in the split 'train'")
    half = fit.batch // 2
    weights = np.where(octave_errors(megabatch)[wrong], fit.octave_weight, 1.0)
    chances = weights / weights.sum()

    class Batches(PyDataset):  # type: ignore[misc]  # Keras ships no types
        """Half of each class a batch; which and how changed depends on seed and place alone."""

        def __init__(self) -> None:
            super().__init__(workers=2, max_queue_size=16)
            self._epoch = 0

        def __len__(self) -> int:
            return max(1, len(rows) // fit.batch)

        def __getitem__(self, place: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
            rng = np.random.default_rng([fit.seed, self._epoch, place])
            chosen = np.concatenate([rng.choice(right, half), rng.choice(wrong, half, p=chances)])
            cases = np.stack([megabatch.cases[row] for row in chosen]).astype(np.float32)
            changed = augment(cases, rng, fit.augmentation, spec)
            inputs = network_input(changed, spec)
            labels = megabatch.labels[chosen].astype(np.float32)[:, None]
            return inputs, teachers.targets(inputs, labels) if teachers else labels

        def on_epoch_end(self) -> None:
            self._epoch += 1

    return Batches()
