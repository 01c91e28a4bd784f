"""A plan as text: `10m@150 5x(1m@180 1m@160) 10m@165-150`, in round numbers of the same length."""

from collections.abc import Sequence
from itertools import accumulate, pairwise

from pacetag.tagger.runs.change_points import Block
from pacetag.tagger.runs.intervals import PlanPart

LOSS = 0.01  # share of the whole length that rounding may change
GIVING = 0.1  # share of the longest block that may make up for it
# Durations up to so many seconds are multiples of so many; the roundest that fit are taken.
GRAINS: Sequence[Sequence[tuple[float, int]]] = (
    ((100, 5), (180, 15), (600, 30), (float("inf"), 60)),
    ((180, 5), (600, 15), (float("inf"), 30)),
    ((float("inf"), 5),),
    ((float("inf"), 1),),
)


def plan_text(parts: Sequence[PlanPart]) -> str:
    """Return the text of a plan whose length differs by 1 % at most from that of its parts."""
    wanted = sum(block.seconds for part in parts for block in part.blocks)
    for grains in GRAINS:
        rounded = _rounded(parts, grains, wanted)
        if abs(_length(parts, rounded) - wanted) <= LOSS * wanted:
            return " ".join(map(_part_text, parts, rounded))
    return _written_out([block for part in parts for block in part.blocks])


def _written_out(blocks: Sequence[Block]) -> str:
    """Return every block in whole seconds, which add up to the whole length."""
    ends = [0, *(round(end) for end in accumulate(block.seconds for block in blocks))]
    return " ".join(
        _block_text(block, end - start)
        for block, (start, end) in zip(blocks, pairwise(ends), strict=True)
    )


def _rounded(
    parts: Sequence[PlanPart], grains: Sequence[tuple[float, int]], wanted: float
) -> list[list[int]]:
    """Return whole seconds for each block of each unit; the longest block makes up for the rest."""
    found = [
        [_round(part.mean(place).seconds, grains) for place in range(len(part.unit))]
        for part in parts
    ]
    singles = [place for place, part in enumerate(parts) if part.count * len(part.unit) == 1]
    if singles:
        longest = max(singles, key=lambda place: found[place][0])
        seconds, grain = found[longest][0], _grain(found[longest][0], grains)
        left = round((wanted - _length(parts, found)) / grain) * grain
        if abs(left) <= max(grain, GIVING * seconds) and seconds + left > 0:
            found[longest][0] += left
    return found


def _length(parts: Sequence[PlanPart], rounded: Sequence[Sequence[int]]) -> int:
    return sum(part.count * sum(seconds) for part, seconds in zip(parts, rounded, strict=True))


def _grain(seconds: float, grains: Sequence[tuple[float, int]]) -> int:
    return next(grain for most, grain in grains if seconds <= most)


def _round(seconds: float, grains: Sequence[tuple[float, int]]) -> int:
    grain = _grain(seconds, grains)
    return max(1, round(seconds / grain)) * grain


def _part_text(part: PlanPart, seconds: Sequence[int]) -> str:
    texts = [_block_text(part.mean(place), length) for place, length in enumerate(seconds)]
    return texts[0] if len(texts) == 1 else f"{part.count}x({' '.join(texts)})"


def _block_text(block: Block, seconds: int) -> str:
    ramp = "" if block.to is None else f"-{round(block.to)}"
    return f"{duration_text(seconds)}@{round(block.cadence)}{ramp}"


def duration_text(seconds: int) -> str:
    """Return a duration as 45s, 10m or 1m30s."""
    minutes, rest = divmod(seconds, 60)
    return (f"{minutes}m" if minutes else "") + (f"{rest}s" if rest or not minutes else "")
