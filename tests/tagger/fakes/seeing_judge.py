"""The judge of fake_judge.py with something to draw; apart, since it needs numpy."""

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pacetag.model.spec import FeatureSpec


@dataclass(frozen=True, kw_only=True)
class FakeEvidence:
    """What the fake judge would have seen if it had looked."""

    judgement: Any
    tempogram_bpm: NDArray[np.float64]
    tempogram: NDArray[np.float64]
    case_bpm: float
    case: NDArray[np.float32]


class SeeingJudge:
    """A fake judge that can show evidence: a peak at 120 and a beat in every first column."""

    spec = FeatureSpec()

    def evidence(self, path: Path) -> FakeEvidence:
        """Evidence by formula."""
        bpm = 60 * self.spec.frame_rate / np.arange(15.0, 132.0)
        case = np.zeros((self.spec.beats * self.spec.samples_per_beat, self.spec.n_bands))
        case[:: self.spec.samples_per_beat] = 1.0
        return FakeEvidence(
            judgement=import_module("fake_judge").load().file(path),
            tempogram_bpm=bpm,
            tempogram=np.exp(-(((bpm - 120) / 10) ** 2)),
            case_bpm=120.0,
            case=case.astype(np.float32),
        )


def load_seeing() -> SeeingJudge:
    """A judge that can show evidence."""
    return SeeingJudge()
