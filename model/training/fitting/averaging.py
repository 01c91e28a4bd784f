"""Stochastic weight averaging (Izmailov et al., 2018): the mean of a fit's last networks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import keras

SETTLING = 60  # batches from which the statistics of averaged weights are measured


class WeightMean:
    """Sums up weights, to give a network their mean."""

    def __init__(self) -> None:
        self._total: list[NDArray[Any]] = []
        self._count = 0

    def add(self, model: keras.Model) -> None:
        """Take the weights that a network has now."""
        weights = model.get_weights()
        self._total = (
            [a + b for a, b in zip(self._total, weights, strict=True)] if self._count else weights
        )
        self._count += 1

    def give(self, model: keras.Model, batches: Iterable[NDArray[np.float32]]) -> None:
        """Set the mean of all weights taken, and measure the activations of `batches` anew.

        A batch is the network's input [k, ...]. Nothing is done if nothing was taken.
        """
        if self._count:
            model.set_weights([part / self._count for part in self._total])
            _settle(model, batches)


def _settle(model: keras.Model, batches: Iterable[NDArray[np.float32]]) -> None:
    """Give batch normalisation the statistics of the weights as they are now: they are others."""
    from keras.layers import BatchNormalization

    layers = [layer for layer in model.layers if isinstance(layer, BatchNormalization)]
    usual = [layer.momentum for layer in layers]
    for place, inputs in enumerate(batches):
        if place == SETTLING:
            break
        for layer in layers:
            layer.momentum = place / (place + 1)  # a plain mean over the batches
        model(inputs, training=True)
    for layer, momentum in zip(layers, usual, strict=True):
        layer.momentum = momentum
