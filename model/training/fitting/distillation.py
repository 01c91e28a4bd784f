"""Distillation: a student learns from networks of other seeds. Needs the extra `train`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True, kw_only=True)
class DistillationSettings:
    """How much of what a network learns comes from its teachers."""

    teachers: int = 0  # networks of the same kind on the same cases, with the seeds that follow
    alpha: float = 0.7  # share of the teachers in the targets; the labels have the rest


class Teachers:
    """Fitted networks whose mean logits on each augmented batch are the student's soft targets.

    Hinton, Vinyals and Dean, "Distilling the Knowledge in a Neural Network", 2015.
    """

    def __init__(self, networks: Sequence[keras.Model], settings: DistillationSettings) -> None:
        import tensorflow as tf

        self.settings = settings

        @tf.function(reduce_retracing=True)  # type: ignore[untyped-decorator]  # TensorFlow ships no types
        def mean_logits(inputs: tf.Tensor) -> tf.Tensor:
            return tf.add_n([one(inputs, training=False) for one in networks]) / len(networks)

        self._mean_logits = mean_logits

    def targets(
        self, inputs: NDArray[np.float32], labels: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Targets [n, 1] from 0 to 1 for network inputs [n, ...] that have labels [n, 1]."""
        sure = expit(np.asarray(self._mean_logits(inputs), np.float32))
        alpha = self.settings.alpha
        return np.asarray(alpha * sure + (1 - alpha) * labels, np.float32)
