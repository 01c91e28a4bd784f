"""Where a fitted network changes its mind. Needs the extra `train`."""

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

WIDEST = 3.0  # nepers that a network is shifted at most
STEP = 0.05
SMOOTH = 21  # steps, so that no single case decides


def level_network(model: keras.Model, megabatch: Megabatch, spec: FeatureSpec) -> None:
    """Shift what a network says so that fewest validation cases lie on the wrong side of zero.

    It learns from as many right as wrong cases, of which some wrong ones are drawn more often, and
    from teachers that doubt: its own zero is nobody's even odds. A song's calibration comes later
    and takes the shift in. Sources without right or without wrong cases have no say.
    """
    rows = megabatch.where("validation")
    labels, sources = megabatch.labels[rows], megabatch.source[rows]
    logits = network_logits(model, megabatch, rows, spec)
    split = [(logits[sources == one], labels[sources == one]) for one in np.unique(sources)]
    parts = [part for part in split if len(np.unique(part[1])) == 2]
    if parts:
        last = model.layers[-1]
        last.bias.assign(last.bias - best_border(parts))


def best_border(
    parts: list[tuple[NDArray[np.float64], NDArray[np.uint8]]],
) -> float:
    """The logit between right and wrong with fewest mistakes, all parts counting alike.

    A part are logits [n] and labels [n].
    """
    borders = np.arange(-WIDEST, WIDEST + STEP / 2, STEP)
    mistaken = [
        ((logits[None, :] > borders[:, None]) != labels[None, :].astype(bool)).mean(axis=1)
        for logits, labels in parts
    ]
    smooth = uniform_filter1d(np.mean(mistaken, axis=0), SMOOTH, mode="nearest")
    # Of equally good ones the middle.
    return float(np.mean(borders[smooth <= smooth.min() + 1e-12]))
