"""Takes the songs of a playlist: the worthiest, each piece once, no artist more than its share."""

import heapq
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from pacetag.db.index import SongIndex
from pacetag.db.records import Opinion, Standing
from pacetag.tagger.library.presence import Place, Presence
from pacetag.tagger.playlist.entries import PlaylistEntry
from pacetag.tagger.playlist.pieces import by_preference
from pacetag.tagger.playlist.ranking import Sought
from pacetag.tagger.text.piece_names import artist_key

BLOCK, LARGEST_BLOCK = 16, 4_096  # pieces for which disks and index are asked at once
SAME_ARTIST = 0.95  # what every song of an artist leaves of the worth of that artist's next

Piece = list[PlaylistEntry]


class Choice:
    """The songs of a playlist, taken one by one from pieces in the order of their worth.

    What is taken does not depend on how much of the ranking is known, as long as it is enough.
    """

    def __init__(self, index: SongIndex, sought: Sought, presence: Presence | None) -> None:
        self._index, self._sought, self._presence = index, sought, presence
        self.entries: list[PlaylistEntry] = []
        self._standings: dict[str, Standing] = {}
        self.gone = self.silent = self.excluded = self.resting = 0
        self.cut = self.given_up = False

    def take(
        self,
        pieces: Sequence[Piece],
        duration: float | None,
        limit: int | None,
        *,
        least: float | None = None,
    ) -> bool:
        """Take pieces until there are enough. Returns whether there are; False: all were seen.

        `least`: the pieces are those that are worth more, and others are not known yet; None: they
        are all.
        """
        self._pieces, self._ready, self._size = pieces, 0, BLOCK
        self._queues = _by_artist(pieces)
        self._taken: Counter[str] = Counter()
        self._heads = [self._head(artist) for artist in self._queues]
        heapq.heapify(self._heads)
        filled = 0.0
        while self._heads:
            if len(self.entries) == limit or (duration is not None and filled >= duration):
                return True
            artist = self._next_artist(whole=least is None, least=least or 0.0)
            if artist is None:
                return False
            entry = self._that_is_there(self._queues[artist].pop())
            if entry is not None:
                self.entries.append(replace(entry, rank=len(self.entries)))
                self._taken[artist] += 1
                filled += entry.song.duration or 0.0
            if self._queues[artist]:
                heapq.heappush(self._heads, self._head(artist))
        return False

    def _head(self, artist: str) -> tuple[float, int, str]:
        """The artist's next piece: its worth after the artist's earlier songs, negative."""
        place = self._queues[artist][-1]
        own = self._sought.rated(self._pieces[place][0])
        return -own * SAME_ARTIST ** self._taken[artist], place, artist

    def _next_artist(self, *, whole: bool, least: float) -> str | None:
        """Remove the best head whose artist may come, and return the artist.

        An artist has at most every second song, so that they can be kept apart; where no others are
        left at all, more. None where what is not known yet could come before.
        """
        held = None
        while self._heads:
            head = heapq.heappop(self._heads)
            artist = head[2]
            if held is None and not self._may_come(artist):
                held = head
                continue
            if held is not None:
                heapq.heappush(self._heads, held)
            return artist if whole or -head[0] > least else None
        return held[2] if held is not None and whole else None

    def _may_come(self, artist: str) -> bool:
        taken = self._taken[artist]
        return artist.startswith("\0") or 2 * taken <= len(self.entries)

    def _that_is_there(self, place: int) -> PlaylistEntry | None:
        """A piece's best file that is there; None where the piece is not to come."""
        piece = self._pieces[place]
        if any(entry.opinion is Opinion.EXCLUDED for entry in piece):
            self.excluded += 1
            return None
        if any(entry.rests for entry in piece):
            self.resting += 1
            return None
        self._prepare(place)
        if len(piece) > 1:
            piece = by_preference(piece, _path, self._standings)
        if self._presence is None:
            return piece[0]
        places = self._presence.of(entry.song.path for entry in piece)
        for entry in piece:
            if places[entry.song.path] is Place.THERE:
                return entry
        silent = Place.SILENT in places.values()
        self.silent += silent
        self.gone += not silent
        return None

    def _prepare(self, place: int) -> None:
        """Ask disks and index for a block of pieces at once, up to this one and beyond."""
        while self._ready <= place:
            start, self._ready = self._ready, self._ready + self._size
            block = self._pieces[start : self._ready]
            self._size = min(2 * self._size, LARGEST_BLOCK)
            doubles = [entry.song.path for piece in block if len(piece) > 1 for entry in piece]
            self._standings |= self._index.standings(doubles) if doubles else {}
            if self._presence is not None:
                self._presence.of(entry.song.path for piece in block for entry in piece)


def _by_artist(pieces: Sequence[Piece]) -> dict[str, list[int]]:
    """The places of each artist's pieces, the best last; a song without an artist is alone."""
    queues: dict[str, list[int]] = {}
    for place in range(len(pieces) - 1, -1, -1):
        queues.setdefault(artist_of(pieces[place][0]) or f"\0{place}", []).append(place)
    return queues


def artist_of(entry: PlaylistEntry) -> str:
    """The key of an entry's artist; "" where it is not known."""
    return artist_key(entry.song.artist, entry.song.album_artist)


def _path(entry: PlaylistEntry) -> str:
    return entry.song.path
