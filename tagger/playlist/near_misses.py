"""How many songs wider tolerances would give, where too few fit."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

from pacetag.db.index import SongIndex
from pacetag.db.records import EVERY_SONG, Condition, Nearest, PaceQuery, SongRecord
from pacetag.tagger.playlist.entries import NearMiss
from pacetag.tagger.playlist.pieces import is_same_piece
from pacetag.tagger.playlist.ranking import SLACK
from pacetag.tagger.text.piece_names import Name, piece_name

# Shares of the cadence. Beyond the last one the songs are for another run.
TOLERANCES = (0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.08, 0.10, 0.15, 0.20)
CLOSELY = 20_000  # songs that are compared by name; more take seconds


def near_misses(
    index: SongIndex,
    cadence: float,
    *,
    min_confidence: float,
    beyond: float = 0.0,
    where: Condition = EVERY_SONG,
    tolerances: Sequence[float] = TOLERANCES,
) -> tuple[NearMiss, ...]:
    """Return the tolerances at which more songs fit than at the one before, nearest first.

    Args:
        index: the songs.
        cadence: steps per minute.
        min_confidence: 0..1, as for the playlist.
        beyond: only tolerances that are wider than this.
        where: which songs may come.
        tolerances: those that are tried, the narrowest first.
    """
    reaches = [tolerance + SLACK for tolerance in tolerances]
    query = PaceQuery(
        centre=float(cadence), reach=reaches[-1], min_confidence=min_confidence, where=where
    )
    fitting: Counter[int] = Counter()
    lasting: defaultdict[int, float] = defaultdict(float)
    for song in _once(index, index.nearest(query)):
        place = bisect_left(reaches, song.off)
        fitting[place] += 1
        lasting[place] += song.duration or 0.0
    near: list[NearMiss] = []
    songs, seconds = 0, 0.0
    for place, tolerance in enumerate(tolerances):
        songs, seconds = songs + fitting[place], seconds + lasting[place]
        if fitting[place] and tolerance > beyond:
            near.append(NearMiss(tolerance=tolerance, songs=songs, seconds=seconds))
    return tuple(near)


def _once(index: SongIndex, found: Iterator[Nearest]) -> Iterator[Nearest]:
    """Each piece once, where it is nearest; of very many songs only copies are told apart."""
    first = list(islice(found, CLOSELY + 1))
    if len(first) > CLOSELY:
        yield from chain(first, found)
        return
    named: dict[Name, list[Nearest]] = {}
    for song in sorted(first, key=lambda song: song.off):
        name = piece_name(song)
        if name is None:
            yield song
        else:
            named.setdefault(name, []).append(song)
    alike = [song.song_id for songs in named.values() if len(songs) > 1 for song in songs]
    records = index.songs_of(alike) if alike else {}
    for songs in named.values():
        yield from songs if len(songs) == 1 else _apart(songs, records)


def _apart(songs: Iterable[Nearest], records: dict[int, SongRecord]) -> Iterator[Nearest]:
    """The songs of one name without those that are another format of an earlier one."""
    kept: list[SongRecord] = []
    for song in songs:
        record = records.get(song.song_id)
        if record is None or not any(is_same_piece(each, record) for each in kept):
            yield song
            kept += [record] if record is not None else []
