"""Plans: the same numbers give the same song, kinds have one side, and lengths are kept."""

from collections import Counter

import pytest

from pacetag.model.training.metres.compose import seconds
from pacetag.model.training.metres.draw import MetrePlan, draw_plan
from pacetag.model.training.metres.kinds import load_kinds

FAMILIES = {"compound", "shuffled", "triple", "crossing", "odd"}
KINDS = load_kinds()


@pytest.fixture(scope="module")
def plans() -> list[MetrePlan]:
    return [draw_plan(1, number) for number in range(480)]


def test_every_family_is_learnt_and_held_out() -> None:
    sides = {(kind.family, kind.split) for kind in KINDS.values()}

    assert sides == {(family, side) for family in FAMILIES for side in ("train", "validation")}


def test_the_default_corpus_has_songs_enough_on_both_sides(plans: list[MetrePlan]) -> None:
    sides = Counter(KINDS[plan.kind].split for plan in plans)

    assert sides["train"] >= 320
    assert sides["validation"] >= 130
    assert set(KINDS) == {plan.kind for plan in plans}


def test_equal_numbers_give_equal_songs_and_others_do_not(plans: list[MetrePlan]) -> None:
    assert draw_plan(1, 7) == plans[7]
    assert draw_plan(2, 7) != plans[7]
    assert len({plan.name for plan in plans}) == len(plans)


def test_songs_are_as_long_as_they_should_be_and_have_no_stubs(plans: list[MetrePlan]) -> None:
    assert all(57 <= seconds(plan) <= 74 for plan in plans)
    assert all(section.bars >= 2 for plan in plans for section in plan.sections)


def test_tempos_stay_in_the_range_of_their_kind(plans: list[MetrePlan]) -> None:
    for plan in plans:
        low, high = KINDS[plan.kind].bpm
        assert low <= plan.bpm <= high


def test_machines_play_what_is_tight_and_people_most_of_the_rest(plans: list[MetrePlan]) -> None:
    assert all(plan.feel is None for plan in plans if KINDS[plan.kind].tight)
    played = [plan.feel is not None for plan in plans if not KINDS[plan.kind].tight]

    assert 0.55 <= sum(played) / len(played) <= 0.8
