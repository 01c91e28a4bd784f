"""The Keras networks that judge a case, built from settings. Needs the extra `train`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pacetag.model.spec import FeatureSpec

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True, kw_only=True)
class Stage0Settings:
    """The network of the 2019 Pace Compatibility prototype: 23 601 parameters.

    The first kernel axis runs over the beats, the second within the beat.
    """

    kind: str = "stage0"
    band_filters: tuple[int, int] = (64, 32)
    spread_filters: int = 12  # kernel 1 x 4
    rhythm_filters: int = 25  # kernel 4 x 6
    narrow_filters: int = 3  # kernel 1 x 4
    dense_units: int = 20
    dropouts: tuple[float, float, float] = (0.1, 0.3, 0.8)


@dataclass(frozen=True, kw_only=True)
class Stage2Settings:
    """A network that pools over time, so that no phase is special: 24 369 parameters.

    Separable convolutions for the rhythm cost a third of plain ones, which pays for cases of twice
    the beats: these are worth more than parameters.
    """

    kind: str = "stage2"
    band_filters: tuple[int, int] = (64, 32)
    spread_filters: int = 32  # kernel 1 x 4
    rhythm_filters: tuple[int, int] = (48, 48)  # kernels 4 x 6 and 4 x 3
    summary_filters: int = 32  # kernel 3 x 3
    dense_units: int = 32
    dropouts: tuple[float, float, float] = (0.1, 0.2, 0.4)


# Of the running means that a batch normalisation keeps. Keras's own .99 still remembers the first,
# untrained layers after hundreds of steps: short trials came out at chance.
MOMENTUM = 0.95

NetworkSettings = Stage0Settings | Stage2Settings


def build_network(settings: NetworkSettings, spec: FeatureSpec) -> keras.Model:
    """A fresh network: cases [k, beats, samples per beat, bands] to one logit each [k, 1].

    It ends in a logit, not in a probability, so that clips can be averaged and the result
    calibrated without a detour through the sigmoid.
    """
    import keras

    inputs = keras.Input((spec.beats, spec.samples_per_beat, spec.n_bands), name="cases")
    body = _stage0 if isinstance(settings, Stage0Settings) else _stage2
    outputs = keras.layers.Dense(1, name="logit")(body(inputs, settings))
    return keras.Model(inputs, outputs, name=f"pacetag_{settings.kind}")


def _stage0(x: Any, s: Any) -> Any:
    from keras import layers

    early, middle, late = s.dropouts
    x = layers.Conv2D(s.band_filters[0], 1, activation="relu")(x)
    x = layers.SpatialDropout2D(early)(x)
    x = layers.Conv2D(s.band_filters[1], 1, activation="relu")(x)
    x = layers.BatchNormalization(momentum=MOMENTUM)(x)
    x = layers.Conv2D(s.spread_filters, (1, 4), activation="relu")(x)
    x = layers.SpatialDropout2D(middle)(x)
    x = layers.Conv2D(s.rhythm_filters, (4, 6), activation="relu")(x)
    x = layers.BatchNormalization(momentum=MOMENTUM)(x)
    x = layers.Conv2D(s.narrow_filters, (1, 4), activation="relu")(x)
    x = layers.Flatten()(x)
    x = layers.Dropout(late)(x)
    x = layers.Dense(s.dense_units)(x)
    return layers.PReLU()(x)


def _stage2(x: Any, s: Any) -> Any:
    from keras import layers

    early, middle, late = s.dropouts
    x = layers.Conv2D(s.band_filters[0], 1, activation="relu")(x)
    x = layers.SpatialDropout2D(early)(x)
    x = layers.Conv2D(s.band_filters[1], 1, activation="relu")(x)
    x = layers.BatchNormalization(momentum=MOMENTUM)(x)
    x = layers.Conv2D(s.spread_filters, (1, 4), padding="same", activation="relu")(x)
    x = layers.SpatialDropout2D(middle)(x)
    x = layers.SeparableConv2D(s.rhythm_filters[0], (4, 6), activation="relu")(x)
    x = layers.BatchNormalization(momentum=MOMENTUM)(x)
    x = layers.SeparableConv2D(s.rhythm_filters[1], (4, 3), activation="relu")(x)
    x = layers.BatchNormalization(momentum=MOMENTUM)(x)
    x = layers.SeparableConv2D(s.summary_filters, 3, activation="relu")(x)
    x = layers.Concatenate()([layers.GlobalAveragePooling2D()(x), layers.GlobalMaxPooling2D()(x)])
    x = layers.Dropout(late)(x)
    return layers.Dense(s.dense_units, activation="relu")(x)
