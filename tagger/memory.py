"""What the index and the song's own tags know already, so that it need not be judged again."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pacetag.db.index import SongIndex
from pacetag.db.records import SongRecord, Stamp
from pacetag.tagger.examine import Look
from pacetag.tagger.library import is_gone
from pacetag.tagger.options import BpmMode, ScanOptions
from pacetag.tagger.outcomes import Outcome, SongOutcome
from pacetag.tagger.paces import Pace

FORCE_HINT = "--force tries again"


@dataclass(frozen=True, kw_only=True)
class Known:
    """What an earlier judgement says of a song."""

    paces: tuple[Pace, ...]
    duration: float | None  # seconds
    reason: str | None  # how it came to be known, for a person
    spread: float | None = None  # of the tempo over the song, as a share of it
    changes: tuple[float, ...] = ()  # bpm of its parts in turn, if it changes tempo


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where a file comes from, as far as the index can tell."""

    moved_from: str | None = None  # a path that is gone; what is remembered of it moves along
    old_tags: Mapping[str, list[str]] | None = None  # of the song that this one is a copy of


class Memory:
    """Answers from the index for one scan."""

    def __init__(self, index: SongIndex, bundle: str, options: ScanOptions) -> None:
        self._index, self._bundle, self._options = index, bundle, options

    def resting(self, song: SongRecord, stamp: Stamp) -> SongOutcome | None:
        """The outcome of a song that needs no look at its file; None for one that does."""
        if self._options.force or song.stamp != stamp or song.bundle != self._bundle:
            return None
        if song.missing:
            self._index.store(replace(song, missing=False))
        if song.failure is not None:
            reason = f"{song.failure} ({FORCE_HINT})"
            return SongOutcome(path=song.path, outcome=Outcome.SKIPPED, reason=reason)
        if self._options.tags and not self._tags_are_settled(song.path):
            return None
        return SongOutcome(
            path=song.path,
            outcome=Outcome.UNCHANGED,
            paces=paces_of(song),
            reason="is back" if song.missing else None,
        )

    def _tags_are_settled(self, path: str) -> bool:
        """Whether its tags were seen to already; only that leaves values to restore."""
        return self._options.bpm is BpmMode.NEVER and self._index.old_tags(path) is not None

    def recall(self, look: Look) -> Known | None:
        """An earlier judgement of the same audio by the same network, or None."""
        if self._options.force:
            return None
        path = str(look.path)
        song = self._same_audio(look)
        if song is not None:
            return Known(
                paces=paces_of(song),
                duration=song.duration,
                reason=None if song.path == path else _kinship(song),
                spread=song.spread,
                changes=song.changes,
            )
        note = look.pacetag
        if note is None or note.bundle != self._bundle or note.audio != look.fingerprint:
            return None
        paces = tuple(Pace(bpm=pace.bpm, confidence=pace.confidence) for pace in note.paces)
        return Known(
            paces=paces,
            duration=look.tags.duration,
            reason="paces taken over from its tags",
            changes=note.changes,
        )

    def origin(self, look: Look) -> Origin:
        """Whether the file was moved or copied, and what `undo` would put back into a copy."""
        path = str(look.path)
        source = self._same_audio(look)
        if source is None or source.path == path:
            return Origin()
        if is_gone(source.path):
            return Origin(moved_from=source.path)
        came_with_tags = look.pacetag is not None
        return Origin(old_tags=self._index.old_tags(source.path) if came_with_tags else None)

    def _same_audio(self, look: Look) -> SongRecord | None:
        own = self._index.song(str(look.path))
        if (
            own is not None
            and own.failure is None
            and (own.fingerprint, own.bundle) == (look.fingerprint, self._bundle)
        ):
            return own
        return self._index.by_fingerprint(look.fingerprint, self._bundle)


def paces_of(song: SongRecord) -> tuple[Pace, ...]:
    """A record's paces as the program's own."""
    return tuple(Pace(bpm=pace.bpm, confidence=pace.confidence) for pace in song.paces)


def _kinship(song: SongRecord) -> str:
    if is_gone(song.path):
        return f"moved from {song.path}"
    return f"same audio as {Path(song.path).name}"
