"""Which songs fit a cadence, and how well."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import takewhile
from typing import Protocol

from pacetag.db.index import SongIndex
from pacetag.db.records import EVERY_SONG, Condition, Opinion, PaceQuery, SongRecord
from pacetag.model.judgement import Pace
from pacetag.tagger.playlist.entries import PlaylistEntry
from pacetag.tagger.playlist.intensity import Asked
from pacetag.tagger.playlist.listener import NO_LISTENER, Listener
from pacetag.tagger.playlist.worth import LOVED
from pacetag.tagger.playlist.worth import worth as worth_of
from pacetag.tagger.text.piece_names import Named, stored_name

# Binary fractions put 171.6 at 1.0400000000000000355 times 165; it must still be within 4 %.
SLACK = 1e-9
# More than two ways of computing a worth, and its rounding, can differ by.
DOUBT = 1e-9
FIRST = 64  # paces in the first part of a ranking; an hour takes some twenty songs


@dataclass(frozen=True, kw_only=True)
class Sought:
    """The paces that are sought."""

    cadence: float  # steps per minute
    tolerance: float  # as a share of the cadence
    min_confidence: float  # 0..1
    where: Condition = EVERY_SONG  # which songs may come
    asked: Asked | None = None  # intensity of the songs; None: none in particular
    listener: Listener = NO_LISTENER
    seed: int | None = None  # of a shuffled ranking; None: by worth

    def rated(self, entry: PlaylistEntry) -> float:
        """Return what entries are ranked by: the worth, or a random number that it weighs.

        The latter orders songs as if they were drawn one by one, by the square of their worth
        (Efraimidis and Spirakis 2006). The piece alone decides its number, and the seed.
        """
        own = worth(entry, self.tolerance, self.asked)
        return own if self.seed is None else _drawn(self.seed, entry.song, own)


@dataclass(frozen=True, kw_only=True)
class Part:
    """The beginning of a ranking."""

    entries: list[PlaylistEntry]  # best first
    least: float | None = None  # all that is worth more is here; None: all there is


class Sounding(Named, Protocol):
    """A song or pace with what tells its piece and its sound."""

    @property
    def path(self) -> str:
        """Absolute."""

    @property
    def fingerprint(self) -> str | None:
        """Of its sound, hex."""


def _drawn(seed: int, song: Sounding, own: float) -> float:
    """Return a random number from 0 to 1 that is likely to be larger for a song of more worth.

    It is the same for all formats of a piece, if they are worth the same.
    """
    if own <= 0:
        return 0.0
    piece = stored_name(song) or song.fingerprint or song.path
    known = f"{seed}\n{piece}".encode("utf-8", "surrogateescape")
    number = int.from_bytes(hashlib.blake2b(known, digest_size=7).digest()) + 1
    return float((number / (1 << 56)) ** (1 / own**2))


def all_entries(index: SongIndex, sought: Sought) -> list[PlaylistEntry]:
    """Return all songs of the index that fit, as `best_entries` does."""
    cadence, reach = sought.cadence, sought.tolerance + SLACK
    found = index.matches(
        low=cadence * (1 - reach),
        high=cadence * (1 + reach),
        min_confidence=sought.min_confidence,
        where=sought.where,
    )
    return best_entries((match.song for match in found), sought)


def first_entries(index: SongIndex, sought: Sought, *, first: int = FIRST) -> Iterator[Part]:
    """Yield growing first parts of what `all_entries` returns, the last one whole.

    The index ranks paces by confidence and closeness without reading songs, and only the songs of
    the `first` best paces are read, then those of more. Nothing but love lifts a song above that,
    and loved songs are all read, so what a pace that was left out could be worth is known. An entry
    that is worth no more is left out as well, since that one may rank before it: so each part is
    exact.
    """
    tolerance = sought.tolerance
    query = PaceQuery(
        centre=float(sought.cadence),
        reach=tolerance + SLACK,
        min_confidence=sought.min_confidence,
        fall=0.5 / tolerance**2 if tolerance > 0 else 0.0,  # as `worth.closeness` has it
        where=sought.where,
    )
    loved = index.loved(query) if sought.listener.loves_any else []
    most = LOVED if sought.listener.loves_by_name else 1.0
    at_most = first
    while True:
        found = index.best(query, at_most=at_most)
        songs = {song.path: song for song in (*found.songs, *loved)}
        entries = best_entries(songs.values(), sought)
        if found.left is None:
            yield Part(entries=entries)
            return
        least = found.left * most + DOUBT
        yield Part(entries=_worth_more(entries, least, sought), least=least)
        at_most *= 4


def drawn_entries(index: SongIndex, sought: Sought, *, first: int = FIRST) -> Iterator[Part]:
    """Yield growing first parts of a shuffled ranking, the last one whole.

    All paces that fit are drawn for, but only the songs that come first are read whole.
    """
    drawn: dict[int, tuple[float, float]] = {}  # worth and number by song
    cadence, reach = sought.cadence, sought.tolerance + SLACK
    for pace in index.offered(
        low=cadence * (1 - reach),
        high=cadence * (1 + reach),
        min_confidence=sought.min_confidence,
        where=sought.where,
    ):
        ago = sought.listener.ago(pace)
        own = worth_of(
            pace.pace.confidence,
            pace.pace.bpm / cadence - 1,
            sought.tolerance,
            stability=pace.stability,
            intensity=pace.intensity,
            asked=sought.asked,
            ago=None if sought.listener.rests(ago) else ago,
            loved=sought.listener.opinion(pace) is Opinion.LOVED,
        )
        if own > drawn.get(pace.song_id, (-1.0,))[0]:
            drawn[pace.song_id] = own, _drawn(sought.seed or 0, pace, own)
    order = sorted(drawn, key=lambda song: -drawn[song][1])
    at_most = first
    while True:
        songs = index.songs_of(order[:at_most])
        entries = best_entries(songs.values(), sought)
        if at_most >= len(order):
            yield Part(entries=entries)
            return
        least = drawn[order[at_most]][1]
        yield Part(entries=[one for one in entries if sought.rated(one) > least], least=least)
        at_most *= 4


def _worth_more(
    entries: Iterable[PlaylistEntry], least: float, sought: Sought
) -> list[PlaylistEntry]:
    return list(takewhile(lambda entry: _own(entry, sought) > least, entries))


def _own(entry: PlaylistEntry, sought: Sought) -> float:
    return worth(entry, sought.tolerance, sought.asked)


def best_entries(songs: Iterable[SongRecord], sought: Sought) -> list[PlaylistEntry]:
    """Return the songs that fit, each with its best pace, best first.

    A pace fits when it is within the tolerance of the cadence and confident enough. Songs of equal
    worth are sorted by artist, title and path.
    """
    entries = []
    for song in songs:
        fitting = _fitting(song, sought)
        if fitting:
            entries.append(max(fitting, key=lambda entry: _own(entry, sought)))
    return sorted(entries, key=lambda entry: (-sought.rated(entry), _name(entry.song)))


def worth(entry: PlaylistEntry, tolerance: float, asked: Asked | None = None) -> float:
    """Return how good the entry is for this run, 0 to 1.1; see `worth.worth`.

    One that rests has the worth that it would have come by, to tell whether it is missed.
    """
    return worth_of(
        entry.pace.confidence,
        entry.deviation,
        tolerance,
        stability=entry.song.analysis.stability,
        intensity=entry.song.analysis.intensity,
        asked=asked,
        ago=None if entry.rests else entry.ago,
        loved=entry.opinion is Opinion.LOVED,
    )


def _fitting(song: SongRecord, sought: Sought) -> list[PlaylistEntry]:
    fitting = [
        pace
        for pace in song.paces
        if _is_near(pace, sought) and pace.confidence >= sought.min_confidence
    ]
    if not fitting:
        return []
    opinion, ago = sought.listener.opinion(song), sought.listener.ago(song)
    return [
        PlaylistEntry(
            song=song,
            pace=pace,
            deviation=pace.bpm / sought.cadence - 1,
            opinion=opinion,
            ago=ago,
            rests=sought.listener.rests(ago),
        )
        for pace in fitting
    ]


def _is_near(pace: Pace, sought: Sought) -> bool:
    return abs(pace.bpm / sought.cadence - 1) <= sought.tolerance + SLACK


def _name(song: SongRecord) -> tuple[bool, str, bool, str, str]:
    """Return the sort key for songs of equal worth: songs without names last."""
    artist, title = song.artist or "", song.title or ""
    return not artist, artist.casefold(), not title, title.casefold(), song.path
