"""Stretches of a run: blocks that are filled alone, and short ones that share a song or cut it.

A minute at 180 is shorter than any song. What a runner expects of such intervals is that the music
changes when the cadence does. Consecutive short blocks are served by one song that lasts as long as
they do together and has a pace for each, where there is one. Each of the others gets a song of its
own, which is cut where the block ends.
"""

from collections.abc import Iterable, Sequence

from pacetag.tagger.playlist.entries import WITHIN
from pacetag.tagger.playlist.pool import Candidate
from pacetag.tagger.sessions.block_pools import BlockPool, shortlist
from pacetag.tagger.sessions.stretches import Kind, Offer, Stretch

MOST = 12  # short blocks that one song may serve


def stretches_of(
    pools: Sequence[BlockPool], *, needed: int, cuts: bool = True, seed: int | None = None
) -> list[Stretch]:
    """Return the stretches of a run with the songs that are tried for each.

    Without `cuts` short blocks are filled with whole songs like all others.
    """
    found: list[Stretch] = []
    # Blocks that are repeated have one pool.
    known = {id(pool): (pool.is_short, shortlist(pool, needed, seed)) for pool in _each(pools)}
    reserved: set[int] = set()  # pieces that serve several blocks
    at = 0
    while at < len(pools):
        is_short, tried = known[id(pools[at])]
        shared = _shared(pools, at, reserved) if cuts and is_short else None
        if shared is not None:
            reserved.add(int(shared.offers[0].piece))
        kind = Kind.CUT if cuts and is_short else Kind.WHOLE
        found.append(shared or _alone(pools, at, kind, tried))
        at = found[-1].blocks.stop
    return found


def _each(pools: Sequence[BlockPool]) -> Iterable[BlockPool]:
    """Return each pool once."""
    return {id(pool): pool for pool in pools}.values()


def _alone(pools: Sequence[BlockPool], at: int, kind: Kind, tried: Sequence[Candidate]) -> Stretch:
    """Return the stretch of one block."""
    pool = pools[at]
    offers = [
        _offer(pool, one, pool.block.seconds if kind is Kind.CUT else one.duration or 0.0)
        for one in tried
    ]
    return _stretch(pools, range(at, at + 1), kind, sorted(offers, key=_by_number))


def _shared(pools: Sequence[BlockPool], at: int, reserved: set[int]) -> Stretch | None:
    """Return the longest stretch from a short block on that one song can serve."""
    end = at + 1
    while end < min(len(pools), at + MOST) and pools[end].is_short:
        end += 1
    for stop in range(end, at + 1, -1):
        blocks = range(at, stop)
        serving = _serving(pools, blocks)
        free = [one for one in serving if one.piece not in reserved]
        if free:
            seconds = sum(pools[place].block.seconds for place in blocks)
            best = sorted(free, key=lambda one: (-_mean_worth(pools, blocks, one), one.piece))
            offers = [_shared_offer(pools, blocks, one) for one in best]
            return _stretch(pools, blocks, Kind.SHARED, offers, seconds)
    return None


def _serving(pools: Sequence[BlockPool], blocks: range) -> list[Candidate]:
    """Return the songs that last as long as the blocks and have a pace for each of them."""
    seconds = sum(pools[place].block.seconds for place in blocks)
    return [
        one
        for piece, one in pools[blocks.start].pieces.items()
        if abs(pools[blocks.start].lasting(one) - seconds) <= WITHIN
        and all(
            piece in pools[place].pieces and pools[place].pieces[piece].song_id == one.song_id
            for place in blocks
        )
    ]


def _mean_worth(pools: Sequence[BlockPool], blocks: range, one: Candidate) -> float:
    worths = [pools[place].worth(pools[place].pieces[one.piece]) for place in blocks]
    return sum(worths) / len(worths)


def _shared_offer(pools: Sequence[BlockPool], blocks: range, one: Candidate) -> Offer:
    factor = pools[blocks.start].factor(one)
    return Offer(
        piece=str(one.piece),
        artist=one.artist,
        seconds=pools[blocks.start].lasting(one),
        enters=one.pace.bpm / factor,
        leaves=pools[blocks[-1]].pieces[one.piece].pace.bpm / factor,
        worth=_mean_worth(pools, blocks, one),
    )


def _offer(pool: BlockPool, one: Candidate, seconds: float) -> Offer:
    return Offer(
        piece=str(one.piece),
        artist=one.artist,
        seconds=seconds,
        enters=one.pace.bpm,
        leaves=one.pace.bpm,
        worth=one.worth(one.pace.bpm, pool.tolerance, pool.block.asked),
    )


def _stretch(
    pools: Sequence[BlockPool],
    blocks: range,
    kind: Kind,
    offers: Sequence[Offer],
    seconds: float | None = None,
) -> Stretch:
    first, last = pools[blocks[0]], pools[blocks[-1]]
    return Stretch(
        blocks=blocks,
        seconds=first.block.seconds if seconds is None else seconds,
        first=first.block.first,
        last=last.block.last,
        tolerance=first.tolerance,
        kind=kind,
        offers=tuple(offers),
        exact=first.exact,
    )


def _by_number(offer: Offer) -> int:
    return int(offer.piece)
