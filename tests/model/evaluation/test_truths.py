"""Truths of cases and claims, from a tempo and a metre or from a person's list of paces."""

import pytest

from pacetag.model.evaluation.truths import BEATLESS, paces_truth, tempo_truth


@pytest.mark.parametrize(
    ("beats_per_bar", "unclear", "wrong"),
    [
        (4, (60, 30, 240, 360, 480, 15), (40, 80, 90, 180, 160, 24)),
        (3, (40, 20, 240, 360), (60, 30, 80, 90, 180)),
        (6, (60, 40, 20, 10), (30, 24, 180)),
        (5, (24, 12, 240, 360), (60, 40, 30, 180)),
        (7, (120 / 7, 240), (60, 40, 30)),
        (2, (60, 30, 240), (40, 20, 180)),
        (None, (60, 40, 30, 20, 240, 360), (24, 80, 90, 180)),
    ],
)
def test_the_metre_says_which_levels_may_be_right(
    beats_per_bar: int | None, unclear: tuple[float, ...], wrong: tuple[float, ...]
) -> None:
    truth = tempo_truth(120, beats_per_bar)

    assert truth.case(120) == truth.claim(120) == "right"
    assert {truth.claim(bpm).value for bpm in unclear} == {"unclear"}
    assert {truth.claim(bpm).value for bpm in wrong} == {"wrong"}
    assert all(truth.in_family(bpm) for bpm in (120, *unclear))
    assert not any(truth.in_family(bpm) for bpm in wrong)


def test_a_half_or_a_double_that_is_not_listed_is_wrong_but_in_the_family() -> None:
    truth = paces_truth([172, 86])

    assert {truth.claim(bpm).value for bpm in (172, 86)} == {"right"}
    assert {truth.claim(bpm).value for bpm in (344, 43, 129, 115)} == {"wrong"}
    assert all(truth.in_family(bpm) for bpm in (172, 86, 344, 43))
    assert not truth.in_family(129)


def test_half_the_beat_of_a_waltz_is_not_in_its_family() -> None:
    truth = paces_truth([191, 64])

    assert truth.claim(95.5) == "wrong"
    assert not truth.in_family(95.5)
    assert not truth.in_family(128)
    assert truth.in_family(382)


def test_a_level_by_three_is_open_only_if_it_fits_into_the_whole_list() -> None:
    alone, pair = paces_truth([60]), paces_truth([60, 120])

    assert alone.claim(180) == "unclear"
    assert alone.in_family(180)
    assert pair.claim(180) == "wrong"  # 3/2 of 120
    assert not pair.in_family(180)


def test_what_the_list_leaves_open_counts_neither_way() -> None:
    truth = paces_truth([165, 82.5], unclear=[41.25])

    assert truth.claim(41.25) == "unclear"
    assert truth.in_family(41.25)


@pytest.mark.parametrize(
    ("bpm", "relation"),
    [
        (240, "octave"),
        (30, "octave"),
        (31, "octave"),
        (360, "triple"),
        (40, "triple"),
        (180, "triple"),
        (80, "triple"),
        (90, "triple"),
        (160, "triple"),
        (150, "unrelated"),
        (96, "unrelated"),
        (126, "unrelated"),
    ],
)
def test_an_error_is_known_by_its_ratio(bpm: float, relation: str) -> None:
    assert paces_truth([120]).relation(bpm) == relation


def test_an_error_is_an_octave_of_any_right_pace_before_it_is_anything_else() -> None:
    assert paces_truth([180, 60]).relation(120) == "octave"


def test_a_case_just_beside_a_level_is_unclear_but_a_claim_there_is_wrong() -> None:
    truth = paces_truth([120])

    assert truth.case(120 * 1.039) == "right"
    assert truth.case(120 * 1.05) == "unclear"
    assert truth.case(120 * 1.061) == "wrong"
    assert truth.claim(120 * 1.05) == "wrong"


def test_the_nearer_of_two_levels_decides_a_case() -> None:
    truth = paces_truth([120], unclear=[126])

    assert truth.case(122) == "right"
    assert truth.case(124) == "unclear"


def test_without_a_beat_everything_is_wrong() -> None:
    assert BEATLESS.beatless
    assert BEATLESS.case(120) == BEATLESS.claim(120) == "wrong"
    assert not BEATLESS.in_family(120)
    assert BEATLESS.tempo is None
    assert paces_truth([]) == BEATLESS


def test_of_several_paces_the_one_nearest_to_120_tells_the_band() -> None:
    assert paces_truth([330, 165, 82.5]).tempo == 165
    assert tempo_truth(66, 4).tempo == 66
