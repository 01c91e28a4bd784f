"""A tempo breathes about its mean, which is exact, and slows where a section ends."""

from random import Random

import numpy as np
import pytest
from numpy.typing import NDArray

from pacetag.model.training.expressive.expression import Expression, draw_expression
from pacetag.model.training.expressive.piece import METRES, Piece
from pacetag.model.training.expressive.tempo_map import STEPS, TempoMap, draw_tempo_map

BARS, SECTION = 24, 8


def piece(metre: str = "4/4", bpm: float = 90.0) -> Piece:
    return Piece(
        bpm=bpm,
        metre=METRES[metre],
        parts=(),
        tones=(),
        bars=BARS,
        phrases=tuple(range(0, BARS, 4)),
        sections=tuple(range(0, BARS, SECTION)),
        harmonies=(),
    )


def draw(expression: Expression, metre: str = "4/4", seed: int = 1) -> TempoMap:
    return draw_tempo_map(piece(metre), expression, Random(seed))


def tempos(drawn: TempoMap) -> NDArray[np.float64]:
    """Beats per minute of each beat."""
    return 60 / np.diff(drawn.seconds[::STEPS])


def test_without_expression_every_beat_is_alike() -> None:
    assert np.allclose(tempos(draw(Expression())), 90.0)


@pytest.mark.parametrize("metre", ["4/4", "3/4", "6/8"])
@pytest.mark.parametrize("seed", range(8))
def test_the_mean_outside_ritardandi_is_exact(metre: str, seed: int) -> None:
    drawn = draw(draw_expression(Random(seed)), metre, seed)

    even = 60 / tempos(drawn)[drawn.even]
    assert 60 / even.mean() == pytest.approx(90.0, abs=1e-9)
    assert drawn.mean == pytest.approx(90.0, abs=1e-9)
    assert drawn.even.sum() >= (BARS - 4) * METRES[metre].beats


@pytest.mark.parametrize("seed", range(8))
def test_outside_ritardandi_no_beat_is_beyond_the_depth(seed: int) -> None:
    expression = draw_expression(Random(seed))
    drawn = draw(expression, seed=seed)

    depth = expression.arc + expression.walk
    # The mean moves all beats a little; an accented one is longer besides.
    slowest = 90 * (1 - 2 * depth) / (1 + expression.agogic / 1000 * 90 / 60) - 1
    assert tempos(drawn)[drawn.even].max() <= 90 * (1 + 2 * depth) + 1
    assert tempos(drawn)[drawn.even].min() >= slowest


def test_the_middle_of_a_phrase_is_faster_than_its_ends() -> None:
    by_bar = tempos(draw(Expression(arc=0.06))).reshape(BARS, 4).mean(axis=1)

    for start in range(0, BARS, 4):
        first, second, third, last = by_bar[start : start + 4]
        assert min(second, third) > max(first, last)
    assert by_bar.max() / by_bar.min() < 1.06 / 0.94


def test_a_section_slows_at_its_end_and_the_piece_more() -> None:
    beats = tempos(draw(Expression(ritardando=0.2, final=0.4)))

    section, final = beats[SECTION * 4 - 4 : SECTION * 4], beats[-4:]
    assert (np.diff(section) < 0).all()
    assert (np.diff(final) < 0).all()
    assert 90 * 0.8 <= section.min() < 90 * 0.9
    assert 90 * 0.6 <= final.min() < 90 * 0.75
    assert beats[SECTION * 4] == pytest.approx(90.0)


def test_accented_downbeats_are_longer_by_what_was_drawn() -> None:
    lengths = 60 / tempos(draw(Expression(agogic=60.0, accented=1.0)))

    downbeats, others = lengths[::4], np.delete(lengths, np.s_[::4])
    longer = (downbeats - others.max()) * 1000
    assert np.ptp(others) < 1e-9
    assert longer.min() >= 9.9
    assert longer.max() <= 60.1


def test_a_fermata_holds_the_last_beat_of_a_section() -> None:
    lengths = 60 / tempos(draw(Expression(fermatas=1.0)))

    held = np.flatnonzero(lengths > 1.0)
    assert held.tolist() == [SECTION * 4 - 1, 2 * SECTION * 4 - 1]


def test_a_third_is_played_with_much_expression() -> None:
    drawn = [draw_expression(Random(seed)) for seed in range(600)]

    assert 0.25 < np.mean([one.amount >= 0.7 for one in drawn]) < 0.42
    assert max(one.arc for one in drawn) <= 0.06
    assert max(one.ritardando for one in drawn) <= 0.25
    assert max(one.final for one in drawn) <= 0.40
    assert max(one.agogic for one in drawn) <= 60
    assert max(one.lead for one in drawn) <= 30
    assert max(one.spread for one in drawn) <= 120
