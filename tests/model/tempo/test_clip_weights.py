"""Clips of unequal clarity to one answer."""

import numpy as np
import pytest

from pacetag.model.tempo.clip_weights import clip_weights, song_logits


def test_clips_that_are_equally_clear_count_alike() -> None:
    logits = np.array([[4.0, 4.0, 4.0], [-3.0, -5.0, -4.0]])

    assert clip_weights(logits) == pytest.approx([1 / 3] * 3)
    assert song_logits(logits) == pytest.approx([4.0, -4.0])


def test_a_break_without_a_beat_does_not_speak_against_the_rest() -> None:
    logits = np.array([[5.0, 5.0, -9.0], [-6.0, -6.0, -9.0]])

    assert song_logits(logits)[0] > 4.0
    assert np.mean(logits[0]) < 1.0


def test_a_song_of_nothing_but_breaks_stays_unlikely() -> None:
    assert (song_logits(np.full((3, 6), -7.0)) < -6.9).all()


def test_no_clips_give_no_evidence() -> None:
    assert song_logits(np.empty((2, 0))) == pytest.approx([0.0, 0.0])
    assert song_logits(np.empty((0, 0))).shape == (0,)
