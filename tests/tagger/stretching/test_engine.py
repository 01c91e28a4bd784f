"""Time is stretched exactly, and pitch, image and attacks stay."""

import sys
from pathlib import Path

import numpy as np
import pytest

from pacetag.tagger.errors import MissingExtraError
from pacetag.tagger.stretching.engine import check_installed, stretched
from tests.tagger.stretching.conftest import RATE, Clicks, onsets

CADENCES = (152.0, 158.3, 165.0, 169.6)


@pytest.mark.parametrize("cadence", CADENCES)
def test_the_beat_is_the_cadence_over_the_whole_song(clicks: Clicks, cadence: float) -> None:
    song = clicks(160.0, 60.0)

    copy = stretched(song, RATE, 160.0 / cadence)

    found = onsets(copy[0], RATE)
    beats = np.arange(len(found))
    interval, start = np.polyfit(beats, found, 1)
    assert len(found) == 160
    assert interval == pytest.approx(60 / cadence, rel=0.0005)
    assert np.abs(found - beats * 60 / cadence).max() < 0.003  # no drift, at no place
    assert abs(start) < 0.002


@pytest.mark.parametrize("cadence", CADENCES)
def test_the_length_is_exact_to_the_sample(clicks: Clicks, cadence: float) -> None:
    song = clicks(160.0, 7.0)
    factor = 160.0 / cadence

    assert stretched(song, RATE, factor).shape == (2, round(song.shape[1] * factor))


def test_a_song_shorter_than_a_window_is_stretched() -> None:
    assert stretched(np.ones((1, 100), np.float32), RATE, 1.05).shape == (1, 105)


def test_the_pitch_stays_within_a_cent() -> None:
    tone = 0.5 * np.sin(2 * np.pi * 440 * np.arange(12 * RATE) / RATE)

    copy = stretched(tone[np.newaxis].astype(np.float32), RATE, 1.06)

    part = copy[0, 2 * RATE : 10 * RATE].astype(np.float64)
    spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part)), 1 << 22))
    found = spectrum.argmax() * RATE / (1 << 22)
    assert abs(1_200 * np.log2(found / 440)) < 1.0


def test_the_sides_stay_where_they_are(clicks: Clicks) -> None:
    middle = clicks(160.0, 10.0)[0]

    copy = stretched(np.stack([middle, 0.5 * middle]), RATE, 0.95)

    assert np.abs(copy[0] - 2 * copy[1]).max() < 1e-3


def test_a_missing_package_is_said_with_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    check_installed()
    monkeypatch.setitem(sys.modules, "python_stretch", None)

    with pytest.raises(MissingExtraError, match=r"--stretch needs packages .* `.*install.*` adds"):
        check_installed()


def test_the_extra_names_the_package(root: Path) -> None:
    assert 'stretch = ["python-stretch>=' in (root / "pyproject.toml").read_text()
