"""What the listener said of pieces, and how long ago they were in a playlist."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pacetag.db.index import SongIndex
from pacetag.db.records import Opinion, PlayedSong, SaidOpinion
from pacetag.tagger.playlist.pieces import EDITION, Recording
from pacetag.tagger.text.piece_names import stored_name

RESTING = 3  # playlists that a song rests for after one that was written


@dataclass(frozen=True, kw_only=True)
class Listener:
    """Tells what is known of a piece, by its sound or else by its name.

    So another format of a song is loved, excluded or resting as well.
    """

    resting: int = 0  # playlists that a song rests for
    _opinions: Mapping[str, Opinion] = field(default_factory=dict)  # by fingerprint
    _named: Mapping[str, Sequence[SaidOpinion]] = field(default_factory=dict)  # by name
    _played: Mapping[str, int] = field(default_factory=dict)  # playlists ago, by fingerprint
    _played_names: Mapping[str, int] = field(default_factory=dict)

    @property
    def loves_any(self) -> bool:
        """Whether any sound is loved."""
        return Opinion.LOVED in self._opinions.values()

    @property
    def loves_by_name(self) -> bool:
        """Whether any piece is loved of which only other formats are left."""
        named = (said for each in self._named.values() for said in each)
        return any(said.opinion is Opinion.LOVED for said in named)

    def opinion(self, song: Recording) -> Opinion | None:
        """Return what was said of the song itself, or else of its piece; None if nothing was."""
        own = self._opinions.get(song.fingerprint or "")
        if own is not None or not self._named:
            return own
        others = self._named.get(stored_name(song) or "", ())
        fitting = [said.opinion for said in others if _is_as_long(said, song)]
        return next(iter(sorted(fitting)), None)  # "excluded" comes before "loved"

    def ago(self, song: Recording) -> int | None:
        """Return how many playlists ago the piece was in one, 1 for the last; None for never."""
        own = self._played.get(song.fingerprint or "")
        if not self._played_names:
            return own
        named = self._played_names.get(stored_name(song) or "")
        known = [ago for ago in (own, named) if ago is not None]
        return min(known, default=None)

    def rests(self, ago: int | None) -> bool:
        """Whether a song that was in a playlist so long ago is left out."""
        return ago is not None and ago <= self.resting


NO_LISTENER = Listener()  # of whom nothing is known


def listener_of(index: SongIndex, *, resting: int = RESTING, target: str | None = None) -> Listener:
    """Return what the index knows of the listener.

    Args:
        index: the songs.
        resting: how many playlists a song rests for; 0 lets all return at once.
        target: the file that a playlist is about to be written to; one that was written there just
            now is being made again, and does not count.
    """
    said = index.listening.opinions()
    named: defaultdict[str, list[SaidOpinion]] = defaultdict(list)
    for one in said:
        # A loved song that is there lifts its piece; its name need not be sought.
        if one.name is not None and not (one.opinion is Opinion.LOVED and one.present):
            named[one.name].append(one)
    sounds: dict[str, int] = {}
    names: dict[str, int] = {}
    for song in index.listening.played(target):
        _note(sounds, song.fingerprint, song)
        _note(names, song.name, song)
    return Listener(
        resting=resting,
        _opinions={one.fingerprint: one.opinion for one in said},
        _named=named,
        _played=sounds,
        _played_names=names,
    )


def _note(known: dict[str, int], key: str | None, song: PlayedSong) -> None:
    if key is not None:
        known.setdefault(key, song.ago)  # the last playlist comes first


def _is_as_long(said: SaidOpinion, song: Recording) -> bool:
    """Whether the song is as long as another edition of what was spoken of."""
    if said.duration is None or song.duration is None:
        return True
    short, long = sorted((said.duration, song.duration))
    return long <= EDITION * short
