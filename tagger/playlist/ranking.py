"""Which songs fit a cadence, and how well."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import takewhile

from pacetag.db.index import SongIndex
from pacetag.db.records import PaceQuery, SongRecord
from pacetag.model.judgement import Pace
from pacetag.tagger.playlist.entries import PlaylistEntry

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


def all_entries(index: SongIndex, sought: Sought) -> list[PlaylistEntry]:
    """Return all songs of the index that fit, as `best_entries` does."""
    cadence, reach = sought.cadence, sought.tolerance + SLACK
    found = index.matches(
        low=cadence * (1 - reach), high=cadence * (1 + reach), min_confidence=sought.min_confidence
    )
    return best_entries((match.song for match in found), sought)


def first_entries(
    index: SongIndex, sought: Sought, *, first: int = FIRST
) -> Iterator[list[PlaylistEntry]]:
    """Yield growing first parts of what `all_entries` returns, the last one whole.

    The index ranks paces by their worth without reading songs, and only the songs of the `first`
    best paces are read, then those of more. An entry that is worth no more than a pace that was
    left out is left out as well, since that one may rank before it: so each part is exact.
    """
    tolerance = sought.tolerance
    query = PaceQuery(
        centre=float(sought.cadence),
        reach=tolerance + SLACK,
        min_confidence=sought.min_confidence,
        fall=0.5 / tolerance**2 if tolerance > 0 else 0.0,  # as `worth` has it
    )
    at_most = first
    while True:
        found = index.best(query, at_most=at_most)
        entries = best_entries(found.songs, sought)
        if found.left is None:
            yield entries
            return
        yield _worth_more(entries, found.left + DOUBT, tolerance)
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
    return sorted(entries, key=lambda entry: (-worth(entry, tolerance), _name(entry.song)))


def worth(entry: PlaylistEntry, tolerance: float) -> float:
    """Return how good the song is for this run, 0..1: confidence times closeness.

    The confidence is the probability that a runner can step to the pace. Closeness is 1 on the
    cadence and falls as a parabola to one half at the edge of the tolerance, since one per cent is
    hardly felt and the last one clearly. So a song at the edge must have twice the confidence of
    one on the cadence to rank with it. Rounded, so that equal songs are equal on every machine.
    """
    part = abs(entry.deviation) / tolerance if tolerance > 0 else 0.0
    return round(entry.pace.confidence * (1 - part**2 / 2), 9)


def _fitting(song: SongRecord, sought: Sought) -> list[PlaylistEntry]:
    return [
        PlaylistEntry(song=song, pace=pace, deviation=pace.bpm / sought.cadence - 1)
        for pace in song.paces
        if _is_near(pace, sought) and pace.confidence >= sought.min_confidence
    ]


def _is_near(pace: Pace, sought: Sought) -> bool:
    return abs(pace.bpm / sought.cadence - 1) <= sought.tolerance + SLACK


def _name(song: SongRecord) -> tuple[bool, str, bool, str, str]:
    """Return the sort key for songs of equal worth: songs without names last."""
    artist, title = song.artist or "", song.title or ""
    return not artist, artist.casefold(), not title, title.casefold(), song.path
