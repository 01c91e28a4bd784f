"""Which intensity each block of a plan asks for where the plan does not say it.

The blocks of the highest cadence are hard. Slower ones are easy at the begin and at the end of the
run, where they are warm-up and cool-down, and between quicker ones, where they are recoveries; so
are equal blocks elsewhere, such as the last recovery, which the cool-down follows. The others are
steady. Where all have the same cadence nothing is asked for.
"""

from collections.abc import Sequence
from dataclasses import replace

from pacetag.tagger.playlist.intensity import EASY, HARD, STEADY, Asked
from pacetag.tagger.sessions.plan import Block

STEPS = 3.0  # a minute by which cadences differ that are not the same effort


def with_asked(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Return the blocks, each with what it asks for; a word of the plan stays."""
    cadences = [(block.first + block.last) / 2 for block in blocks]
    ruled = [_asked(cadences, place) for place in range(len(blocks))]
    gentle = {block for block, asked in zip(blocks, ruled, strict=True) if asked is EASY}
    return tuple(
        block if block.asked else replace(block, asked=EASY if block in gentle else asked)
        for block, asked in zip(blocks, ruled, strict=True)
    )


def _asked(cadences: Sequence[float], place: int) -> Asked | None:
    own = cadences[place]
    if max(cadences) - min(cadences) <= STEPS:
        return None
    if own >= max(cadences) - STEPS:
        return HARD
    before = _first_other(own, cadences[:place][::-1])
    after = _first_other(own, cadences[place + 1 :])
    between = before is not None and after is not None
    return EASY if not between or min(before or 0.0, after or 0.0) > own else STEADY


def _first_other(own: float, cadences: Sequence[float]) -> float | None:
    """Return the first cadence that is not the same effort; None where there is none."""
    return next((each for each in cadences if abs(each - own) > STEPS), None)
