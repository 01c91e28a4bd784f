"""Songs are planned from takes: stretches, versions, and the same ones every time."""

from pathlib import Path

from pacetag.model.training.drummers.plan import (
    LONGEST,
    DrummerPlan,
    Stretch,
    plan_songs,
    stretches,
)
from tests.model.training.drummers.made_takes import MadeSet, straight_beat, swung_beat


def test_a_long_take_gives_stretches_apart_and_a_short_one_itself(tmp_path: Path) -> None:
    made = MadeSet(tmp_path)
    made.add(straight_beat(150), bpm=120.0)  # 300 seconds
    made.add(straight_beat(10), bpm=120.0)  # 20 seconds
    long, short = made.takes()

    places = stretches(long, 3, LONGEST)

    assert [place.start for place in places] == [0, 232, 464]
    assert {place.beats for place in places} == {136}  # 74 seconds where it is 8 % slower
    assert stretches(short, 3, LONGEST) == [Stretch(start=0, beats=40)]


def test_stretches_do_not_overlap(tmp_path: Path) -> None:
    made = MadeSet(tmp_path)
    made.add(straight_beat(50), bpm=120.0)  # 100 seconds
    (take,) = made.takes()

    first, second = stretches(take, 2, 45.0)

    assert (first.start, first.beats) == (0, 100)
    assert second.start == first.beats == second.beats


def test_swing_is_heard_more_often_than_straight_takes(tmp_path: Path) -> None:
    made = MadeSet(tmp_path)
    made.add(straight_beat(10))
    made.add(swung_beat(10, 2 / 3), style="jazz")

    straight, *swung = plan_songs(made.takes(), 1)

    assert straight.bpm == 120.0
    assert [plan.band for plan in swung] == [False, True, False, True]
    assert [plan.bpm for plan in swung[:2]] == [120.0, 120.0]
    assert all(plan.bpm != 120 and 110 <= plan.bpm <= 130 for plan in swung[2:])
    assert {plan.kind for plan in swung} == {"jazz"}


def test_a_take_away_from_the_click_is_left_out(tmp_path: Path) -> None:
    made = MadeSet(tmp_path)
    made.add([(step * 0.617, 38) for step in range(100)])

    assert plan_songs(made.takes(), 1) == ()


def test_equal_seeds_plan_equal_songs(tmp_path: Path) -> None:
    made = MadeSet(tmp_path)
    made.add(swung_beat(10, 2 / 3))

    first, again, other = (plan_songs(made.takes(), seed) for seed in (1, 1, 2))

    assert first == again
    assert drawn(first) != drawn(other)


def drawn(plans: tuple[DrummerPlan, ...]) -> list[float]:
    return [plan.gain for plan in plans]
