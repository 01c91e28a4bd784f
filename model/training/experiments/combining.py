"""Several networks as one: combined answers, and one small network taught by them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from pacetag.model.spec import FeatureSpec
from pacetag.model.training.cases.build import Megabatch
from pacetag.model.training.experiments.learning import learn
from pacetag.model.training.experiments.trials import Trial

if TYPE_CHECKING:
    import keras


def combine(logits: Sequence[NDArray[np.float64]]) -> dict[str, NDArray[np.float64]]:
    """The same cases' logits [n] by several networks, as one logit each [n], in three ways."""
    stacked = np.stack(logits)
    mean = np.clip(expit(stacked).mean(axis=0), 1e-9, 1 - 1e-9)
    return {
        "mean": np.asarray(logit(mean)),
        "logit mean": stacked.mean(axis=0),
        "median": np.median(stacked, axis=0),
    }


def distil(
    trial: Trial,
    train: Megabatch,
    teachers: Sequence[NDArray[np.float64]],
    spec: FeatureSpec,
    *,
    seed: int,
    trust: float = 0.7,
) -> keras.Model:
    """A network taught by the mean of its teachers' logits [n] (Hinton et al., 2015).

    `trust` is the teachers' share of what it is taught, the labels have the rest.
    """
    soft = expit(np.mean(teachers, axis=0))
    targets = (trust * soft + (1 - trust) * train.labels).astype(np.float32)
    return learn(trial.network, train, spec, trial.learning, seed=100 + seed, targets=targets)
