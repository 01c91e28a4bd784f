"""From a logit to a probability that means what it says (Platt, 1999)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """A straight line through the logits, fitted on songs that the network was not trained on."""

    slope: float = 1.0
    offset: float = 0.0

    def probability(self, logits: NDArray[np.float64]) -> NDArray[np.float64]:
        """Probability that a pace is compatible, same shape as the logits."""
        return np.asarray(expit(self.line(logits)))

    def line(self, logits: NDArray[np.float64]) -> NDArray[np.float64]:
        """The logits of those probabilities, same shape: what the network's are worth."""
        return np.asarray(self.slope * logits + self.offset)
