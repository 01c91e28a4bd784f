"""When nothing fits: how far the tolerance must go for how many songs."""

from bisect import bisect_left
from collections import Counter

from pacetag.db.index import SongIndex
from pacetag.db.records import PaceQuery
from pacetag.tagger.playlist.entries import NearMiss
from pacetag.tagger.playlist.ranking import SLACK

# Parts of the cadence. Beyond the last one it is another run, not a wider tolerance.
TOLERANCES = (0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.08, 0.10, 0.15, 0.20)


def near_misses(index: SongIndex, cadence: float, *, min_confidence: float) -> tuple[NearMiss, ...]:
    """Return the tolerances at which more songs fit than at the one before, nearest first.

    Meant for when nothing fits: then narrower tolerances give nothing either and are not named.

    Args:
        index: the songs.
        cadence: steps per minute.
        min_confidence: 0..1, as for the playlist.
    """
    reaches = [tolerance + SLACK for tolerance in TOLERANCES]
    query = PaceQuery(centre=float(cadence), reach=reaches[-1], min_confidence=min_confidence)
    first_fit = Counter(bisect_left(reaches, off) for off in index.distances(query))
    near: list[NearMiss] = []
    fitting = 0
    for place, tolerance in enumerate(TOLERANCES):
        if first_fit[place]:
            fitting += first_fit[place]
            near.append(NearMiss(tolerance=tolerance, songs=fitting))
    return tuple(near)
