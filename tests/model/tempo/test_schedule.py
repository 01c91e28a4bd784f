"""A few probe excerpts come first, and more only while errors are expected."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from pacetag.model.errors import DecodeError
from pacetag.model.judge import Judge
from pacetag.model.judge_settings import ScheduleSettings
from pacetag.model.tempo.schedule import excerpt_schedule, expected_errors
from tests.conftest import RATE, ClickTrack

SETTINGS = ScheduleSettings()


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge()


def written(path: Path, sound: np.ndarray[tuple[int], np.dtype[np.float32]]) -> Path:
    soundfile.write(path, sound, RATE)
    return path


@pytest.mark.parametrize("duration", [12.0, 60.0, 74.0, 110.0, 121.0])
def test_a_song_of_little_sound_is_heard_at_once(duration: float) -> None:
    ((whole,),) = excerpt_schedule(duration, SETTINGS)

    edge = SETTINGS.edge_seconds if duration >= SETTINGS.whole_below else 0.0
    assert (whole.start, whole.seconds) == pytest.approx((edge, duration - 2 * edge))


@pytest.mark.parametrize("duration", [124.0, 180.0, 600.0, 3 * 3600.0])
def test_probes_come_first_and_then_the_gaps_between_them(duration: float) -> None:
    probes, gaps = excerpt_schedule(duration, SETTINGS)

    assert len(probes) == SETTINGS.probes
    assert probes[0].start == pytest.approx(SETTINGS.edge_seconds)
    last = probes[-1]
    assert last.start + last.seconds == pytest.approx(duration - SETTINGS.edge_seconds)
    for before, gap, after in zip(probes, gaps, probes[1:], strict=False):
        assert before.start + before.seconds <= gap.start + 1e-9
        assert gap.start + gap.seconds <= after.start + 1e-9
        assert SETTINGS.probe_seconds <= gap.seconds <= SETTINGS.gap_seconds


def test_three_hours_are_heard_no_longer_than_a_song() -> None:
    song, mix = (
        sum(span.seconds for spans in excerpt_schedule(duration, SETTINGS) for span in spans)
        for duration in (210.0, 3 * 3600.0)
    )

    assert mix == pytest.approx(song)


def test_levels_near_one_half_count_as_expected_errors() -> None:
    assert expected_errors(np.array([1.0, 0.0, 1.0])) == 0
    assert expected_errors(np.array([0.9, 0.2, 0.5])) == pytest.approx(0.8)
    assert expected_errors(np.empty(0)) == 0


def test_the_errors_that_are_accepted_decide_how_much_is_heard(
    judge: Judge, click_track: ClickTrack, tmp_path: Path
) -> None:
    path = written(tmp_path / "plain.flac", click_track(120, seconds=200))

    few = judge.listen(path, replace(SETTINGS, expected_errors=np.inf))
    all_of_it = judge.listen(path, replace(SETTINGS, expected_errors=-1.0))

    assert len(few.features) == 3
    assert len(all_of_it.features) == 5
    assert few.judgement.duration == all_of_it.judgement.duration == pytest.approx(200)


def test_where_nothing_is_heard_at_first_more_is_heard(
    judge: Judge, click_track: ClickTrack, tmp_path: Path
) -> None:
    """Silence in the probes, a beat between them."""
    sound = click_track(120, seconds=260)
    probes, _ = excerpt_schedule(260.0, SETTINGS)
    for span in probes:
        sound[int(span.start * RATE) : int((span.start + span.seconds) * RATE) + 1] = 0
    path = written(tmp_path / "breaks.flac", sound)

    heard = judge.listen(path, replace(SETTINGS, expected_errors=np.inf))

    assert len(heard.features) == 2
    assert heard.judgement.candidates


def test_excerpts_are_judged_in_the_order_of_the_song(
    judge: Judge, click_track: ClickTrack, tmp_path: Path
) -> None:
    """A tempo that changes half way is one change, no matter which round heard which part."""
    first, second = click_track(100, seconds=120), click_track(141, seconds=120, seed=1)
    path = written(tmp_path / "change.flac", np.concatenate([first, second]))

    features = judge.listen(path, replace(SETTINGS, expected_errors=-1.0)).features

    lags = [int(f.autocorrelation[30:60].argmax()) + 30 for f in features]
    early, late = judge.spec.lag(100), judge.spec.lag(141)
    assert lags[0] == pytest.approx(early, abs=1.5)
    assert lags[1] == pytest.approx(early, abs=1.5)
    assert lags[-2:] == pytest.approx([late, late], abs=1.5)


def test_a_song_that_is_silent_wherever_it_is_heard_is_an_error(
    judge: Judge, tmp_path: Path
) -> None:
    path = written(tmp_path / "silent.flac", np.zeros(200 * RATE, np.float32))

    with pytest.raises(DecodeError, match="only silence"):
        judge.listen(path)
