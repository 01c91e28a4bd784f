"""What is proposed: a cadence for steady runs, else blocks and repeats, of the run's length."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from pacetag.tagger.runs.change_points import Block
from pacetag.tagger.runs.counting import Counting
from pacetag.tagger.runs.intervals import PlanPart, parts_of
from pacetag.tagger.runs.plan_text import duration_text, plan_text
from pacetag.tagger.runs.proposal import propose
from pacetag.tagger.runs.run import Run, RunFileError, Sample
from tests.tagger.runs.recordings import (
    INTERVALS,
    STEADY,
    Doing,
    plan_blocks,
    plan_seconds,
    run_of,
)

PLANS: dict[str, Doing] = {
    "20m@165": STEADY,
    "10m@158 5x(1m@182 1m@150) 10m@158": INTERVALS,
    "12m@162 10x(30s@186 30s@165) 8m@160": (
        (720, 162.0),
        *(((30, 186.0), (30, 165.0)) * 10),
        (480, 160.0),
    ),
    "10m@148-166 25m@166 5m@166-150": (
        (600, (148.0, 166.0)),
        (1500, 166.0),
        (300, (166.0, 150.0)),
    ),
    "15m@158 20m@172 8m@156": ((900, 158.0), (1200, 172.0), (480, 156.0)),
    "3x(4m@178 2m@156) 10m@156": ((240, 178.0), *(((120, 156.0), (240, 178.0)) * 2), (720, 156.0)),
    "10m@158 3x(3m@180 1m@166 2m@154) 9m@160": (
        (600, 158.0),
        *(((180, 180.0), (60, 166.0), (120, 154.0)) * 3),
        (540, 160.0),
    ),
}


@pytest.mark.parametrize("factor", [0.5, 1.0], ids=["strides", "steps"])
@pytest.mark.parametrize("plan", PLANS)
def test_a_training_is_proposed_as_it_was_run(plan: str, factor: float) -> None:
    proposal = propose(run_of(PLANS[plan], factor=factor))

    found, wanted = plan_blocks(proposal.plan), plan_blocks(plan)
    assert [seconds for seconds, _, _ in found] == [seconds for seconds, _, _ in wanted]
    for one, other in zip(found, wanted, strict=True):
        assert one[1:] == pytest.approx(other[1:], abs=2)
    assert ("x(" in proposal.plan) == ("x(" in plan)


def test_a_steady_run_proposes_its_cadence_alone() -> None:
    proposal = propose(run_of(STEADY))

    assert proposal.steady
    assert (proposal.cadence, proposal.plan) == (165, "20m@165")
    assert not propose(run_of(INTERVALS)).steady


def test_half_strides_are_not_lost() -> None:
    """A watch that counts whole strides alternates between 82 and 83."""
    run = run_of(((1200, 165.0),), noise=0.8)

    assert {sample.cadence for sample in run.samples} >= {82.0, 83.0}
    assert propose(run).cadence == 165


def test_short_changes_are_merged_unless_they_repeat() -> None:
    once = propose(run_of(((600, 160.0), (40, 182.0), (600, 160.0))))
    often = propose(run_of(((600, 160.0), *(((40, 182.0), (40, 160.0)) * 6), (600, 160.0))))

    assert once.steady
    assert "6x(40s@182 40s@160)" in often.plan


def test_walking_standing_and_pauses_are_left_out_and_said() -> None:
    doing: Doing = ((600, 164.0), (60, 0.0), (600, 164.0), (90, None), (600, 164.0), (200, 110.0))

    proposal = propose(run_of(doing))

    assert proposal.plan == "30m@164"
    assert proposal.seconds == pytest.approx(1800, abs=20)
    left_out = proposal.left_out
    assert (left_out.standing, left_out.pauses) == (60, 90)
    assert left_out.walking == pytest.approx(200, abs=20)
    assert "1:00 of standing, 1:30 of pauses" in proposal.reasons[-1]


def test_walking_that_repeats_with_running_stays() -> None:
    doing: Doing = ((300, 112.0), *(((120, 164.0), (60, 114.0)) * 6), (300, 110.0))

    proposal = propose(run_of(doing))

    assert proposal.plan.startswith("6x(2m@164 1m@11")
    assert proposal.left_out.walking == pytest.approx(600, abs=20)


def test_gaps_of_a_sensor_and_spikes_change_nothing() -> None:
    run, chance = run_of(STEADY), random.Random(1)
    samples = list(run.samples)
    for _ in range(60):
        at = chance.randrange(len(samples) - 9)
        length, value = chance.randint(1, 4), chance.choice((None, 0.0, 20.0, 120.0, 254.0))
        samples[at : at + length] = [replace(s, cadence=value) for s in samples[at : at + length]]

    proposal = propose(replace(run, samples=tuple(samples)))

    assert (proposal.plan, proposal.seconds) == ("20m@165", 1200)


@pytest.mark.parametrize("every", [3, 10, 40])
def test_sparse_recordings_are_read(every: int) -> None:
    run = run_of(((1200, 158.0), (1200, 172.0)))

    proposal = propose(replace(run, samples=run.samples[::every]))

    assert plan_seconds(proposal.plan) == 2400
    assert [block[1] for block in plan_blocks(proposal.plan)] == [158, 172]


@pytest.mark.parametrize("doing", [((600, 110.0),), ((40, 165.0),)], ids=["walk", "short"])
def test_what_holds_no_minute_of_running_is_refused(doing: Doing) -> None:
    with pytest.raises(RunFileError, match="minute"):
        propose(run_of(doing), Counting.STRIDES)


def test_the_users_word_overrides_the_numbers() -> None:
    assert propose(run_of(STEADY, factor=1.0), Counting.STEPS).cadence == 165
    with pytest.raises(RunFileError, match="--strides counts it the other way"):
        propose(run_of(STEADY), Counting.STEPS)


def some_run(seed: int) -> Run:
    """A run of random blocks, with walks, stops, pauses, faults of the sensor and odd clocks."""
    chance = random.Random(seed)
    doing: list[tuple[int, float | tuple[float, float] | None]] = [(120, 165.0)]
    for _ in range(chance.randint(1, 12)):
        cadences = (chance.uniform(140, 205), chance.uniform(140, 205))
        what = chance.choice((cadences[0], cadences, 112.0, 0.0, None))
        doing += [(chance.randint(5, 500), what)] * chance.choice((1, 1, 1, 3))
    run = run_of(doing, factor=chance.choice((0.5, 1.0)), noise=chance.uniform(0, 6), seed=seed)
    kept = [
        Sample(time=s.time + chance.random(), cadence=chance.choice((s.cadence, s.cadence, None)))
        for s in run.samples
    ]
    return replace(run, samples=tuple(kept[:: chance.choice((1, 1, 4))]))


@pytest.mark.parametrize("seed", range(20))
def test_a_plan_has_the_length_and_the_order_of_its_run(seed: int) -> None:
    run = some_run(seed)

    proposal = propose(run)

    assert plan_seconds(proposal.plan) == pytest.approx(proposal.seconds, rel=0.01)
    assert sum(block.seconds for block in proposal.blocks) == pytest.approx(proposal.seconds)
    starts = [block.start for block in proposal.blocks]
    assert starts == sorted(starts)
    length = run.samples[-1].time - run.samples[0].time
    assert all(0 <= block.start < block.end <= length + 6 for block in proposal.blocks)
    assert proposal.seconds <= length + 6
    assert all(40 <= cadence <= 320 for _, *both in plan_blocks(proposal.plan) for cadence in both)
    assert all(seconds > 0 for seconds, _, _ in plan_blocks(proposal.plan))


def blocks(*known: tuple[float, float]) -> list[Block]:
    return [
        Block(start=100.0 * at, end=100.0 * at + seconds, seconds=seconds, cadence=cadence)
        for at, (seconds, cadence) in enumerate(known)
    ]


def test_the_last_recovery_may_go_on_as_the_way_home() -> None:
    parts, _ = parts_of(blocks((60, 180), (60, 160), (61, 181), (58, 159), (59, 180), (420, 160)))

    assert [(part.count, len(part.unit)) for part in parts] == [(3, 2), (1, 1)]
    assert plan_text(parts) == "3x(1m@180 1m@160) 6m@160"


def test_what_differs_in_length_or_cadence_is_no_repeat() -> None:
    for odd in ((200, 180), (60, 195)):
        parts, _ = parts_of(blocks((300, 180), (60, 160), odd, (60, 160)))
        assert all(part.count == 1 for part in parts)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [((1260.0, 58.0), "21m@165 1m@180"), ((2647.0,), "44m@165"), ((97.0,), "1m37s@165")],
)
def test_durations_are_as_round_as_one_per_cent_allows(
    seconds: tuple[float, ...], text: str
) -> None:
    known = blocks(*zip(seconds, (165, 180), strict=False))
    parts = [PlanPart(count=1, unit=(block,), blocks=(block,)) for block in known]

    assert plan_text(parts) == text


def test_repeats_that_rounding_would_lengthen_are_written_out() -> None:
    known = blocks(*(((15.5, 180), (15.5, 160)) * 10))
    part = PlanPart(count=10, unit=tuple(known[:2]), blocks=tuple(known))

    assert plan_seconds(plan_text([part])) == pytest.approx(310, rel=0.01)


@pytest.mark.parametrize(
    ("seconds", "text"), [(45, "45s"), (60, "1m"), (90, "1m30s"), (5400, "90m"), (0, "0s")]
)
def test_durations_are_written_as_people_do(seconds: int, text: str) -> None:
    assert duration_text(seconds) == text


def test_a_run_of_a_day_is_cut_in_wider_bins() -> None:
    samples = tuple(
        Sample(time=10.0 * at, cadence=80.0 + 5 * (at > 4000), speed=None) for at in range(8640)
    )
    run = replace(run_of(STEADY), path=Path("day.fit"), samples=samples)

    (first, *_), (last, *_) = plan_blocks(propose(run).plan)

    assert first == pytest.approx(40_000, rel=0.01)
    assert last == pytest.approx(46_400, rel=0.01)


def test_two_cadences_that_were_run_for_as_long_have_a_usual_one() -> None:
    run = run_of(((600, 150.0), (600, 180.0)), noise=0.0)

    assert propose(run).cadence == 150
