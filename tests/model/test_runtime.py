"""LiteRT gives each case its own logit, however many are asked about at once."""

import numpy as np
import pytest

from pacetag.model.bundle import load_bundle
from pacetag.model.runtime import BATCH, Runtime


@pytest.mark.parametrize("count", [1, BATCH - 1, BATCH, BATCH + 1, 3 * BATCH + 2])
def test_a_case_has_the_same_logit_alone_and_among_others(count: int) -> None:
    bundle = load_bundle(None)
    cases = np.random.default_rng(count).normal(size=(count, *bundle.spec.case))
    runtime = Runtime(bundle.litert, bundle.spec)

    together = runtime.logits(cases.astype(np.float32))

    alone = [runtime.logits(case[np.newaxis].astype(np.float32))[0] for case in cases]
    assert together == pytest.approx(alone, abs=1e-5)
    assert len(set(together.tolist())) == count


def test_no_cases_have_no_logits() -> None:
    bundle = load_bundle(None)

    assert Runtime(bundle.litert).logits(np.empty((0, *bundle.spec.case), np.float32)).shape == (0,)
