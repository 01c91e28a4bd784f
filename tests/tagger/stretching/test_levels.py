"""Peaks between the samples are found, and nothing is made louder."""

import numpy as np
import pytest

from pacetag.tagger.stretching.levels import true_peak, within


def test_a_peak_between_two_samples_is_found() -> None:
    clock = np.arange(48_000)
    tone = np.sin(np.pi / 2 * clock + np.pi / 4).astype(np.float32)  # a quarter of the rate

    assert np.abs(tone).max() == pytest.approx(0.7071, abs=1e-4)
    assert true_peak(tone[np.newaxis]) == pytest.approx(1.0, abs=0.02)


def test_only_what_is_too_loud_is_made_softer() -> None:
    soft = np.full((2, 1_000), 0.5, np.float32)

    assert within(soft, 0.9) is soft
    assert true_peak(within(soft * 3, 0.9)) <= 0.9001


def test_silence_has_no_peak() -> None:
    assert true_peak(np.zeros((2, 0), np.float32)) == 0.0
