"""What would give a block more music: other tolerances, less sure paces, no filter."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pacetag.db.index import SongIndex
from pacetag.db.records import EVERY_SONG
from pacetag.tagger.playlist.pool import Candidate, song_pool
from pacetag.tagger.sessions.block_pools import BlockPool, block_pools, reach
from pacetag.tagger.sessions.plan import Block
from pacetag.tagger.sessions.pool_of_plan import Wishes
from pacetag.tagger.sessions.session import Session

TOLERANCES = (0.04, 0.05, 0.06, 0.08, 0.1)  # shares of the cadence
CONFIDENCES = (0.4, 0.3)
WITHOUT = "without"  # the filters that keep songs out


@dataclass(frozen=True, kw_only=True)
class Remedy:
    """An option, and what it would add to the songs that fit the blocks that are not met."""

    option: str  # as it is typed, or what to leave out
    songs: int
    seconds: float


def session_remedies(index: SongIndex, session: Session, wishes: Wishes) -> Iterator[Remedy]:
    """Yield what would add songs to the blocks that are not met."""
    blocks = [session.blocks[place].block for place in session.missed]
    narrow = [wishes.tolerances[place] for place in session.missed]
    if blocks:
        yield from remedies(index, blocks, replace(wishes, tolerances=tuple(narrow)))


def remedies(index: SongIndex, blocks: Sequence[Block], wishes: Wishes) -> Iterator[Remedy]:
    """Yield what would add songs to some blocks, tolerances up to one that is enough."""
    narrow = wishes.tolerances
    widest = replace(
        wishes,
        tolerances=tuple(max(each, TOLERANCES[-1]) for each in narrow),
        min_confidence=min(wishes.min_confidence, CONFIDENCES[-1]),
    )
    pool = _pool(index, blocks, widest)
    sure = [one for one in pool if one.pace.confidence >= wishes.min_confidence]
    now = _sum(block_pools(sure, blocks, narrow))
    wanted = sum(block.seconds for block in dict.fromkeys(blocks))
    known = now.songs
    for tolerance in TOLERANCES:
        if tolerance <= max(narrow):
            continue
        found = _sum(block_pools(sure, blocks, [tolerance] * len(blocks)))
        if found.songs > known:
            known = found.songs
            yield _more(f"--tolerance {tolerance:g}", found, now)
            if found.seconds >= wanted:
                break
    for confidence in CONFIDENCES:
        less_sure = [one for one in pool if one.pace.confidence >= confidence]
        found = _sum(block_pools(less_sure, blocks, narrow))
        if confidence < wishes.min_confidence and found.songs > now.songs:
            yield _more(f"--min-confidence {confidence:g}", found, now)
            break
    if wishes.listener.resting:
        rested = replace(wishes.listener, resting=0)
        every = _pool(index, blocks, replace(wishes, listener=rested))
        found = _sum(block_pools(every, blocks, narrow))
        if found.songs > now.songs:
            yield _more("--repeat", found, now)
    if wishes.where is not EVERY_SONG:
        every = _pool(index, blocks, replace(wishes, where=EVERY_SONG))
        found = _sum(block_pools(every, blocks, narrow))
        if found.songs > now.songs:
            yield _more(f"{WITHOUT} {' and '.join(wishes.where.options) or 'filters'}", found, now)


def _pool(index: SongIndex, blocks: Sequence[Block], wishes: Wishes) -> Sequence[Candidate]:
    """Return all songs with a pace for any of the blocks."""
    reaches = [reach(b, t) for b, t in zip(blocks, wishes.tolerances, strict=True)]
    return song_pool(
        index,
        low=min(low for low, _ in reaches),
        high=max(high for _, high in reaches),
        min_confidence=wishes.min_confidence,
        where=wishes.where,
        listener=wishes.listener,
    ).candidates


def _sum(pools: Sequence[BlockPool]) -> Remedy:
    """Return how many different songs fit any of the blocks, and how long they last."""
    pieces = {piece: one.duration or 0.0 for pool in pools for piece, one in pool.pieces.items()}
    return Remedy(option="", songs=len(pieces), seconds=sum(pieces.values()))


def _more(option: str, found: Remedy, now: Remedy) -> Remedy:
    return Remedy(option=option, songs=found.songs - now.songs, seconds=found.seconds - now.seconds)
