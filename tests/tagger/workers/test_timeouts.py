"""How long a song may take."""

import pytest

from pacetag.tagger.workers.timeouts import LEAST, gave_up, seconds_allowed

MB = 1_000_000


def test_a_song_gets_a_minute_and_longer_ones_more() -> None:
    song, mix = seconds_allowed(180.0, 4 * MB), seconds_allowed(3 * 3600.0, 260 * MB)

    assert LEAST < song < 1.2 * LEAST
    assert mix == pytest.approx(420.0)


def test_bytes_stand_for_a_length_that_is_not_known() -> None:
    assert seconds_allowed(None, 58 * MB) == pytest.approx(180.0, rel=0.01)  # an hour
    assert seconds_allowed(None, 0) == LEAST


def test_a_length_that_no_such_file_can_have_is_not_believed() -> None:
    assert seconds_allowed(1e12, 4 * MB) < 4 * LEAST
    assert seconds_allowed(float("inf"), 4 * MB) < 4 * LEAST


def test_lengths_that_are_no_lengths_leave_a_minute() -> None:
    assert seconds_allowed(-5.0, 4 * MB) == LEAST
    assert LEAST <= seconds_allowed(float("nan"), 4 * MB) < 4 * LEAST


def test_a_process_that_lets_others_go_first_is_given_more_time() -> None:
    assert seconds_allowed(180.0, 4 * MB, nice=True) == 10 * seconds_allowed(180.0, 4 * MB)


def test_the_reason_says_how_long_was_waited() -> None:
    assert gave_up(420.4) == "gave up after 420 s without a result, as a damaged file can cause"
