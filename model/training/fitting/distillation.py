"""Networks of other seeds that teach the one which is kept. Needs the extra `train`."""

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
class TeachingSettings:
    """How much of what a network learns is the word of others."""

    teachers: int = 0  # networks of the same kind on the same cases, of the seeds that follow
    trust: float = 0.7  # the teachers' share in what is learnt; the labels have the rest


class Teachers:
    """Fitted networks, asked together about each batch just as the pupil hears it.

    A pupil learns from the mean of their logits how sure to be, and gets the calm of several
    networks at the price of one (Hinton et al., 2015, "Distilling the Knowledge in a Neural
    Network").
    """

    def __init__(self, networks: Sequence[keras.Model], settings: TeachingSettings) -> None:
        import tensorflow as tf

        self.settings = settings

        @tf.function(reduce_retracing=True)  # type: ignore[untyped-decorator]  # TensorFlow ships no types
        def mean_logits(inputs: tf.Tensor) -> tf.Tensor:
            return tf.add_n([one(inputs, training=False) for one in networks]) / len(networks)

        self._mean_logits = mean_logits

    def targets(
        self, inputs: NDArray[np.float32], labels: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """What to learn [n, 1], from 0 to 1, of network inputs [n, ...] that have labels [n, 1]."""
        sure = expit(np.asarray(self._mean_logits(inputs), np.float32))
        trust = self.settings.trust
        return np.asarray(trust * sure + (1 - trust) * labels, np.float32)
