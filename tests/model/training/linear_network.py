"""A network whose answers are known."""

from typing import Any


def linear_network(shape: tuple[int, ...], *, slope: float, offset: float) -> Any:
    """Says `slope` times the mean of its input, and `offset` more.

    `shape` is that of an input [beats, samples per beat, bands], or how they are folded.
    """
    import keras

    inputs = keras.Input(shape)
    means = keras.layers.GlobalAveragePooling2D()(inputs)
    said = keras.layers.Dense(
        1,
        kernel_initializer=keras.initializers.Constant(slope / shape[-1]),
        bias_initializer=keras.initializers.Constant(offset),
    )(means)
    return keras.Model(inputs, said)
