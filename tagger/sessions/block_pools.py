"""Which songs of the pool fit each block, and the few of them that are worth trying."""

import random
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from pacetag.tagger.playlist.entries import WITHIN
from pacetag.tagger.playlist.pool import Candidate
from pacetag.tagger.sessions.losses import SLACK
from pacetag.tagger.sessions.plan import Block
from pacetag.tagger.stretching.factor import factor_of

LEAST = 48  # songs that are tried for a block in any case
TIMES = 5  # songs that are tried for each that is needed
OF_ARTIST = 5  # songs of an artist that are tried before others
OF_LENGTH, LENGTH = 2, 15.0  # songs of each length, s, so that the end can be met
OF_PACE, PACE = 6, 2.0  # songs of each pace, steps a minute, where the cadence rises

Pieces = Mapping[int, Candidate]  # by the number of the piece


@dataclass(frozen=True, kw_only=True)
class BlockPool:
    """The songs that fit a block, each piece once."""

    block: Block
    tolerance: float
    pieces: Pieces
    exact: bool = False  # songs are stretched to exactly the cadence

    @property
    def seconds(self) -> float:
        """All of them together."""
        return sum(map(self.lasting, self.pieces.values()))

    def factor(self, one: Candidate) -> float:
        """Return how long a song lasts in the block's middle, as a share of its own length."""
        middle = (self.block.first + self.block.last) / 2
        return factor_of(one.pace.bpm, middle) if self.exact else 1.0

    def lasting(self, one: Candidate) -> float:
        """Return the seconds that a whole song lasts in the block's middle."""
        return (one.duration or 0.0) * self.factor(one)

    @property
    def is_short(self) -> bool:
        """Whether the block is shorter than each of its songs."""
        longest = self.block.seconds + WITHIN
        return bool(self.pieces) and all(
            self.lasting(one) > longest for one in self.pieces.values()
        )

    def worth(self, one: Candidate) -> float:
        """Return how good a song is for the block, at the best place within it."""
        cadence = min(self.block.highest, max(self.block.lowest, one.pace.bpm))
        return one.worth(cadence, self.tolerance, self.block.asked)


def reach(block: Block, tolerance: float) -> tuple[float, float]:
    """Return the slowest and the quickest pace that fit somewhere in a block."""
    widest = tolerance + SLACK
    return block.lowest * (1 - widest), block.highest * (1 + widest)


def block_pools(
    candidates: Iterable[Candidate],
    blocks: Sequence[Block],
    tolerances: Sequence[float],
    *,
    without: frozenset[str] = frozenset(),
    exact: bool = False,
) -> list[BlockPool]:
    """Return the pool of each block; songs at the paths `without` are left out.

    Songs of unknown length cannot be planned with and are left out, too. With `exact` they are
    stretched to exactly the cadence.
    """
    usable = [one for one in candidates if one.duration and one.path not in without]
    usable.sort(key=lambda one: one.pace.bpm)  # which keeps the preferred file of a piece first
    paces = [one.pace.bpm for one in usable]
    known: dict[tuple[Block, float], BlockPool] = {}
    for block, tolerance in zip(blocks, tolerances, strict=True):
        if (block, tolerance) not in known:
            low, high = reach(block, tolerance)
            near = usable[bisect_left(paces, low) : bisect_right(paces, high)]
            pieces = _by_piece(near, block, tolerance)
            known[block, tolerance] = BlockPool(
                block=block, tolerance=tolerance, pieces=pieces, exact=exact
            )
    return [known[pair] for pair in zip(blocks, tolerances, strict=True)]


def _by_piece(near: Iterable[Candidate], block: Block, tolerance: float) -> Pieces:
    """Return each piece with the best pace of its preferred file."""
    found: dict[int, Candidate] = {}
    middle = (block.first + block.last) / 2
    for one in near:
        other = found.setdefault(one.piece, one)
        if other is not one and other.song_id == one.song_id:
            found[one.piece] = max(other, one, key=lambda each: each.worth(middle, tolerance))
    return found


def shortlist(pool: BlockPool, needed: int, seed: int | None = None) -> list[Candidate]:
    """Return the songs that are tried: the best ones, of many artists, lengths and paces.

    Args:
        pool: the songs that fit.
        needed: how many songs all blocks together need.
        seed: have them drawn at random, the worthier the likelier.
    """
    most = max(LEAST, TIMES * needed)
    songs = list(pool.pieces.values())
    if len(songs) <= most:
        return songs
    worth = {id(one): pool.worth(one) for one in songs}
    if seed is not None:  # weighted drawing: Efraimidis and Spirakis 2006
        rng = random.Random(seed)
        songs.sort(key=lambda one: one.piece)
        worth = {id(one): rng.random() ** (1 / max(worth[id(one)], 0.01)) for one in songs}
    songs.sort(key=lambda one: (-worth[id(one)], one.piece))
    lengths = _first_of(songs, lambda one: int(pool.lasting(one) // LENGTH), OF_LENGTH)
    paces = _first_of(songs, lambda one: int(one.pace.bpm // PACE), OF_PACE)
    artists = _first_of(songs, lambda one: one.artist or one.path, OF_ARTIST)[:most]
    chosen = [*artists, *lengths, *(paces if pool.block.is_ramp else [])]
    return list({one.piece: one for one in chosen}.values())


def _first_of(
    songs: Iterable[Candidate], key: Callable[[Candidate], object], most: int
) -> list[Candidate]:
    """Return the first songs of each key."""
    counts: dict[object, int] = {}
    kept = []
    for one in songs:
        name = key(one)
        counts[name] = counts.get(name, 0) + 1
        if counts[name] <= most:
            kept.append(one)
    return kept


def songs_needed(pools: Sequence[BlockPool]) -> int:
    """Return about how many songs the whole run takes."""
    count = 0.0
    for pool in pools:
        lengths = list(map(pool.lasting, pool.pieces.values()))
        count += max(1.0, pool.block.seconds / median(lengths)) if lengths else 0.0
    return round(count)
