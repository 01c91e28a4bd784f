"""Duple and triple metre are told apart by the sound and by the levels of a song."""

import numpy as np
import pytest
from numpy.typing import NDArray

from pacetag.model.features.features import Features
from pacetag.model.judge import Judge
from pacetag.model.judge_settings import JudgeSettings
from pacetag.model.spec import FeatureSpec
from pacetag.model.tempo.metre import metre_log_odds, metre_score, reduced, song_metre

SETTINGS = JudgeSettings()
MOST = SETTINGS.metre.most
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
    return [Features(mel=mel, onset_envelope=none, autocorrelation=none) for mel in mels]


def log_odds(
    excerpts: list[Features], bpms: NDArray[np.float64], spec: FeatureSpec
) -> NDArray[np.float64]:
    return metre_log_odds(excerpts, bpms, spec, SETTINGS.metre)


@pytest.mark.parametrize("together", [2, 4, 8])
def test_music_in_duple_metre(together: int, spec: FeatureSpec) -> None:
    found = log_odds(heard(music(together, spec)), np.array([BPM]), spec)

    assert found[0] == -MOST


@pytest.mark.parametrize("together", [3, 9])
def test_music_in_triple_metre(together: int, spec: FeatureSpec) -> None:
    found = log_odds(heard(music(together, spec)), np.array([BPM]), spec)

    assert found[0] == MOST


def test_six_are_both(spec: FeatureSpec) -> None:
    six, three = (metre_score([reduced(music(together, spec))], BPM, spec) for together in (6, 3))

    assert six is not None
    assert three is not None
    assert 0 < six < 0.7 * three


def test_what_never_comes_back_says_little(spec: FeatureSpec) -> None:
    found = log_odds(heard(music(1009, spec)), np.array([BPM]), spec)

    assert abs(found[0]) < MOST


def test_each_tempo_has_groups_of_its_own(spec: FeatureSpec) -> None:
    """Of six pulses every second is in triple metre, and every third in duple."""
    found = metre_log_odds(
        heard(music(6, spec)), np.array([BPM / 2, BPM / 3]), spec, SETTINGS.metre
    )

    assert found.tolist() == [MOST, -MOST]


def test_excerpts_are_taken_together(spec: FeatureSpec) -> None:
    parts = heard(music(3, spec)[:, :700], music(4, spec, seconds=2.0))

    assert log_odds(parts, np.array([BPM]), spec)[0] == MOST


@pytest.mark.parametrize("seconds", [0.1, 2.0])
def test_what_is_too_short_says_nothing(seconds: float, spec: FeatureSpec) -> None:
    found = metre_log_odds(
        heard(music(3, spec, seconds=seconds)), np.array([BPM, 40.0]), spec, SETTINGS.metre
    )

    assert found.tolist() == [0.0, 0.0]


def test_silence_and_one_long_note_say_nothing(spec: FeatureSpec) -> None:
    for level in (0.0, 1.0):
        still = np.full((spec.n_bands, 1300), level, np.float32)
        assert log_odds(heard(still), np.array([BPM]), spec).tolist() == [0.0]


@pytest.mark.parametrize(
    ("bpms", "present", "log_odds", "said"),
    [
        ([86, 172, 43], [1, 0.97, 0.2], [-3, -3, -3], "duple"),
        ([186, 62], [1, 0.94], [3, -3], "triple"),
        ([90, 180, 30], [0.9, 0.9, 0.8], [0, 0, 0], "triple"),  # a waltz with its eighths
        ([60, 360], [0.9, 0.9], [0, 0], "triple"),
        ([170, 113], [0.9, 0.1], [-3, 0], "duple"),
        ([170, 113], [0.9, 0.1], [2, 0], "triple"),
        ([170, 113], [0.9, 0.1], [0.2, 3], None),  # a lone level that nothing is known of
        ([170, 85], [0.3, 0.2], [-3, -3], None),  # no beat
        ([], [], [], None),
    ],
)
def test_the_metre_follows_from_the_levels_that_are_present(
    bpms: list[float], present: list[float], log_odds: list[float], said: str | None
) -> None:
    levels, probabilities, odds = (np.array(part, float) for part in (bpms, present, log_odds))

    assert song_metre(levels, probabilities, odds, SETTINGS) == said


@pytest.mark.parametrize(
    ("name", "metre"),
    [
        ("04-riverside-waltz.ogg", "triple"),
        ("07-parade.mp3", "duple"),
        ("11-half-time-hill.flac", "duple"),
        ("10-fog.opus", None),
    ],
)
def test_the_samples_are_heard_in_their_metre(name: str, metre: str | None, root: object) -> None:
    assert Judge().file(root / "sample_audio" / name).metre == metre  # type: ignore[operator]
