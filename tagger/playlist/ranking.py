"""Which songs fit a cadence, and how well."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import takewhile

from pacetag.db.index import SongIndex
from pacetag.db.records import EVERY_SONG, Condition, Opinion, PaceQuery, SongRecord
from pacetag.model.judgement import Pace
from pacetag.tagger.playlist.entries import PlaylistEntry
from pacetag.tagger.playlist.listener import NOBODY, Listener
from pacetag.tagger.playlist.worth import LOVED
from pacetag.tagger.playlist.worth import worth as worth_of

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
    listener: Listener = NOBODY
    seed: int | None = None  # of a shuffled ranking; None: by worth

    def rated(self, entry: PlaylistEntry) -> float:
        """Return what entries are ranked by: the worth, or a random number that it weighs.

        The latter orders songs as if they were drawn one by one, by the square of their worth
        (Efraimidis and Spirakis 2006). The song alone decides its number, and the seed.
        """
        own = worth(entry, self.tolerance)
        if self.seed is None or own <= 0:
            return own
        song = f"{self.seed}\n{entry.song.fingerprint or entry.song.path}".encode(
            "utf-8", "surrogateescape"
        )
        drawn = int.from_bytes(hashlib.blake2b(song, digest_size=7).digest()) + 1
        return float((drawn / (1 << 56)) ** (1 / own**2))


@dataclass(frozen=True, kw_only=True)
class Part:
    """The beginning of a ranking."""

    entries: list[PlaylistEntry]  # best first
    least: float | None = None  # all that is worth more is here; None: all there is


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
    so what a pace that was left out could be worth is known. An entry that is worth no more is left
    out as well, since that one may rank before it: so each part is exact.
    """
    tolerance = sought.tolerance
    query = PaceQuery(
        centre=float(sought.cadence),
        reach=tolerance + SLACK,
        min_confidence=sought.min_confidence,
        fall=0.5 / tolerance**2 if tolerance > 0 else 0.0,  # as `worth.closeness` has it
        where=sought.where,
    )
    most = LOVED if sought.listener.loves_any else 1.0
    at_most = first
    while True:
        found = index.best(query, at_most=at_most)
        entries = best_entries(found.songs, sought)
        if found.left is None:
            yield Part(entries=entries)
            return
        least = found.left * most + DOUBT
        yield Part(entries=_worth_more(entries, least, tolerance), least=least)
        at_most *= 4


def _worth_more(
    entries: Iterable[PlaylistEntry], least: float, tolerance: float
) -> list[PlaylistEntry]:
    return list(takewhile(lambda entry: worth(entry, tolerance) > least, entries))


def best_entries(songs: Iterable[SongRecord], sought: Sought) -> list[PlaylistEntry]:
    """Return the songs that fit, each with its best pace, best first.

    A pace fits when it is within the tolerance of the cadence and confident enough. Songs of equal
    worth are sorted by artist, title and path.
    """
    tolerance, entries = sought.tolerance, []
    for song in songs:
        fitting = _fitting(song, sought)
        if fitting:
            entries.append(max(fitting, key=lambda entry: worth(entry, tolerance)))
    return sorted(entries, key=lambda entry: (-sought.rated(entry), _name(entry.song)))


def worth(entry: PlaylistEntry, tolerance: float) -> float:
    """Return how good the entry is for this run, 0 to 1.1; see `worth.worth`."""
    return worth_of(
        entry.pace.confidence,
        entry.deviation,
        tolerance,
        stability=entry.song.analysis.stability,
        ago=entry.ago,
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
        )
        for pace in fitting
    ]


def _is_near(pace: Pace, sought: Sought) -> bool:
    return abs(pace.bpm / sought.cadence - 1) <= sought.tolerance + SLACK


def _name(song: SongRecord) -> tuple[bool, str, bool, str, str]:
    """Return the sort key for songs of equal worth: songs without names last."""
    artist, title = song.artist or "", song.title or ""
    return not artist, artist.casefold(), not title, title.casefold(), song.path
