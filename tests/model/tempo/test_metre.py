"""Whether the pulses of a tempo go together by two or by three."""

import numpy as np
import pytest
from numpy.typing import NDArray

from pacetag.model.features.features import Features
from pacetag.model.spec import FeatureSpec
from pacetag.model.tempo.metre import MOST, grouping, reduced, threes_over_twos

BPM = 150.0
SECONDS = 15.0


def music(together: int, spec: FeatureSpec, *, seconds: float = SECONDS) -> NDArray[np.float32]:
    """A mel spectrogram whose pulses sound different within a bar, and the same in every bar."""
    rng = np.random.default_rng(together)
    sounds = rng.gamma(2.0, 1.0, (together, spec.n_bands))
    pulse = (np.arange(round(seconds * spec.frame_rate)) / spec.lag(BPM)).astype(int)
    played = sounds[pulse % together].T * rng.gamma(8.0, 1 / 8, (spec.n_bands, len(pulse)))
    return np.asarray(played, np.float32)


def heard(*mels: NDArray[np.float32]) -> list[Features]:
    none = np.empty(0, np.float32)
    return [Features(mel=mel, onset=none, tempogram=none) for mel in mels]


@pytest.mark.parametrize("together", [2, 4, 8])
def test_music_in_twos(together: int, spec: FeatureSpec) -> None:
    found = grouping(heard(music(together, spec)), np.array([BPM]), spec)

    assert found[0] == -MOST


@pytest.mark.parametrize("together", [3, 9])
def test_music_in_threes(together: int, spec: FeatureSpec) -> None:
    found = grouping(heard(music(together, spec)), np.array([BPM]), spec)

    assert found[0] == MOST


def test_six_are_both(spec: FeatureSpec) -> None:
    six, three = (
        threes_over_twos([reduced(music(together, spec))], BPM, spec) for together in (6, 3)
    )

    assert six is not None
    assert three is not None
    assert 0 < six < 0.7 * three


def test_what_never_comes_back_says_little(spec: FeatureSpec) -> None:
    found = grouping(heard(music(1009, spec)), np.array([BPM]), spec)

    assert abs(found[0]) < MOST


def test_each_tempo_has_groups_of_its_own(spec: FeatureSpec) -> None:
    """Of six pulses every second goes in threes, and every third in twos."""
    found = grouping(heard(music(6, spec)), np.array([BPM / 2, BPM / 3]), spec)

    assert found.tolist() == [MOST, -MOST]


def test_excerpts_are_taken_together(spec: FeatureSpec) -> None:
    parts = heard(music(3, spec)[:, :700], music(4, spec, seconds=2.0))

    assert grouping(parts, np.array([BPM]), spec)[0] == MOST


@pytest.mark.parametrize("seconds", [0.1, 2.0])
def test_what_is_too_short_says_nothing(seconds: float, spec: FeatureSpec) -> None:
    found = grouping(heard(music(3, spec, seconds=seconds)), np.array([BPM, 40.0]), spec)

    assert found.tolist() == [0.0, 0.0]


def test_silence_and_one_long_note_say_nothing(spec: FeatureSpec) -> None:
    for level in (0.0, 1.0):
        still = np.full((spec.n_bands, 1300), level, np.float32)
        assert grouping(heard(still), np.array([BPM]), spec).tolist() == [0.0]
