"""When nothing fits: how far the tolerance must go for how many songs."""

from pacetag.db.index import SongIndex
from pacetag.tagger.playlist.entries import NearMiss
from pacetag.tagger.playlist.ranking import SLACK, best_entries

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
    reach = TOLERANCES[-1] + SLACK
    found = index.matches(
        low=cadence * (1 - reach), high=cadence * (1 + reach), min_confidence=min_confidence
    )
    songs = [match.song for match in found]
    near: list[NearMiss] = []
    for tolerance in TOLERANCES:
        fitting = best_entries(songs, cadence, tolerance=tolerance, min_confidence=min_confidence)
        if len(fitting) > (near[-1].songs if near else 0):
            near.append(NearMiss(tolerance=tolerance, songs=len(fitting)))
    return tuple(near)
