"""Fitting with everything that was tried: losses, balance, averaged weights, a teacher."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pacetag.model.spec import FeatureSpec
from pacetag.model.stderr import native_silence
from pacetag.model.tempo.folding import network_input
from pacetag.model.training.cases.augment import AugmentSettings, augment
from pacetag.model.training.cases.build import Megabatch
from pacetag.model.training.experiments.networks import Network, build_trial
from pacetag.model.training.fitting.averaging import WeightMean

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True, kw_only=True)
class Learning:
    """How a trial's network is fitted."""

    epochs: int = 6
    batch: int = 64
    learning_rate: float = 0.002  # at the start; falls along a cosine
    loss: str = "cross-entropy"  # or "focal" (Lin et al., 2017)
    smoothing: float = 0.0  # share by which labels are moved towards one half
    balanced: bool = True  # half of each batch right, half wrong
    # Share of the epochs at the end of which the weights are averaged, the rate held at half
    # (stochastic weight averaging, Izmailov et al., 2018).
    averaged: float = 0.0
    augmentation: AugmentSettings | None = field(default_factory=AugmentSettings)


def learn(
    network: Network,
    train: Megabatch,
    spec: FeatureSpec,
    learning: Learning,
    *,
    seed: int,
    targets: NDArray[np.float32] | None = None,
) -> keras.Model:
    """A network fitted to all cases of `train`, or to `targets` [n] in place of their labels."""
    with native_silence():  # TensorFlow greets
        import keras

        importlib.import_module("tensorflow")
    keras.utils.set_random_seed(seed)
    model = build_trial(network, spec)
    steps = max(1, len(train.labels) // learning.batch)
    model.compile(
        optimizer=keras.optimizers.Adam(_rate(learning, steps)),
        loss=_loss(learning),
        jit_compile=False,
    )
    first_averaged = round(learning.epochs * (1 - learning.averaged))
    mean = WeightMean()
    for epoch in range(learning.epochs):
        for cases, tempos, wanted in _batches(train, spec, learning, targets, [seed, epoch]):
            model.train_on_batch(_inputs(model, cases, tempos), wanted)
        if epoch >= first_averaged:
            mean.add(model)
    batches = _batches(train, spec, learning, None, [seed, learning.epochs])
    mean.give(model, (_inputs(model, cases, tempos) for cases, tempos, _ in batches))
    return model


def logits_of(model: keras.Model, megabatch: Megabatch, spec: FeatureSpec) -> NDArray[np.float64]:
    """Logits [n] of all cases, unaugmented."""
    found = [np.empty(0)]
    for first in range(0, len(megabatch.labels), 256):
        part = slice(first, first + 256)
        cases = network_input(megabatch.cases[part].astype(np.float32), spec)
        inputs = _inputs(model, cases, megabatch.bpm[part])
        found.append(np.asarray(model.predict_on_batch(inputs))[:, 0].astype(np.float64))
    return np.concatenate(found)


def _inputs(model: keras.Model, cases: NDArray[np.float32], bpm: NDArray[np.float32]) -> Any:
    if len(model.inputs) == 1:
        return cases
    return [cases, np.log2(bpm / 120.0).astype(np.float32)[:, None]]


def _rate(learning: Learning, steps: int) -> Any:
    from keras.optimizers.schedules import CosineDecay

    floor = 0.5 if learning.averaged else 0.0
    length = learning.epochs * (1 - learning.averaged) * steps
    return CosineDecay(learning.learning_rate, max(1, round(length)), alpha=floor)


def _loss(learning: Learning) -> Any:
    from keras import losses

    if learning.loss == "focal":
        return losses.BinaryFocalCrossentropy(
            from_logits=True, label_smoothing=learning.smoothing, gamma=2.0
        )
    return losses.BinaryCrossentropy(from_logits=True, label_smoothing=learning.smoothing)


def _batches(
    train: Megabatch,
    spec: FeatureSpec,
    learning: Learning,
    targets: NDArray[np.float32] | None,
    seed: list[int],
) -> Iterator[tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]]:
    rng = np.random.default_rng(seed)
    right, wrong = np.flatnonzero(train.labels == 1), np.flatnonzero(train.labels == 0)
    half = learning.batch // 2
    wanted = train.labels.astype(np.float32) if targets is None else targets
    for _ in range(max(1, len(train.labels) // learning.batch)):
        if learning.balanced:
            chosen = np.concatenate([rng.choice(right, half), rng.choice(wrong, half)])
        else:
            chosen = rng.integers(0, len(train.labels), learning.batch)
        cases = train.cases[chosen].astype(np.float32)
        if learning.augmentation:
            cases = augment(cases, rng, learning.augmentation, spec)
        yield network_input(cases, spec), train.bpm[chosen], wanted[chosen][:, None]
