"""Plans as people write them, and what is said about those that cannot be read."""

import random
from contextlib import suppress

import pytest

from pacetag.tagger.sessions.grammar import parse_plan
from pacetag.tagger.sessions.plan_errors import PlanError


def blocks(text: str, **parts: str) -> list[tuple[float, float, float]]:
    return [(b.seconds, b.first, b.last) for b in parse_plan(text, parts).blocks]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("10m@150", [(600, 150, 150)]),
        ("10m@150 20m@165", [(600, 150, 150), (1200, 165, 165)]),
        ("10m@150,20m@165;5m@140", [(600, 150, 150), (1200, 165, 165), (300, 140, 140)]),
        ("10m@150-165", [(600, 150, 165)]),
        ("10m @ 165–150.5", [(600, 165, 150.5)]),
        ("10m@150..165", [(600, 150, 165)]),
        ("2x(1m@180 30s@160)", [(60, 180, 180), (30, 160, 160)] * 2),
        ("2 × 1m@180", [(60, 180, 180)] * 2),
        ("2x(1m@180 2X(1m@160))", [(60, 180, 180), (60, 160, 160), (60, 160, 160)] * 2),
        ("(1m@180)(1m@160)", [(60, 180, 180), (60, 160, 160)]),
        ("1h30m@150 1:30:00@150 1.5 h@150 90@150 5400s@150", [(5400, 150, 150)] * 5),
        ("90 min@150 1h 30m@150", [(5400, 150, 150)] * 2),
        ("\n10m@150\n\t20m@165\n", [(600, 150, 150), (1200, 165, 165)]),
    ],
)
def test_a_plan_is_read_in_every_form(text: str, found: list[tuple[float, float, float]]) -> None:
    assert blocks(text) == found


def test_parts_and_trainings_are_named() -> None:
    parts = {"warm-up": "10m@150", "main": "warm-up 2x fast", "fast": "1m@180"}

    assert blocks("main 5m@140", **parts) == [
        (600, 150, 150),
        (60, 180, 180),
        (60, 180, 180),
        (300, 140, 140),
    ]


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("45m@165", "None"),
        ("10m@150 20m@150", "None None"),
        ("10m@150 20m@165 5m@140", "easy hard easy"),
        ("10m@150-165 20m@165", "easy hard"),
        ("20m@160 20m@165 20m@170", "easy steady hard"),
        ("10m@150 2x(4m@175 2m@155) 5m@145", "easy hard easy hard easy easy"),
        ("20m@165 10m@155 20m@160 20m@170", "easy easy steady hard"),
        ("10m@150 2m@163 20m@165", "easy hard hard"),
        ("10m@150 HARD 20m@165 steady,5m@140", "hard steady easy"),
        ("45m@165 easy", "easy"),
        ("2x(3m@175 hard 2m@155)", "hard easy hard easy"),
    ],
)
def test_a_block_asks_for_the_intensity_that_a_runner_expects_or_that_a_word_says(
    text: str, asked: str
) -> None:
    assert " ".join(str(block.asked) for block in parse_plan(text).blocks) == asked


def test_a_part_of_the_same_name_stands_above_a_word() -> None:
    assert blocks("10m@150 easy", easy="5m@140") == [(600, 150, 150), (300, 140, 140)]


@pytest.mark.parametrize(
    ("text", "reason", "word"),
    [
        ("", "the plan is empty", None),
        ("10m@150 20m", "'20m' has no cadence: write 20m@165", "20m"),
        ("10m 20m@165", "'10m' has no cadence", "10m"),
        ("10m@150 1:30@165", "could be hours or minutes", "1:30"),
        ("10m@150 ?@165", "'?' is not a duration", "?"),
        ("10m@fast", "'fast' is no cadence", "fast"),
        ("10m@150 5m@", "the cadence is missing", ""),
        ("10m@150 @160", "the duration is missing", "@"),
        ("10m@30", "from 40 to 320 steps a minute", "30"),
        ("10m@150-400", "from 40 to 320 steps a minute", "400"),
        ("5x(1m@180 1m@160", "is not closed", "("),
        ("1m@180) 1m@160", "no bracket to close", ")"),
        ("2x() 1m@160", "nothing in the brackets", "()"),
        ("0x(1m@180)", "0 times", "0x"),
        ("600x1m@180", "more than 500 blocks", "600x1m@180"),
        (
            "10m@150 warmdown",
            "no part or training `warmdown`; did you mean `warm-down`?",
            "warmdown",
        ),
        ("20h@150 5h@160", "longer than a day", "20h@150 5h@160"),
        ("10m@150m", "'150m' is no cadence", "150m"),
        ("10m@150 %", "'%' is no block", "%"),
        ("10m@150 hrd", "no part or training `hrd`; did you mean `hard`?", "hrd"),
        ("5x(1m@180 1m@160) hard", "`hard` stands behind a block: write 10m@165 hard", "hard"),
        ("Easy 10m@150", "`Easy` stands behind a block: write 10m@165 easy", "Easy"),
    ],
)
def test_an_error_points_at_the_word(text: str, reason: str, word: str | None) -> None:
    with pytest.raises(PlanError) as caught:
        parse_plan(text, {"warm-down": "5m@140"})

    assert reason in caught.value.reason
    if word is not None:
        _, line, carets = caught.value.lines("--plan")
        assert line == f"  {text}"
        under = line[carets.index("^") : carets.rindex("^") + 1]
        assert under.strip() == word


def test_a_part_that_holds_itself_is_named_with_its_way() -> None:
    with pytest.raises(PlanError, match="`a` holds itself: a → b → a") as caught:
        parse_plan("10m@150 a", {"a": "b", "b": "1m@150 a"})

    assert caught.value.lines("--plan")[0].startswith("--plan, in `b`: ")
    assert caught.value.text == "1m@150 a"


def test_a_long_plan_is_shown_around_the_word_and_one_of_lines_by_its_line() -> None:
    with pytest.raises(PlanError) as caught:
        parse_plan("10m@150 " * 40 + "20m " + "10m@150 " * 40)
    _, line, carets = caught.value.lines("--plan")
    assert line.startswith("  …")
    assert line.endswith("…")
    assert len(line) < 120
    assert line[carets.index("^") :].startswith("20m ")

    with pytest.raises(PlanError) as caught:
        parse_plan("10m@150\n20m@x\n5m@140")
    assert caught.value.lines("p")[1:] == ["  20m@x", "      ^"]


def test_the_cadence_of_a_ramp_rises_evenly_and_blocks_know_their_starts() -> None:
    plan = parse_plan("10m@150-165 5m@140")

    assert [plan.blocks[0].cadence_at(s) for s in (-5, 0, 300, 600, 900)] == [
        150,
        150,
        157.5,
        165,
        165,
    ]
    assert (plan.starts, plan.seconds) == ((0, 600), 900)
    assert [block.cadence_text for block in plan.blocks] == ["150-165", "140"]


@pytest.mark.parametrize("seed", range(200))
def test_any_text_is_a_plan_or_a_plan_error(seed: int) -> None:
    rng = random.Random(seed)
    signs = ["10m", "@", "150", "-", " ", "(", ")", "x", "5x(", "a", ",", "1:30:00", "\n", "é", "0"]
    text = "".join(rng.choice(signs) for _ in range(rng.randrange(1, 14)))

    with suppress(PlanError):
        found = parse_plan(text, {"a": "1m@150"})
        assert found.blocks
        assert all(block.seconds > 0 for block in found.blocks)
