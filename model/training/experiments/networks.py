"""Networks that were tried besides the shipped one. Needs the extra `train`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pacetag.model.network import MOMENTUM, Stage0Settings, Stage1Settings, build_network
from pacetag.model.spec import FeatureSpec

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True, kw_only=True)
class TrialNetwork:
    """The shipped network's layers with one thing changed."""

    kind: str = "trial"
    scale: float = 1.0  # of every number of filters
    separable: bool = False  # depthwise and pointwise convolutions for the rhythm
    solid: bool = False  # 3-d convolutions: beats, time within the beat, bands
    tempo_branch: bool = False  # log of the candidate tempo beside the case


Network = Stage0Settings | Stage1Settings | TrialNetwork


def build_trial(settings: Network, spec: FeatureSpec) -> keras.Model:
    """A fresh network: cases, and log2(bpm / 120) where it has a second branch, to a logit."""
    if not isinstance(settings, TrialNetwork):
        return build_network(settings, spec)
    import keras
    from keras import layers

    inputs = [keras.Input((spec.beats, spec.samples_per_beat, spec.n_bands), name="cases")]
    x = _solid(inputs[0]) if settings.solid else _flat(inputs[0], settings)
    if settings.tempo_branch:
        inputs.append(keras.Input((1,), name="tempo"))
        x = layers.Concatenate()([x, layers.Dense(8, activation="relu")(inputs[1])])
    x = layers.Dense(round(32 * settings.scale), activation="relu")(x)
    outputs = layers.Dense(1, name="logit")(x)
    return keras.Model(inputs if len(inputs) > 1 else inputs[0], outputs, name="trial")


def _flat(x: Any, settings: TrialNetwork) -> Any:
    from keras import layers

    def count(filters: int) -> int:
        return max(4, round(filters * settings.scale))

    rhythm = layers.SeparableConv2D if settings.separable else layers.Conv2D
    x = layers.Conv2D(count(64), 1, activation="relu")(x)
    x = layers.SpatialDropout2D(0.1)(x)
    x = layers.Conv2D(count(32), 1, activation="relu")(x)
    x = layers.BatchNormalization(momentum=MOMENTUM)(x)
    x = layers.Conv2D(count(32), (1, 4), padding="same", activation="relu")(x)
    x = layers.SpatialDropout2D(0.2)(x)
    x = rhythm(count(48), (4, 6), activation="relu")(x)
    x = layers.BatchNormalization(momentum=MOMENTUM)(x)
    # "same", unlike in the shipped network, so that cases of eight beats fit through.
    x = rhythm(count(48), (4, 3), padding="same", activation="relu")(x)
    x = layers.BatchNormalization(momentum=MOMENTUM)(x)
    x = rhythm(count(32), 3, padding="same", activation="relu")(x)
    return _pooled(x, layers.GlobalAveragePooling2D(), layers.GlobalMaxPooling2D())


def _solid(x: Any) -> Any:
    from keras import layers

    x = layers.Reshape((*x.shape[1:], 1))(x)
    x = layers.Conv3D(8, (1, 1, 8), strides=(1, 1, 4), activation="relu")(x)
    x = layers.BatchNormalization(momentum=MOMENTUM)(x)
    x = layers.Conv3D(16, (1, 4, 8), strides=(1, 1, 4), activation="relu")(x)
    x = layers.SpatialDropout3D(0.2)(x)
    x = layers.Conv3D(32, (4, 6, 3), strides=(1, 1, 2), activation="relu")(x)
    x = layers.BatchNormalization(momentum=MOMENTUM)(x)
    x = layers.Conv3D(32, (4, 3, 2), activation="relu")(x)
    return _pooled(x, layers.GlobalAveragePooling3D(), layers.GlobalMaxPooling3D())


def _pooled(x: Any, mean: Any, top: Any) -> Any:
    from keras import layers

    return layers.Dropout(0.4)(layers.Concatenate()([mean(x), top(x)]))
