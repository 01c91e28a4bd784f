"""What was promised beside what came true: the table behind a reliability plot."""

from dataclasses import dataclass

import numpy as np

from pacetag.model.evaluation.case_statistics import Cases
from pacetag.model.evaluation.metrics import CALIBRATION_BINS, calibration_bin


@dataclass(frozen=True, kw_only=True)
class ReliabilityBin:
    """The cases whose probability lies between two bounds."""

    low: float
    high: float
    cases: int
    promised: float | None  # mean probability
    true: float | None  # share that is compatible


def reliability(cases: Cases, bins: int = CALIBRATION_BINS) -> tuple[ReliabilityBin, ...]:
    """Equal bins from 0 to 1 (Niculescu-Mizil and Caruana, 2005); empty ones promise nothing."""
    place = calibration_bin(cases.probabilities, bins)
    rows = []
    for number in range(bins):
        inside = place == number
        count = int(inside.sum())
        rows.append(
            ReliabilityBin(
                low=number / bins,
                high=(number + 1) / bins,
                cases=count,
                promised=float(np.mean(cases.probabilities[inside])) if count else None,
                true=float(np.mean(cases.labels[inside])) if count else None,
            )
        )
    return tuple(rows)
