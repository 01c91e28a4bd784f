"""Which songs fit a cadence, and how well."""

from collections.abc import Iterable, Iterator
from itertools import takewhile

from pacetag.db.index import SongIndex
from pacetag.db.records import PaceQuery, PaceRecord, SongRecord
from pacetag.tagger.playlist.entries import PlaylistEntry

# Binary fractions put 171.6 at 1.0400000000000000355 times 165; it shall still be within 4 %.
SLACK = 1e-9
# Beyond what two ways of reckoning a worth, and its rounding, can differ by.
DOUBT = 1e-9
FIRST = 64  # paces in the first part of a ranking; an hour takes some twenty songs


def all_entries(
    index: SongIndex, cadence: float, *, tolerance: float, min_confidence: float
) -> list[PlaylistEntry]:
    """Return all songs of the index that fit, as `best_entries` does."""
    reach = tolerance + SLACK
    found = index.matches(
        low=cadence * (1 - reach), high=cadence * (1 + reach), min_confidence=min_confidence
    )
    songs = (match.song for match in found)
    return best_entries(songs, cadence, tolerance=tolerance, min_confidence=min_confidence)


def first_entries(
    index: SongIndex,
    cadence: float,
    *,
    tolerance: float,
    min_confidence: float,
    first: int = FIRST,
) -> Iterator[list[PlaylistEntry]]:
    """Yield growing first parts of what `all_entries` returns, the last one whole.

    The index ranks paces by their worth without looking at songs, and only the songs of the `first`
    best paces are read, then those of more. What is worth no more than a pace that was left out
    stays out as well, since that one may come before it: so each part is exact.
    """
    query = PaceQuery(
        centre=float(cadence),
        reach=tolerance + SLACK,
        min_confidence=min_confidence,
        fall=0.5 / tolerance**2 if tolerance > 0 else 0.0,  # as `worth` has it
    )
    at_most = first
    while True:
        found = index.best(query, at_most=at_most)
        entries = best_entries(
            found.songs, cadence, tolerance=tolerance, min_confidence=min_confidence
        )
        if found.left is None:
            yield entries
            return
        yield _worth_more(entries, found.left + DOUBT, tolerance)
        at_most *= 4


def _worth_more(
    entries: Iterable[PlaylistEntry], least: float, tolerance: float
) -> list[PlaylistEntry]:
    return list(takewhile(lambda entry: worth(entry, tolerance) > least, entries))


def best_entries(
    songs: Iterable[SongRecord], cadence: float, *, tolerance: float, min_confidence: float
) -> list[PlaylistEntry]:
    """Return the songs that fit, each with its best pace, best first, no audio twice.

    A pace fits when it is within `tolerance` (a part of the cadence) of `cadence` (steps per
    minute) and at least as sure as `min_confidence`. Songs of equal worth come by artist, title
    and path. Of copies of the same audio (equal fingerprints) the first one stays.
    """
    entries = []
    for song in songs:
        fitting = _fitting(song, cadence, tolerance, min_confidence)
        if fitting:
            entries.append(max(fitting, key=lambda entry: worth(entry, tolerance)))
    entries.sort(key=lambda entry: (-worth(entry, tolerance), _name(entry.song)))
    return list(_without_copies(entries))


def worth(entry: PlaylistEntry, tolerance: float) -> float:
    """Return how good the song is for this run, 0..1: confidence times closeness.

    The confidence is the probability that the pace can be stepped to. Closeness is what it is
    worth if so: 1 on the cadence, falling as a parabola, since one per cent is hardly felt and the
    last one clearly, to one half at the edge of the tolerance. So a song at the edge must be twice
    as sure as one on the cadence to come level with it. Rounded, so that equal songs are equal
    whichever way the arithmetic went.
    """
    part = abs(entry.deviation) / tolerance if tolerance > 0 else 0.0
    return round(entry.pace.confidence * (1 - part**2 / 2), 9)


def _fitting(
    song: SongRecord, cadence: float, tolerance: float, min_confidence: float
) -> list[PlaylistEntry]:
    return [
        PlaylistEntry(song=song, pace=pace, deviation=pace.bpm / cadence - 1)
        for pace in song.paces
        if _is_near(pace, cadence, tolerance) and pace.confidence >= min_confidence
    ]


def _is_near(pace: PaceRecord, cadence: float, tolerance: float) -> bool:
    return abs(pace.bpm / cadence - 1) <= tolerance + SLACK


def _name(song: SongRecord) -> tuple[bool, str, bool, str, str]:
    """Return the key for songs of equal worth: nameless ones last."""
    artist, title = song.artist or "", song.title or ""
    return not artist, artist.casefold(), not title, title.casefold(), song.path


def _without_copies(entries: Iterable[PlaylistEntry]) -> Iterator[PlaylistEntry]:
    heard: set[str] = set()
    for entry in entries:
        audio = entry.song.fingerprint
        if audio not in heard:
            yield entry
        if audio is not None:  # unknown audio is nobody's copy
            heard.add(audio)
