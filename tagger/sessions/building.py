"""From a plan and the index to a run."""

import random
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from pacetag.db.index import SongIndex
from pacetag.db.records import SongRecord
from pacetag.tagger.library.presence import Place, Presence
from pacetag.tagger.playlist.pool import Candidate
from pacetag.tagger.sessions.block_pools import BlockPool, block_pools, songs_needed
from pacetag.tagger.sessions.filling import fill
from pacetag.tagger.sessions.plan import Plan
from pacetag.tagger.sessions.pool_of_plan import Wishes, pool_of_plan
from pacetag.tagger.sessions.session import FilledBlock, Session, SessionSong
from pacetag.tagger.sessions.short_blocks import stretches_of
from pacetag.tagger.sessions.stretches import Kind, Offer, Stretch

ROUNDS = 64  # of looking for songs that are there
HEARINGS = 8  # rounds of hearing the intros of songs that were picked
LEAD = 24.0  # s of a song that is cut are left out at its begin, which often has no beat yet
VARIED = 0.15  # share of the worth by which a seed varies it


def build_session(
    index: SongIndex, plan: Plan, wishes: Wishes, presence: Presence | None = None
) -> Session:
    """Fill the blocks of a plan with songs of the index (see `losses` for what is best).

    `presence` tells which songs are where the index says; without it all are taken to be there.
    Raises SongIndexError.
    """
    chosen = _Chosen(index, plan, wishes, presence)
    for _ in range(HEARINGS):
        stretches = chosen.stretches()
        filling = fill(_varied(stretches, wishes.seed))
        songs = _Songs(index, chosen.pools, stretches, filling.picks)
        if wishes.intros is None or not wishes.intros.hear(songs.records):
            break
    return Session(plan=plan, blocks=songs.blocks(), gone=chosen.gone, silent=chosen.silent)


class _Chosen:
    """The songs that are tried, all of which are there."""

    def __init__(
        self, index: SongIndex, plan: Plan, wishes: Wishes, presence: Presence | None
    ) -> None:
        self._index, self._plan, self._wishes, self._presence = index, plan, wishes, presence
        self._gone: set[str] = set()
        self._silent: set[str] = set()
        self.pools: list[BlockPool] = []

    @property
    def gone(self) -> int:
        """How many songs were looked for and are gone."""
        return len(self._gone)

    @property
    def silent(self) -> int:
        """How many lie on disks that do not answer."""
        return len(self._silent)

    def stretches(self) -> list[Stretch]:
        """Return the stretches with songs that are there."""
        for _ in range(ROUNDS):
            absent = self.gone + self.silent
            self.pools = block_pools(
                pool_of_plan(self._index, self._plan.blocks, self._wishes, absent=absent),
                self._plan.blocks,
                self._wishes.tolerances,
                without=frozenset(self._gone | self._silent),
                exact=self._wishes.exact,
            )
            needed = songs_needed(self.pools)
            found = stretches_of(
                self.pools, needed=needed, cuts=self._wishes.cuts, seed=self._wishes.seed
            )
            if self._are_there(found):
                break
        return found

    def _are_there(self, stretches: Sequence[Stretch]) -> bool:
        """Whether all songs that are tried are there; those that are not are noted."""
        if self._presence is None:
            return True
        paths = {
            self.pools[stretch.blocks.start].pieces[int(offer.piece)].path
            for stretch in stretches
            for offer in stretch.offers
        }
        places = self._presence.of(sorted(paths))
        gone = {path for path, place in places.items() if place is Place.GONE}
        silent = {path for path, place in places.items() if place is Place.SILENT}
        self._gone |= gone
        self._silent |= silent
        return not gone | silent


def _varied(stretches: Sequence[Stretch], seed: int | None) -> list[Stretch]:
    """Return the stretches with worths that a seed has varied, the same for each piece."""
    if seed is None:
        return list(stretches)

    def varied(offer: Offer) -> Offer:
        part = random.Random(f"{seed} {offer.piece}").random()
        return replace(offer, worth=offer.worth * (1 - VARIED * part))

    return [replace(each, offers=tuple(map(varied, each.offers))) for each in stretches]


class _Songs:
    """The blocks with the whole songs that were picked for them."""

    def __init__(
        self,
        index: SongIndex,
        pools: Sequence[BlockPool],
        stretches: Sequence[Stretch],
        picks: Sequence[Sequence[Offer]],
    ) -> None:
        self._pools, self._stretches, self._picks = pools, stretches, picks
        ids = [
            self._of(each.blocks.start, offer).song_id
            for each, offers in zip(stretches, picks, strict=True)
            for offer in offers
        ]
        self._records = index.songs_of(ids)

    @property
    def records(self) -> Collection[SongRecord]:
        """The songs."""
        return self._records.values()

    def blocks(self) -> tuple[FilledBlock, ...]:
        """Return the blocks; the clock runs on from one to the next."""
        at, found = 0.0, []
        for stretch, offers in zip(self._stretches, self._picks, strict=True):
            for place in stretch.blocks:
                songs = tuple(self._songs_of(stretch, place, offers, at))
                at += sum(song.play for song in songs)
                pool = self._pools[place]
                found.append(
                    FilledBlock(
                        block=pool.block,
                        tolerance=pool.tolerance,
                        songs=songs,
                        fitting=len(pool.pieces),
                        fitting_seconds=pool.seconds,
                    )
                )
        return tuple(found)

    def _songs_of(
        self, stretch: Stretch, place: int, offers: Sequence[Offer], at: float
    ) -> Iterator[SessionSong]:
        block, begun = self._pools[place].block, at
        for offer in offers:
            one = self._of(place, offer)
            played = stretch.played(offer, at - begun)
            play, factor = played.seconds, played.factor
            begins = (one.begins or 0.0) * factor
            cadence = played.cadence
            if stretch.kind is Kind.SHARED:
                first = self._pools[stretch.blocks.start]
                factor = first.factor(self._of(stretch.blocks.start, offer))
                begins = (one.begins or 0.0) * factor
                before = sum(self._pools[p].block.seconds for p in range(stretch.blocks[0], place))
                is_last = place == stretch.blocks[-1]
                play = offer.seconds - before if is_last else block.seconds
                begins += before
                cadence = block.cadence_at(play / 2)
            elif stretch.kind is Kind.CUT and one.begins is None:
                begins = LEAD if (one.duration or 0.0) * factor >= play + 2 * LEAD else 0.0
            yield SessionSong(
                song=self._record(one),
                pace=one.pace,
                cadence=cadence,
                start=at,
                play=play,
                begins=begins,
                factor=factor,
                goes_on=place > stretch.blocks[0],
                is_cut=stretch.kind is Kind.CUT,
                ago=one.ago,
                loved=one.loved,
            )
            at += play

    def _of(self, place: int, offer: Offer) -> Candidate:
        return self._pools[place].pieces[int(offer.piece)]

    def _record(self, one: Candidate) -> SongRecord:
        return self._records[one.song_id]
