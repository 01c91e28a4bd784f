"""All songs that a run may take from, as light values: what a plan chooses among.

    pool = song_pool(index, low=150, high=170, listener=listener_of(index))
    best = max(pool.candidates, key=lambda one: one.worth(165, tolerance=0.04))

Candidates of one piece share `piece`, of one artist `artist`. A plan takes a piece once, by the
first of its candidates whose file is there: the file to prefer comes first. `SongIndex.songs_of`
gives the whole songs of those that were chosen.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pacetag.db.index import SongIndex
from pacetag.db.pool import OfferedPace
from pacetag.db.records import EVERY_SONG, Condition, Opinion, Standing
from pacetag.model.judgement import Pace
from pacetag.tagger.playlist.intensity import Asked
from pacetag.tagger.playlist.listener import NO_LISTENER, Listener
from pacetag.tagger.playlist.pieces import by_preference, gathered
from pacetag.tagger.playlist.worth import worth
from pacetag.tagger.text.piece_names import artist_key


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A song with one of its paces. A song comes once for each pace in the range."""

    song_id: int
    path: str  # absolute
    fingerprint: str | None
    piece: int  # the same for all files of a piece
    artist: str  # the same for all songs of an artist; "" where it is not known
    pace: Pace
    duration: float | None  # seconds; without an intro that is left out
    stability: float | None  # coefficient of variation of the tempo
    intensity: float | None  # 0 to 1; None: not measured
    ago: int | None  # how many playlists ago it was in one, 1 for the last; None: in none
    loved: bool
    begins: float | None = None  # s that are left out; None: it is not known how many to

    def worth(self, cadence: float, tolerance: float, asked: Asked | None = None) -> float:
        """Return how good it is for a cadence, 0 to 1.1; see `worth.worth`."""
        return worth(
            self.pace.confidence,
            self.pace.bpm / cadence - 1,
            tolerance,
            stability=self.stability,
            intensity=self.intensity,
            asked=asked,
            ago=self.ago,
            loved=self.loved,
        )


@dataclass(frozen=True, kw_only=True)
class Pool:
    """The candidates, and how many pieces were left out for the listener's sake."""

    candidates: Sequence[Candidate]  # pieces in the order of their first file's number
    excluded: int = 0  # pieces that the listener excluded
    resting: int = 0  # pieces of the last playlists


def song_pool(
    index: SongIndex,
    *,
    low: float,
    high: float,
    min_confidence: float = 0.5,
    where: Condition = EVERY_SONG,
    listener: Listener = NO_LISTENER,
) -> Pool:
    """Return the songs with a pace from `low` to `high` bpm, both included.

    Args:
        index: the songs; missing and failed ones are left out.
        low: the slowest pace, such as the least cadence less its tolerance.
        high: the quickest one.
        min_confidence: the least confidence of a pace, 0 to 1.
        where: which songs may come, as `tagger.filters` makes it.
        listener: what they said and heard, from `listener_of`.
    """
    paces = index.offered(low=low, high=high, min_confidence=min_confidence, where=where)
    songs = _by_song(paces)
    pieces = gathered(songs, lambda song: song[0])
    doubles = [song[0].path for piece in pieces if len(piece) > 1 for song in piece]
    standings = index.standings(doubles) if doubles else {}
    candidates: list[Candidate] = []
    excluded = resting = 0
    for piece in pieces:
        opinions = {listener.opinion(song[0]) for song in piece}
        ago = min((a for song in piece if (a := listener.ago(song[0])) is not None), default=None)
        if Opinion.EXCLUDED in opinions:
            excluded += 1
        elif listener.rests(ago):
            resting += 1
        else:
            candidates += _candidates(piece, standings, ago, loved=Opinion.LOVED in opinions)
    return Pool(candidates=candidates, excluded=excluded, resting=resting)


def _by_song(paces: Iterator[OfferedPace]) -> list[list[OfferedPace]]:
    songs: dict[int, list[OfferedPace]] = {}
    for pace in paces:
        songs.setdefault(pace.song_id, []).append(pace)
    return [songs[song_id] for song_id in sorted(songs)]


def _candidates(
    piece: list[list[OfferedPace]],
    standings: dict[str, Standing],
    ago: int | None,
    *,
    loved: bool,
) -> Iterator[Candidate]:
    number = piece[0][0].song_id
    if len(piece) > 1:
        piece = by_preference(piece, lambda song: song[0].path, standings)
    for song in piece:
        artist = artist_key(song[0].artist, song[0].album_artist)
        for offered in song:
            yield Candidate(
                song_id=offered.song_id,
                path=offered.path,
                fingerprint=offered.fingerprint,
                piece=number,
                artist=artist,
                pace=offered.pace,
                duration=offered.duration,
                stability=offered.stability,
                intensity=offered.intensity,
                ago=ago,
                loved=loved,
            )
