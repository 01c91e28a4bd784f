"""Which songs fit a cadence, and how well."""

from collections.abc import Iterable, Iterator

from pacetag.db.records import PaceRecord, SongRecord
from pacetag.tagger.playlist.entries import PlaylistEntry

# Binary fractions put 171.6 at 1.0400000000000000355 times 165; it shall still be within 4 %.
SLACK = 1e-9


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
