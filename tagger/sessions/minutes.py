"""How much music there is for each cadence."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pacetag.db.bins import HIGHEST, LOWEST
from pacetag.db.index import SongIndex
from pacetag.tagger.playlist.pool import song_pool
from pacetag.tagger.playlist.tolerance import parse_tolerance
from pacetag.tagger.sessions.block_pools import block_pools, reach
from pacetag.tagger.sessions.plan import Block

STEPS = (1, 2, 5, 10, 20)  # a minute between rows
MOST = 25  # rows
_NUMBER = r"([0-9]{1,6}(?:\.[0-9]{1,6})?)"
_RANGE = re.compile(rf"\s*{_NUMBER}(?:\s*(?:-|–|\.\.)\s*{_NUMBER})?\s*")


@dataclass(frozen=True, kw_only=True)
class CadenceMinutes:
    """The music for one cadence."""

    cadence: float  # steps a minute
    songs: int  # pieces with a pace within the tolerance
    seconds: float  # all of them together


def parse_range(text: str) -> list[float]:
    """Return the cadences of a range such as "150-190", in even steps from the lowest on.

    Raises ValueError with a sentence.
    """
    found = _RANGE.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no range of cadences: write 150-190")
    low, high = sorted((float(found[1]), float(found[2] or found[1])))
    if low < LOWEST or high > HIGHEST:
        raise ValueError(f"cadences are from {LOWEST} to {HIGHEST} steps a minute")
    step = next((each for each in STEPS if (high - low) / each < MOST), STEPS[-1])
    return [low + step * place for place in range(int((high - low) / step) + 1)]


def minutes_by_cadence(
    index: SongIndex, cadences: Sequence[float], *, tolerance: str, min_confidence: float
) -> list[CadenceMinutes]:
    """Return the songs for each cadence and how long they last; each piece counts once.

    Args:
        index: the songs.
        cadences: steps a minute.
        tolerance: how far a pace may be off, as `--tolerance` takes it.
        min_confidence: the least confidence of a pace, 0 to 1.
    """
    shares = [parse_tolerance(tolerance, cadence) for cadence in cadences]
    blocks = [Block(seconds=1.0, first=cadence, last=cadence) for cadence in cadences]
    reaches = [reach(block, share) for block, share in zip(blocks, shares, strict=True)]
    pool = song_pool(
        index,
        low=min(low for low, _ in reaches),
        high=max(high for _, high in reaches),
        min_confidence=min_confidence,
    )
    return [
        CadenceMinutes(cadence=each.block.first, songs=len(each.pieces), seconds=each.seconds)
        for each in block_pools(pool.candidates, blocks, shares)
    ]
