"""The truth of every kind, on the notes that it is really played with."""

from collections.abc import Iterable
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from pacetag.model.evaluation.truths import SongTruth, Verdict
from pacetag.model.training.grooves.songs import groove_truth
from pacetag.model.training.metres.compose import compose
from pacetag.model.training.metres.draw import MetrePlan, draw_plan
from pacetag.model.training.metres.kinds import Kind, load_kinds
from pacetag.model.training.metres.truth import Onsets, find_metre_levels

KINDS = load_kinds()
EACH = 2  # songs of every kind


@cache
def plans_of(kind: str) -> tuple[MetrePlan, ...]:
    found = (plan for plan in (draw_plan(3, n) for n in range(200)) if plan.kind == kind)
    return tuple(plan for plan, _ in zip(found, range(EACH), strict=False))


@cache
def truths(kind: str) -> tuple[tuple[float, SongTruth], ...]:
    """The beat and the truth of some songs of a kind."""
    return tuple(
        (plan.bpm, groove_truth(compose(plan).levels, plan.bpm)) for plan in plans_of(kind)
    )


def verdicts(kind: str, ratio: float) -> set[Verdict]:
    """What is said of a ratio to the beat, where it may be a candidate."""
    return {truth.case(bpm * ratio) for bpm, truth in truths(kind) if 40 <= bpm * ratio <= 320} or {
        Verdict.WRONG
    }


def named(family: str) -> Iterable[Kind]:
    return [kind for kind in KINDS.values() if kind.family == family]


@pytest.mark.parametrize("name", KINDS)
def test_every_song_has_a_right_tempo_and_a_beat_that_is_not_wrong(name: str) -> None:
    for bpm, truth in truths(name):
        assert truth.right
        assert truth.case(bpm) is not Verdict.WRONG


@pytest.mark.parametrize("ratio", [3 / 2, 2 / 3, 4 / 3, 3 / 4])
@pytest.mark.parametrize("name", KINDS)
def test_what_the_metre_does_not_hold_is_wrong_unless_it_is_really_played(
    name: str, ratio: float
) -> None:
    kind = KINDS[name]
    played = any(abs(float(each) - ratio) < 0.01 for each in kind.open | kind.crossing)

    allowed = {Verdict.WRONG, Verdict.UNCLEAR} if played else {Verdict.WRONG}
    assert verdicts(name, ratio) <= allowed


def test_a_jig_has_no_level_at_its_eighths_in_twos_nor_at_its_double() -> None:
    assert verdicts("jig", 3 / 2) == {Verdict.WRONG}
    assert verdicts("jig", 2) == {Verdict.WRONG}
    assert verdicts("jig", 1) == {Verdict.RIGHT}


@pytest.mark.parametrize("kind", [*named("triple")], ids=lambda kind: kind.name)
def test_half_the_beat_is_never_right_in_three(kind: Kind) -> None:
    open_half = 1 / 2 in map(float, kind.open)

    assert verdicts(kind.name, 1 / 2) == {Verdict.UNCLEAR if open_half else Verdict.WRONG}


@pytest.mark.parametrize("kind", [*named("odd")], ids=lambda kind: kind.name)
def test_half_an_odd_bar_is_wrong(kind: Kind) -> None:
    assert verdicts(kind.name, 2 / kind.beats) == {Verdict.WRONG}
    assert verdicts(kind.name, 1 / 2) == {Verdict.WRONG}


@pytest.mark.parametrize("name", ["Viennese waltz", "musette", "five eight", "tarantella"])
def test_the_bar_is_right_where_people_step_to_it(name: str) -> None:
    assert verdicts(name, 1 / KINDS[name].beats) == {Verdict.RIGHT}


def test_a_bar_slower_than_people_name_is_unclear() -> None:
    assert verdicts("minuet", 1 / 3) <= {Verdict.UNCLEAR, Verdict.WRONG}


def test_thirds_are_right_where_all_of_them_sound_and_not_where_only_the_last_one_does() -> None:
    kind = KINDS["doo-wop"]
    beats = np.arange(0.0, 64.0)
    even = np.concatenate([beats, beats + 1 / 3, beats + 2 / 3])
    swung = np.concatenate([beats, beats + 2 / 3])

    def said(onsets: NDArray[np.float64]) -> str:
        played = Onsets(
            beats=onsets, velocities=np.full(len(onsets), 90.0), length=64, section_starts=(0,)
        )
        return {level.name: level.verdict for level in find_metre_levels(kind, 70.0, played)}[
            "beat*3"
        ]

    assert said(even) == "compatible"
    assert said(swung) == "unclear"


def test_a_crossing_part_is_wrong_until_it_sounds_half_of_the_time() -> None:
    kind = KINDS["three against two"]
    beats = np.arange(0.0, 64.0)

    def said(until: float) -> str:
        onsets = np.concatenate([beats, np.arange(0.0, until, 2 / 3)])
        played = Onsets(
            beats=onsets, velocities=np.full(len(onsets), 90.0), length=64, section_starts=(0,)
        )
        levels = find_metre_levels(kind, 100.0, played)
        return {level.name: level.verdict for level in levels}["beat*3/2"]

    assert said(24.0) == "wrong"
    assert said(60.0) == "unclear"


def test_a_hemiola_leaves_half_the_beat_open() -> None:
    assert replace(KINDS["courante"], open=frozenset()) != KINDS["courante"]
    assert verdicts("courante", 1 / 2) == {Verdict.UNCLEAR}
