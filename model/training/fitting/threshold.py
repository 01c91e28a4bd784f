"""The decision threshold of a fitted network. Needs the extra `train`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

from pacetag.model.spec import FeatureSpec
from pacetag.model.training.cases.build import Megabatch
from pacetag.model.training.fitting.fit import network_logits

if TYPE_CHECKING:
    import keras

WIDEST = 3.0  # log-odds by which a network is shifted at most
STEP = 0.05
SMOOTH = 21  # steps averaged over, so that no single case decides


def shift_threshold(model: keras.Model, megabatch: Megabatch, spec: FeatureSpec) -> None:
    """Shift a network's logits so that fewest validation cases lie on the wrong side of zero.

    It learns from as many right as wrong cases, some of the wrong ones drawn more often, and from
    teachers that are less than certain: its own zero is not even odds. The calibration of songs
    comes later and takes up the shift. Sources without both kinds of cases do not count.
    """
    rows = megabatch.where("validation")
    labels, sources = megabatch.labels[rows], megabatch.source[rows]
    logits = network_logits(model, megabatch, rows, spec)
    split = [(logits[sources == one], labels[sources == one]) for one in np.unique(sources)]
    parts = [part for part in split if len(np.unique(part[1])) == 2]
    if parts:
        last = model.layers[-1]
        last.bias.assign(last.bias - best_threshold(parts))


def best_threshold(
    parts: list[tuple[NDArray[np.float64], NDArray[np.uint8]]],
) -> float:
    """The decision threshold with fewest mistakes, in logits; all parts count alike.

    Each part is a pair of logits [n] and labels [n].
    """
    thresholds = np.arange(-WIDEST, WIDEST + STEP / 2, STEP)
    mistaken = [
        ((logits[None, :] > thresholds[:, None]) != labels[None, :].astype(bool)).mean(axis=1)
        for logits, labels in parts
    ]
    smooth = uniform_filter1d(np.mean(mistaken, axis=0), SMOOTH, mode="nearest")
    # The middle of those that are equally good.
    return float(np.mean(thresholds[smooth <= smooth.min() + 1e-12]))
