"""The network is asked about few clips of hopeless tempos and about all clips of likely ones."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from pacetag.model.features.features import Features, extract_features
from pacetag.model.runtime import Runtime
from pacetag.model.spec import FeatureSpec
from pacetag.model.tempo import clips as module
from pacetag.model.tempo.clips import HOPELESS, Clips, clip_counts, probes
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
    return [extract_features(click_track(120, seconds=40, seed=s), spec) for s in range(3)]


@pytest.mark.parametrize(
    ("seconds", "beats", "counts"),
    [
        ((15.0, 15.0, 15.0), 32, [1, 1, 1]),
        ((15.0, 15.0, 15.0), 16, [2, 2, 2]),
        ((15.0, 30.0, 15.0, 30.0, 15.0), 32, [1, 2, 1, 2, 1]),
        ((40.0, 40.0, 40.0), 32, [2, 2, 2]),
        ((12.0,), 32, [3]),
        ((3.0, 100.0), 32, [1, 6]),
        ((), 32, []),
    ],
)
def test_longer_excerpts_get_more_clips(
    seconds: tuple[float, ...], beats: int, counts: list[int], spec: FeatureSpec
) -> None:
    assert clip_counts(seconds, replace(spec, beats=beats)) == counts


@pytest.mark.parametrize("count", range(1, 10))
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
    assert logits.shape == (2, 15)


def test_likely_tempos_are_judged_in_every_clip(heard: list[Features], spec: FeatureSpec) -> None:
    runtime = CountingRuntime(HOPELESS + 1)

    Clips(runtime, spec).logits(heard, np.array([60.0, 120.0]))

    assert runtime.cases == 2 * 15


def test_sparing_hopeless_tempos_changes_no_likely_one(
    heard: list[Features], spec: FeatureSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pacetag.model.bundle import load_bundle

    bundle = load_bundle(None)
    clips = Clips(Runtime(bundle.litert), bundle.spec)
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

    assert clips.logits(heard, np.empty(0)).shape == (0, 15)
    assert clips.logits([], np.empty(0)).shape == (0, 0)
    assert clips.logits([], np.array([120.0])).shape == (1, 0)
