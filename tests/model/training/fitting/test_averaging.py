"""The mean of several networks' weights, with activations measured anew."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pacetag.model.training.fitting.averaging import WeightMean

Network = Callable[[], Any]


@pytest.fixture
def network(keras: Any) -> Network:
    """y = BN(w x), the mean and variance of w x known to the normalisation."""

    def make() -> Any:
        normal = keras.layers.BatchNormalization(momentum=0.95, epsilon=1e-6)
        return keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False), normal])

    return make


def test_the_weights_become_the_mean_of_those_taken(network: Network) -> None:
    model, mean = network(), WeightMean()
    for weight in (1.0, 2.0, 6.0):
        model.layers[0].set_weights([np.array([[weight]])])
        mean.add(model)

    mean.give(model, [])

    assert model.layers[0].get_weights()[0][0, 0] == pytest.approx(3.0)


def test_the_activations_are_measured_with_the_new_weights(network: Network) -> None:
    model, mean = network(), WeightMean()
    for weight in (1.0, 3.0):
        model.layers[0].set_weights([np.array([[weight]])])
        mean.add(model)
    batches = [np.array([[first], [first + 2.0]], np.float32) for first in (0.0, 4.0)]

    mean.give(model, batches)

    _, _, centre, variance = model.layers[1].get_weights()
    assert centre[0] == pytest.approx(6.0, rel=1e-5)  # 2 x, x on average 3
    assert variance[0] == pytest.approx(4.0, rel=1e-5)  # within each batch 2 x varies by 2
    assert model.layers[1].momentum == 0.95


def test_without_weights_taken_the_network_stays_as_it_was(network: Network) -> None:
    model = network()
    before = model.get_weights()

    WeightMean().give(model, [np.ones((2, 1), np.float32)])

    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
