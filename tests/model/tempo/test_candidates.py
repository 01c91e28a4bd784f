from itertools import pairwise

import numpy as np
import pytest

from pacetag.model.features.features import extract_features
from pacetag.model.judge_settings import CandidateSettings
from pacetag.model.spec import FeatureSpec
from pacetag.model.tempo.candidates import (
    Candidate,
    find_candidates,
    merge_candidates,
    retained_candidates,
    song_candidates,
)
from tests.conftest import ClickTrack


@pytest.mark.parametrize("bpm", [60, 72, 90, 120, 165, 172, 180, 240, 300])
def test_a_click_track_offers_its_own_tempo(
    click_track: ClickTrack, spec: FeatureSpec, bpm: int
) -> None:
    """The true tempo is among the candidates, within half a per cent."""
    features = extract_features(click_track(bpm), spec)

    found = find_candidates(features.autocorrelation, spec)

    assert min(abs(c.bpm / bpm - 1) for c in found) <= 0.005


@pytest.mark.parametrize("ratio", [2.0, 3.0, 1 / 2, 1 / 3])
def test_a_level_without_a_peak_is_offered_all_the_same(
    click_track: ClickTrack, spec: FeatureSpec, ratio: float
) -> None:
    features = extract_features(click_track(100), spec)

    found = find_candidates(features.autocorrelation, spec)

    if spec.min_bpm <= 100 * ratio <= spec.max_bpm:
        assert min(abs(c.bpm / (100 * ratio) - 1) for c in found) <= 0.01


def test_candidates_stay_in_range_and_apart(click_track: ClickTrack, spec: FeatureSpec) -> None:
    found = find_candidates(extract_features(click_track(133), spec).autocorrelation, spec)

    bpms = sorted(c.bpm for c in found)

    assert spec.min_bpm <= bpms[0]
    assert bpms[-1] <= spec.max_bpm
    assert np.diff(np.log(bpms)).min() > np.log(1 + spec.merge_ratio) * 0.99


def test_of_two_near_candidates_the_stronger_stays(spec: FeatureSpec) -> None:
    weak, strong = Candidate(bpm=100.0, strength=0.3), Candidate(bpm=101.0, strength=0.6)

    found = merge_candidates([[weak], [strong]], spec, autocorrelation=np.zeros(384, np.float32))

    assert strong in found
    assert weak not in found


def test_a_song_offers_what_any_of_its_excerpts_offers(
    click_track: ClickTrack, spec: FeatureSpec
) -> None:
    grams = [extract_features(click_track(bpm), spec).autocorrelation for bpm in (97, 131)]

    found = song_candidates(grams, spec)

    for bpm in (97, 131):
        assert min(abs(c.bpm / bpm - 1) for c in found) <= 0.005


def test_a_flat_tempogram_offers_nothing(spec: FeatureSpec) -> None:
    assert find_candidates(np.ones(384, np.float32), spec) == ()


def test_faint_candidates_are_left_out_unless_a_strong_one_is_their_relative(
    spec: FeatureSpec,
) -> None:
    """The beat of a march whose bars alone stand out in the tempogram is judged all the same."""
    bar, beat = Candidate(bpm=80.0, strength=0.7), Candidate(bpm=160.3, strength=0.05)
    ripple, other = Candidate(bpm=93.0, strength=0.2), Candidate(bpm=107.0, strength=0.4)

    settings = CandidateSettings()

    found = retained_candidates([bar, other, ripple, beat], spec, settings)

    assert found == (bar, other, beat)
    assert retained_candidates([], spec, settings) == ()


def test_a_song_without_a_peak_gets_a_grid_of_tempos(spec: FeatureSpec) -> None:
    falling = np.linspace(1.0, 0.0, spec.tempogram_window, dtype=np.float32)

    found = sorted(c.bpm for c in song_candidates([falling], spec))

    assert found[0] == pytest.approx(spec.min_bpm)
    assert found[-1] == pytest.approx(spec.max_bpm)
    assert max(b / a for a, b in pairwise(found)) < 1.05
