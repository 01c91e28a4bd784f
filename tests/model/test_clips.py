"""The network is asked about few clips of hopeless tempos and about all clips of likely ones."""

import numpy as np
import pytest
from numpy.typing import NDArray

from pacetag.model import clips as module
from pacetag.model.clips import CLIPS, HOPELESS, Clips, clip_counts, probes
from pacetag.model.features import Features, extract_features
from pacetag.model.runtime import Runtime
from pacetag.model.spec import FeatureSpec
from tests.conftest import ClickTrack


class CountingRuntime(Runtime):
    """Gives every case a logit from a list by turns, and counts the cases."""

    def __init__(self, logit: float) -> None:
        self.cases, self.logit = 0, logit

    def logits(self, cases: NDArray[np.float32]) -> NDArray[np.float64]:
        self.cases += len(cases)
        return np.full(len(cases), self.logit)


@pytest.fixture
def heard(click_track: ClickTrack, spec: FeatureSpec) -> list[Features]:
    return [extract_features(click_track(120, seconds=15, seed=s), spec) for s in range(3)]


@pytest.mark.parametrize(
    ("seconds", "counts"),
    [
        ((15.0, 15.0, 15.0), [3, 3, 3]),
        ((15.0, 30.0, 15.0, 30.0, 15.0), [1, 3, 1, 3, 1]),
        ((40.0, 40.0, 40.0), [3, 3, 3]),
        ((12.0,), [9]),
        ((3.0, 100.0), [1, 9]),
        ((), []),
    ],
)
def test_longer_excerpts_get_more_clips(seconds: tuple[float, ...], counts: list[int]) -> None:
    assert clip_counts(seconds) == counts


@pytest.mark.parametrize("count", range(1, CLIPS + 1))
@pytest.mark.parametrize("wanted", [1, 2, 3])
def test_probes_are_spread_and_different(count: int, wanted: int) -> None:
    places = probes(count, wanted)

    assert len(set(places)) == min(count, wanted)
    assert all(0 <= place < count for place in places)
    assert places == sorted(places)


def test_hopeless_tempos_are_judged_once_an_excerpt(
    heard: list[Features], spec: FeatureSpec
) -> None:
    runtime = CountingRuntime(HOPELESS - 1)

    logits = Clips(runtime, spec).logits(heard, np.array([60.0, 120.0]))

    assert runtime.cases == 2 * 3
    assert (logits == HOPELESS - 1).all()
    assert logits.shape == (2, 9)


def test_likely_tempos_are_judged_in_every_clip(heard: list[Features], spec: FeatureSpec) -> None:
    runtime = CountingRuntime(HOPELESS + 1)

    Clips(runtime, spec).logits(heard, np.array([60.0, 120.0]))

    assert runtime.cases == 2 * 9


def test_sparing_hopeless_tempos_changes_no_likely_one(
    heard: list[Features], spec: FeatureSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pacetag.model.bundle import load_bundle

    clips = Clips(Runtime(load_bundle(None).litert), spec)
    bpms = np.array([60.0, 90.0, 97.0, 120.0, 171.0, 240.0])
    spared = clips.logits(heard, bpms)
    monkeypatch.setattr(module, "HOPELESS", -np.inf)
    whole = clips.logits(heard, bpms)

    same = np.abs(spared - whole).max(axis=1) < 1e-4
    assert same[[0, 3, 5]].all()
    assert (whole[~same].max(axis=1) < 0).all()


def test_without_tempos_or_excerpts_there_is_nothing(
    heard: list[Features], spec: FeatureSpec
) -> None:
    clips = Clips(CountingRuntime(0.0), spec)

    assert clips.logits(heard, np.empty(0)).shape == (0, 9)
    assert clips.logits([], np.empty(0)).shape == (0, 0)
    assert clips.logits([], np.array([120.0])).shape == (1, 0)
