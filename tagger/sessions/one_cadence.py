"""Songs for one cadence that add up to a duration: a run of one block."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from pacetag.db.index import SongIndex
from pacetag.db.records import Opinion
from pacetag.tagger.library.presence import Presence
from pacetag.tagger.playlist.entries import Playlist, PlaylistEntry
from pacetag.tagger.playlist.ranking import worth
from pacetag.tagger.sessions.building import build_session
from pacetag.tagger.sessions.diagnosis import WITHOUT, Remedy, remedies
from pacetag.tagger.sessions.plan import LONGEST, Block, Plan
from pacetag.tagger.sessions.pool_of_plan import Wishes
from pacetag.tagger.stretching.factor import factor_of


def in_time(index: SongIndex, found: Playlist, wishes: Wishes, presence: Presence) -> Playlist:
    """Return a playlist for one cadence whose songs add up to its duration, in a good order.

    Where all that fits lasts less, all of it stays, those of unknown length last.
    """
    if not found.entries or not found.wanted or found.wanted > LONGEST:
        return found
    if wishes.exact:
        found = replace(found, total=_total(found.entries, found.cadence, exact=True))
    session = build_session(index, Plan(blocks=(_block(found),)), wishes, presence)
    entries = [
        PlaylistEntry(
            song=one.song,
            pace=one.pace,
            deviation=one.deviation,
            opinion=Opinion.LOVED if one.loved else None,
            ago=one.ago,
            begins=round(one.begins / one.factor, 3),
        )
        for one in session.entries
    ]
    if found.is_short:
        taken = {entry.song.path for entry in entries}
        entries += [entry for entry in found.entries if entry.song.path not in taken]
    best = sorted(entries, key=lambda entry: -worth(entry, found.tolerance, found.asked))
    ranks = {entry.song.path: rank for rank, entry in enumerate(best)}
    entries = [replace(entry, rank=ranks[entry.song.path]) for entry in entries]
    total = _total(entries, found.cadence, exact=wishes.exact)
    timed = not found.is_short
    return replace(found, entries=tuple(entries), total=total, timed=timed) if entries else found


def _total(entries: Iterable[PlaylistEntry], cadence: float, *, exact: bool) -> float:
    """Return how long songs last, if they are stretched to exactly the cadence or not."""
    return sum(
        (one.seconds or 0.0) * (factor_of(one.pace.bpm, cadence) if exact else 1.0)
        for one in entries
    )


def other_remedies(index: SongIndex, found: Playlist, wishes: Wishes) -> Iterator[Remedy]:
    """Yield what besides tolerance and filters would add songs to a playlist that is too short."""
    if not found.is_short or found.gone or found.silent:
        return
    for each in remedies(index, [_block(found)], wishes):
        if not each.option.startswith(("--tolerance", WITHOUT)):
            yield each


def _block(found: Playlist) -> Block:
    return Block(
        seconds=found.wanted or 1.0, first=found.cadence, last=found.cadence, asked=found.asked
    )
