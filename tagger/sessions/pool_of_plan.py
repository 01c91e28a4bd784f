"""The songs of the index that a plan may take, without reading all that fit in a large library.

Around each cadence of the plan rings of growing width are read, until the songs that are needed are
worth nearly as much as anything outside could be.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pacetag.db.index import SongIndex
from pacetag.db.records import EVERY_SONG, Condition
from pacetag.tagger.playlist.intensity import Asked
from pacetag.tagger.playlist.intros import Intros
from pacetag.tagger.playlist.listener import NO_LISTENER, Listener
from pacetag.tagger.playlist.pool import Candidate, song_pool
from pacetag.tagger.sessions.block_pools import LEAST, TIMES
from pacetag.tagger.sessions.losses import SLACK
from pacetag.tagger.sessions.plan import Block

RINGS = (1 / 8, 1 / 4, 1 / 2, 1.0)  # parts of the tolerance
EASE = 0.03  # by which the songs of a ring may be worth less than the best outside
APART = 4.0  # steps a minute between the cadences of a ramp around which songs are read
SONG = 210.0  # s that a song lasts, roughly
SHORT = 150.0  # s; one song may serve several blocks as short as this
RATIOS = (1, 2, 3, 4)  # between paces of a song


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What is asked for besides the plan."""

    tolerances: tuple[float, ...]  # of each block, as a share of its cadence
    min_confidence: float = 0.5
    where: Condition = EVERY_SONG
    listener: Listener = NO_LISTENER
    seed: int | None = None  # varies the choice
    exact: bool = False  # songs are stretched to exactly the cadence, which changes their lengths
    intros: Intros | None = None  # are left out; None: songs are played from their beginning
    cuts: bool = True  # songs may be cut for blocks that are shorter than any of them


@dataclass(frozen=True, kw_only=True)
class _Centre:
    """A cadence around which songs are read."""

    cadence: float  # steps a minute
    tolerance: float  # as a share of it
    asked: Asked | None  # intensity of the songs
    whole: bool  # whether all that fits it must be read


def pool_of_plan(
    index: SongIndex, blocks: Sequence[Block], wishes: Wishes, *, absent: int = 0
) -> list[Candidate]:
    """Return the songs with a pace for any of the blocks, or those that are worth most.

    Args:
        index: the songs.
        blocks: of the plan.
        wishes: what else is asked for.
        absent: how many songs turned out to be gone, for which others are read.
    """
    needed = round(sum(max(1.0, block.seconds / SONG) for block in blocks))
    most = max(LEAST, TIMES * needed) + 2 * absent
    found: dict[tuple[int, float], Candidate] = {}
    pieces: dict[int, int] = {}  # song -> piece
    for centre in dict.fromkeys(_centres(blocks, wishes.tolerances)):
        for candidate in _around(index, centre, wishes, most=most):
            piece = pieces.setdefault(candidate.song_id, candidate.piece)
            # Files of a piece that another ring lacks must not part it.
            piece = pieces.setdefault(candidate.piece, piece)
            key = candidate.song_id, candidate.pace.bpm
            found.setdefault(key, replace(candidate, piece=piece))
    return [_without_intro(one, wishes.intros) for one in found.values()]


def _without_intro(one: Candidate, intros: Intros | None) -> Candidate:
    """Return a song as it is played without its intro, as far as that is known."""
    begins = None if intros is None else intros.known(one.fingerprint)
    if begins is None or one.duration is None or begins >= one.duration:
        return one
    return replace(one, begins=begins, duration=one.duration - begins)


def _centres(blocks: Sequence[Block], tolerances: Sequence[float]) -> Iterator[_Centre]:
    for place, (block, tolerance) in enumerate(zip(blocks, tolerances, strict=True)):
        steps = max(1, round((block.highest - block.lowest) / APART)) if block.is_ramp else 1
        beside = (*blocks[max(0, place - 1) : place], *blocks[place + 1 : place + 2])
        whole = any(_may_share(block, other, tolerance) for other in beside)
        for step in range(steps + 1 if block.is_ramp else 1):
            yield _Centre(
                cadence=block.first + (block.last - block.first) * step / steps,
                tolerance=tolerance,
                asked=block.asked,
                whole=whole,
            )


def _may_share(block: Block, other: Block, tolerance: float) -> bool:
    """Whether one song could serve two blocks: both are short, and their cadences a ratio."""
    if max(block.seconds, other.seconds) > SHORT:
        return False
    low, high = sorted((block.first, other.first))
    widest = (1 + tolerance) / (1 - tolerance)
    return any(ratio / widest <= high / low <= ratio * widest for ratio in RATIOS)


def _around(index: SongIndex, centre: _Centre, wishes: Wishes, *, most: int) -> Sequence[Candidate]:
    cadence, tolerance = centre.cadence, centre.tolerance
    for ring in (1.0,) if centre.whole else RINGS:
        reach = ring * tolerance + SLACK
        candidates = song_pool(
            index,
            low=cadence * (1 - reach),
            high=cadence * (1 + reach),
            min_confidence=wishes.min_confidence,
            where=wishes.where,
            listener=wishes.listener,
        ).candidates
        if len(candidates) < most:
            continue
        worths = [one.worth(cadence, tolerance, centre.asked) for one in candidates]
        worths.sort(reverse=True)
        if worths[most - 1] >= 1 - ring**2 / 2 - EASE:
            break
    return candidates
