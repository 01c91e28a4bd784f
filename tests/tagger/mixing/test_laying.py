"""Songs are laid on steps: blocks begin on time, bars meet, and nothing is left silent."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pacetag.tagger.mixing.laying import lay
from pacetag.tagger.mixing.mix_plan import LEAD, Rates
from pacetag.tagger.mixing.slots import Slot
from pacetag.tagger.sessions.plan import Block
from tests.tagger.mixing.conftest import BARS, Counted, Laid, slot_song

EVEN = (Block(seconds=120.0, first=160.0, last=160.0),)  # 320 steps


def test_beats_pass_at_the_rate_of_each_block() -> None:
    rates = Rates(borders=(10.0, 20.0), beats=(1.0, 0.5, 2.0))

    assert rates.between(0.0, [5.0, 15.0, 25.0]) == pytest.approx([5, 12.5, 25])
    assert rates.between(15.0, [20.0, 21.0]) == pytest.approx([2.5, 4.5])
    assert rates.steps(0.0, 25.0) == pytest.approx(25)
    assert rates.steps(15.0, 4.5) == pytest.approx(21)


def test_a_playlist_plays_its_songs_from_the_first_beat_to_the_last(laid: Laid) -> None:
    plan = laid((EVEN, [(158.0, 201), (162.0, 301), (161.0, 251)]), is_open=True)

    first, second, third = plan.parts
    assert (first.start, first.end) == (0.0, 200.0)
    assert (second.start, second.entry, second.end) == (192.0, 200.0, 492.0)
    assert third.end > 492 + 242  # its last chord rings out
    assert [float(part.beats_at(part.entry)) for part in plan.parts] == [0.0, 8.0, 8.0]
    assert [join.is_aligned for join in plan.joins] == [True, True]
    assert [join.apart for join in plan.joins] == [0.0, 0.0]


@pytest.mark.parametrize("beats", [(180, 190), (150, 160), (300, 40)])
def test_the_songs_of_a_block_last_as_long_as_it_does(laid: Laid, beats: tuple[int, int]) -> None:
    """Too long, too short, and of very different lengths."""
    blocks = [(Block(seconds=120.0, first=c, last=c),) for c in (160.0, 170.0)]

    plan = laid((blocks[0], [(160.0, each) for each in beats]), (blocks[1], [(170.0, 341)]))

    border = plan.songs[2].start
    assert plan.borders == pytest.approx([LEAD + 120])
    assert abs(border - plan.borders[0]) <= 2 * 60 / 160 + 1e-6
    assert plan.seconds == pytest.approx(LEAD + 240, abs=1.0)
    assert not plan.short


def test_a_passage_is_repeated_where_songs_are_too_short(laid: Laid) -> None:
    plan = laid((EVEN, [(160.0, 300)]))

    before, behind = plan.parts
    leap = float(before.beats_at(before.end)) - float(behind.beats_at(behind.entry))
    assert before.end == behind.entry
    assert leap == 24  # 320 steps are wanted, there are 299 beats, the last bar begins with 296
    assert plan.seconds == pytest.approx(LEAD + 120)
    assert plan.joins[0].is_repeat
    assert len(plan.songs) == 1


def test_a_block_with_too_little_music_is_shortened_and_that_is_kept(laid: Laid) -> None:
    plan = laid((EVEN, [(160.0, 101)]), (EVEN, [(160.0, 330)]))

    assert plan.borders[0] == pytest.approx(LEAD + 120 - plan.short[0])
    assert plan.short[0] > 60
    assert plan.songs[1].start == pytest.approx(plan.borders[0], abs=1.0)


def test_bars_of_both_songs_begin_together_at_a_join(laid: Laid) -> None:
    plan = laid((EVEN, [(160.0, 190), (160.0, 200)]), downbeat=3)

    for part in plan.parts:
        assert float(part.beats_at(part.entry)) % BARS == 3
    join = plan.joins[0]
    assert float(plan.parts[0].beats_at(join.step)) % BARS == 3


def test_a_song_that_serves_two_blocks_plays_on_at_half_the_rate_of_steps(counted: Counted) -> None:
    blocks = tuple(Block(seconds=60.0, first=c, last=c) for c in (180.0, 90.0))
    song = replace(slot_song(Path("/music/a.flac"), 179.0, 122.0), paces=(179.0, 89.4))

    plan = lay(
        [Slot(blocks=blocks, songs=(song,))], {("/music/a.flac", 179.0): counted(179.0, 362)}
    )

    (part,) = plan.parts
    steps = np.array([0.0, 180.0, 270.0])
    assert part.beats_at(steps) == pytest.approx([0, 180, 360], abs=0.01)
    assert plan.seconds == pytest.approx(120.1, abs=1.0)


def test_songs_without_clear_beats_are_joined_and_it_is_said(laid: Laid) -> None:
    plan = laid((EVEN, [(160.0, 180), (160.0, 180)]), clear=False)

    assert [join.is_aligned for join in plan.joins] == [False]
    assert plan.joins[0].apart is None


def test_a_song_that_lacks_two_beats_is_not_repeated(laid: Laid) -> None:
    block = Block(seconds=119.25, first=160.0, last=160.0)  # 318 steps

    plan = laid(((block,), [(160.0, 317)]))

    (part,) = plan.parts
    assert part.end == 316


@pytest.mark.parametrize("beats", [2, 17, 30, 60])
def test_a_song_of_a_few_beats_still_has_a_place(laid: Laid, beats: int) -> None:
    plan = laid((EVEN, [(160.0, beats)]), (EVEN, [(160.0, 330)]))

    assert all(part.end > part.start for part in plan.parts)
    assert plan.songs[1].start > plan.songs[0].start


def test_a_block_without_songs_is_left_out_and_that_is_kept(laid: Laid) -> None:
    plan = laid((EVEN, []), (EVEN, [(160.0, 330)]))

    assert plan.short == (120.0,)
    assert plan.seconds == pytest.approx(LEAD + 120, abs=1.0)


@pytest.mark.parametrize("beats", [200, 201, 202, 203, 204])
def test_no_song_of_a_playlist_is_repeated(laid: Laid, beats: int) -> None:
    plan = laid((EVEN, [(160.0, beats)] * 3), is_open=True)

    assert not any(join.is_repeat for join in plan.joins)
