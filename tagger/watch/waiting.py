"""Songs that met a passing obstacle: when each is tried again, and what is said of it."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from pacetag.tagger.scanning.outcomes import SongOutcome


@dataclass(frozen=True, kw_only=True)
class _Obstacle:
    """Why a song waits, and until when."""

    reason: str
    pause: float  # s before the next try
    again: float  # its moment, monotonic


class Waiting:
    """The songs that wait. Their pauses grow, so that one that waits for days costs little."""

    def __init__(self, *, pause: float, longest: float) -> None:
        """`pause`: s before a first further try; `longest`: between two later ones."""
        self._pause, self._longest = pause, longest
        self._songs: dict[str, _Obstacle] = {}

    def note(self, song: SongOutcome) -> bool:
        """Note how a try ended; returns whether a person has not been told yet."""
        before = self._songs.pop(song.path, None)
        if not song.may_pass:
            return True
        pause = self._pause if before is None else min(2 * before.pause, self._longest)
        reason = song.reason or ""
        again = time.monotonic() + pause
        self._songs[song.path] = _Obstacle(reason=reason, pause=pause, again=again)
        return before is None or before.reason != reason

    def take_due(self, now: float) -> list[Path]:
        """The songs to try again now; those that cannot be tried are due again after a pause."""
        due = {path: song for path, song in self._songs.items() if song.again <= now}
        for path, song in due.items():
            self._songs[path] = replace(song, again=now + song.pause)
        return [Path(path) for path in due]

    def not_due(self, now: float) -> set[Path]:
        """The songs that are to be left alone for now, unless something happens to them."""
        return {Path(path) for path, song in self._songs.items() if song.again > now}

    def next_due(self) -> float | None:
        """The moment of the next try; None where no song waits."""
        return min((song.again for song in self._songs.values()), default=None)

    def forget(self, paths: Iterable[str]) -> None:
        """Wait no more for songs that are gone."""
        for path in paths:
            self._songs.pop(path, None)

    def reasons(self) -> dict[str, str]:
        """Each song that waits, and why."""
        return {path: song.reason for path, song in self._songs.items()}

    def __len__(self) -> int:
        return len(self._songs)
