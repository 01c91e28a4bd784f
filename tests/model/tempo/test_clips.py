"""The network judges pruned tempos on few clips, retained ones on all."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from pacetag.model.features.features import Features, extract_features
from pacetag.model.judge_settings import ClipSettings
from pacetag.model.runtime import Runtime
from pacetag.model.spec import FeatureSpec
from pacetag.model.tempo.clips import (
    Clips,
    KnownLogits,
    clip_counts,
    clip_weights,
    probes,
    weighted_logits,
)
from tests.conftest import ClickTrack

SETTINGS = ClipSettings()
LEAST = SETTINGS.pruned_below


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
    assert clip_counts(seconds, replace(spec, beats=beats), SETTINGS) == counts


@pytest.mark.parametrize("count", range(1, 10))
@pytest.mark.parametrize("wanted", [1, 2, 3])
def test_probes_are_spread_and_different(count: int, wanted: int) -> None:
    places = probes(count, wanted)

    assert len(set(places)) == min(count, wanted)
    assert all(0 <= place < count for place in places)
    assert places == sorted(places)


def test_pruned_tempos_are_judged_once_an_excerpt(heard: list[Features], spec: FeatureSpec) -> None:
    runtime = CountingRuntime(LEAST - 1)

    logits = Clips(runtime, spec, SETTINGS).logits(heard, np.array([60.0, 120.0]))

    assert runtime.cases == 2 * 3
    assert (logits == LEAST - 1).all()
    assert logits.shape == (2, 15)


def test_retained_tempos_are_judged_in_every_clip(heard: list[Features], spec: FeatureSpec) -> None:
    runtime = CountingRuntime(LEAST + 1)

    Clips(runtime, spec, SETTINGS).logits(heard, np.array([60.0, 120.0]))

    assert runtime.cases == 2 * 15


def test_with_more_excerpts_only_new_clips_and_tempos_are_judged(
    heard: list[Features], spec: FeatureSpec
) -> None:
    from pacetag.model.bundle import load_bundle

    counting, known = CountingRuntime(LEAST + 1), KnownLogits()
    Clips(counting, spec, SETTINGS).logits(heard[:2], np.array([60.0, 120.0]), known)
    assert counting.cases == 2 * 10
    Clips(counting, spec, SETTINGS).logits(heard, np.array([60.0, 90.0, 120.0]), known)
    assert counting.cases == 2 * 10 + 2 * 5 + 15

    bundle, bpms, known = load_bundle(None), np.array([60.0, 97.0, 120.0]), KnownLogits()
    clips = Clips(Runtime(bundle.litert), bundle.spec, SETTINGS)
    clips.logits([heard[0], heard[2]], bpms[:2], known)
    assert clips.logits(heard, bpms, known) == pytest.approx(clips.logits(heard, bpms), abs=1e-5)


def test_pruning_changes_no_likely_tempo(heard: list[Features], spec: FeatureSpec) -> None:
    from pacetag.model.bundle import load_bundle

    bundle = load_bundle(None)
    runtime, bpms = Runtime(bundle.litert), np.array([60.0, 90.0, 97.0, 120.0, 171.0, 240.0])
    spared = Clips(runtime, bundle.spec, SETTINGS).logits(heard, bpms)
    whole = Clips(runtime, bundle.spec, replace(SETTINGS, pruned_below=-np.inf)).logits(heard, bpms)

    same = np.abs(spared - whole).max(axis=1) < 1e-4
    assert same[[0, 3, 5]].all()
    assert (whole[~same].max(axis=1) < 0).all()


def test_without_tempos_or_excerpts_there_is_nothing(
    heard: list[Features], spec: FeatureSpec
) -> None:
    clips = Clips(CountingRuntime(0.0), spec, SETTINGS)

    assert clips.logits(heard, np.empty(0)).shape == (0, 15)
    assert clips.logits([], np.empty(0)).shape == (0, 0)
    assert clips.logits([], np.array([120.0])).shape == (1, 0)


def test_clips_that_are_equally_clear_count_alike() -> None:
    logits = np.array([[4.0, 4.0, 4.0], [-3.0, -5.0, -4.0]])

    assert clip_weights(logits, SETTINGS) == pytest.approx([1 / 3] * 3)
    assert weighted_logits(logits, SETTINGS) == pytest.approx([4.0, -4.0])


def test_a_break_without_a_beat_does_not_speak_against_the_rest() -> None:
    logits = np.array([[5.0, 5.0, -9.0], [-6.0, -6.0, -9.0]])

    assert weighted_logits(logits, SETTINGS)[0] > 4.0
    assert np.mean(logits[0]) < 1.0


def test_a_song_of_nothing_but_breaks_stays_unlikely() -> None:
    assert (weighted_logits(np.full((3, 6), -7.0), SETTINGS) < -6.9).all()


def test_no_clips_give_no_evidence() -> None:
    assert weighted_logits(np.empty((2, 0)), SETTINGS) == pytest.approx([0.0, 0.0])
    assert weighted_logits(np.empty((0, 0)), SETTINGS).shape == (0,)
