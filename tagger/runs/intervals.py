"""Blocks of a run made into a plan's parts: repeats are found, short and close blocks merged."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from pacetag.tagger.runs.change_points import Block

CLOSE = 4.0  # steps a minute that are no change to music, which may be off by 4 %
ALIKE = 7.0  # steps a minute by which repeats may differ
SHORT = 60.0  # seconds; a shorter block stands only where it repeats
WALK = 130.0  # steps a minute; slower is walking
LONGEST_UNIT = 4  # blocks that repeat together


@dataclass(frozen=True, kw_only=True)
class PlanPart:
    """Blocks that follow each other, once or several times."""

    count: int
    unit: tuple[Block, ...]  # the first time
    blocks: tuple[Block, ...]  # all of them

    def mean(self, place: int) -> Block:
        """Return the mean of the blocks at a place of the unit."""
        at = self.blocks[place :: len(self.unit)]
        seconds = sum(block.seconds for block in at)
        cadence = sum(block.cadence * block.seconds for block in at) / seconds
        return replace(at[0], seconds=seconds / len(at), cadence=cadence)


def parts_of(blocks: Sequence[Block]) -> tuple[list[PlanPart], float]:
    """Return the parts of a plan, and the seconds of walking that were left out.

    Walking stays where it repeats with running, as in a programme for beginners.
    """
    parts, walked = list[PlanPart](), 0.0
    loose: list[Block] = []
    for part in (*repeats(_merged(blocks, _closest)), None):
        if part is not None and part.count == 1:
            loose.extend(part.unit)
            continue
        walked += sum(block.seconds for block in loose if is_walk(block))
        kept = _merged([block for block in loose if not is_walk(block)], _shortest)
        parts.extend(repeats(_merged(kept, _closest)))
        loose = []
        if part is not None:
            parts.append(part)
    return parts, walked


def is_walk(block: Block) -> bool:
    """Whether a block is walking."""
    return block.middle < WALK


def repeats(blocks: Sequence[Block]) -> Iterator[PlanPart]:
    """Yield parts: the longest repeats from the left, other blocks by themselves."""
    rest = list(blocks)
    while rest:
        size, count = max(
            (_repeated(rest, size) for size in range(2, LONGEST_UNIT + 1)),
            key=lambda found: found[0] * found[1] if found[1] > 1 else 1,
        )
        if size == 4 and all(_alike(rest[at], rest[at + 2], last=False) for at in (0, 1)):
            size, count = 2, 2 * count
        if count < 2:
            yield PlanPart(count=1, unit=(rest[0],), blocks=(rest[0],))
            del rest[0]
            continue
        last = size * count - 1
        rest[last : last + 1] = _divided(rest[last], rest[size - 1].seconds)
        found = tuple(rest[: size * count])
        yield PlanPart(count=count, unit=found[:size], blocks=found)
        del rest[: size * count]


def _repeated(blocks: Sequence[Block], size: int) -> tuple[int, int]:
    """Return the size, and how often the first so many blocks follow each other."""
    unit = blocks[:size]
    count = 1
    while all(
        _alike(first, block, last=place == size - 1)
        for place, (first, block) in enumerate(
            zip(unit, blocks[size * count : size * (count + 1)], strict=False)
        )
    ) and len(blocks) >= size * (count + 1):
        count += 1
        if blocks[size * count - 1].seconds > _at_most(unit[-1].seconds):
            break  # what is longer, as the way home after the last interval, ends the repeats
    short = any(block.seconds < SHORT for block in unit)
    return size, count if count >= (3 if short else 2) and _differ(unit) else 1


def _differ(unit: Sequence[Block]) -> bool:
    return any(abs(a.cadence - b.cadence) >= CLOSE for a, b in pairwise(unit))


def _alike(first: Block, block: Block, *, last: bool) -> bool:
    if first.to is not None or block.to is not None:
        return False
    if abs(first.cadence - block.cadence) > ALIKE or is_walk(first) != is_walk(block):
        return False
    longest = float("inf") if last else _at_most(first.seconds)
    return first.seconds - _slack(first.seconds) <= block.seconds <= longest


def _slack(seconds: float) -> float:
    return max(15.0, 0.2 * seconds)


def _at_most(seconds: float) -> float:
    return seconds + _slack(seconds)


def _divided(block: Block, seconds: float) -> list[Block]:
    """Return a block, cut after so many seconds if much of it is left then."""
    if block.seconds <= _at_most(seconds):
        return [block]
    share = seconds / block.seconds
    at = block.start + share * (block.end - block.start)
    return [
        replace(block, end=at, seconds=seconds),
        replace(block, start=at, seconds=block.seconds - seconds),
    ]


def _merged(
    blocks: Sequence[Block], choose: Callable[[Sequence[Block]], int | None]
) -> list[Block]:
    """Return the blocks, the chosen one and the next made one until none is chosen."""
    found = list(blocks)
    while len(found) > 1 and (place := choose(found)) is not None:
        found[place : place + 2] = [_joined(*found[place : place + 2])]
    return found


def _closest(blocks: Sequence[Block]) -> int | None:
    """Return the place before the smallest change, if it is none to music."""
    steady = [
        (abs(a.cadence - b.cadence), place)
        for place, (a, b) in enumerate(pairwise(blocks))
        if a.to is None and b.to is None and is_walk(a) == is_walk(b)
    ]
    smallest = min(steady, default=(CLOSE, 0))
    return smallest[1] if smallest[0] < CLOSE else None


def _shortest(blocks: Sequence[Block]) -> int | None:
    """Return the place before or of the shortest block, where its nearer neighbour lies."""
    place = min(range(len(blocks)), key=lambda at: blocks[at].seconds)
    if blocks[place].seconds >= SHORT:
        return None
    beside = [at for at in (place - 1, place + 1) if 0 <= at < len(blocks)]
    near = min(beside, key=lambda at: abs(blocks[at].middle - blocks[place].middle))
    return min(place, near)


def _joined(first: Block, second: Block) -> Block:
    """Return one block of two; a ramp stays one if it is the longer."""
    seconds = first.seconds + second.seconds
    longer = first if first.seconds >= second.seconds else second
    mean = (first.middle * first.seconds + second.middle * second.seconds) / seconds
    shape = (mean, None) if longer.to is None else (longer.cadence, longer.to)
    return Block(start=first.start, end=second.end, seconds=seconds, cadence=shape[0], to=shape[1])
