"""What a network is shown while it is fitted."""

import numpy as np
import pytest

from pacetag.model.spec import FeatureSpec
from pacetag.model.training.cases.augment import AugmentSettings
from pacetag.model.training.cases.build import Megabatch
from pacetag.model.training.fitting.distillation import DistillationSettings, Teachers
from pacetag.model.training.fitting.fit import FitSettings, _balanced_batches
from tests.model.training.linear_network import linear_network

pytestmark = pytest.mark.usefixtures("keras")

STILL = AugmentSettings(
    gain_sd=0.0, equaliser_sd=0.0, floor_low=-60.0, floor_high=-59.0, short_share=0.0
)
RIGHT, OCTAVE, OTHERS = 120.0, 60.0, (80.0, 90.0, 160.0, 180.0)  # bpm


@pytest.fixture
def megabatch(spec: FeatureSpec) -> Megabatch:
    """One song whose cases are all filled with a hundredth of its tempo."""
    bpm = np.array([RIGHT, OCTAVE, *OTHERS], np.float32)
    same = np.full(len(bpm), "train")
    shape = (spec.beats, spec.samples_per_beat, spec.n_bands)
    return Megabatch(
        cases=np.stack([np.full(shape, each / 100, np.float16) for each in bpm]),
        labels=(bpm == RIGHT).astype(np.uint8),
        bpm=bpm,
        song=same,
        source=same,
        group=same,
        split=same,
    )


def test_a_batch_is_half_right_and_rich_in_wrong_octaves(
    megabatch: Megabatch, spec: FeatureSpec
) -> None:
    fit = FitSettings(batch=2000, octave_weight=6.0, augmentation=STILL)

    cases, labels = _balanced_batches(megabatch, spec, fit)[0]

    bpm = np.rint(100 * (spec.log_scale * cases[:, 0, 0, 0] - spec.log_shift))
    assert labels.mean() == 0.5
    assert (bpm[labels[:, 0] == 1] == RIGHT).all()
    assert (bpm == OCTAVE).sum() == pytest.approx(1000 * 6 / (6 + len(OTHERS)), abs=60)
    assert (bpm == OTHERS[0]).sum() == pytest.approx(1000 / (6 + len(OTHERS)), abs=40)


def test_a_student_learns_from_its_teachers_mean_and_from_the_labels(
    megabatch: Megabatch, spec: FeatureSpec
) -> None:
    fit = FitSettings(batch=64, augmentation=STILL)
    alone, labels = _balanced_batches(megabatch, spec, fit)[0]
    others = [linear_network(alone.shape[1:], slope=0.0, offset=logit) for logit in (1.0, 3.0)]

    inputs, targets = _balanced_batches(
        megabatch, spec, fit, Teachers(others, DistillationSettings(teachers=2, alpha=0.6))
    )[0]

    assert np.array_equal(inputs, alone)
    assert targets == pytest.approx(0.6 / (1 + np.exp(-2)) + 0.4 * labels, abs=1e-6)
