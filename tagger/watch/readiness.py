"""Which changed songs are complete, and which are still being written."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from pacetag.db.records import Stamp
from pacetag.tagger.library.walk import stamp
from pacetag.tagger.tags.safety.locks import is_open_for_writing

LONGEST = 300.0  # s between two looks at a song that keeps changing
HELD = 60.0  # s without a change after which a song counts although a program holds it open
MEMORY = 120.0  # s, or ten pauses, for which a song is remembered as one that changes repeatedly


@dataclass(frozen=True, kw_only=True)
class _Look:
    """How a song was when it was first seen like this."""

    stamp: Stamp
    since: float  # moment of its last change, monotonic seconds
    pause: float  # s without a change until it may count as complete
    again: float  # moment of the next look


class Readiness:
    """Looks at changed songs until one is silent; a song that changes again is given longer.

    A look is as good as an earlier one that agrees with it where the system dates the last change.
    """

    def __init__(self, *, pause: float) -> None:
        """`pause`: s between the first two looks at a song."""
        self._pause = pause
        self._looks: dict[Path, _Look] = {}
        self._restless: dict[Path, tuple[float, float]] = {}  # song -> next pause, until when

    def ready(self, songs: Iterable[Path], now: float) -> list[Path]:
        """The changed songs that are complete; the others are kept, and become due later."""
        return [song for song in songs if self._is_ready(song, now)]

    def take_due(self, now: float) -> list[Path]:
        """The songs to look at again; they stay, due after a pause, until they are complete."""
        due = {song: look for song, look in self._looks.items() if look.again <= now}
        for song, look in due.items():
            self._looks[song] = replace(look, again=now + max(look.pause, self._pause))
        return list(due)

    def next_due(self) -> float | None:
        """The moment of the next look; None where no song is looked at."""
        return min((look.again for look in self._looks.values()), default=None)

    def forget(self, songs: Iterable[Path]) -> None:
        """Look no more at songs that are as the index knows them, or gone."""
        for song in songs:
            self._looks.pop(song, None)

    def growing(self) -> list[Path]:
        """The songs that are not complete yet."""
        return list(self._looks)

    def __len__(self) -> int:
        return len(self._looks)

    def _is_ready(self, song: Path, now: float) -> bool:
        try:
            found = stamp(song)
        except OSError:
            self._looks.pop(song, None)
            return False
        look = self._looks.get(song)
        if look is None or look.stamp != found:
            since = now - _age(found)
            pause = self._next_pause(song, look, now)
            look = _Look(stamp=found, since=since, pause=pause, again=since + pause)
        silent = now - look.since
        if silent < look.pause:
            self._looks[song] = look
            return False
        if silent < HELD and is_open_for_writing(song):  # looks grow apart, to the last one
            self._looks[song] = replace(look, again=look.since + min(2 * silent, HELD))
            return False
        self._looks.pop(song, None)
        until = now + max(MEMORY, 10 * look.pause)
        self._restless[song] = (min(2 * look.pause, LONGEST), until)
        return True

    def _next_pause(self, song: Path, look: _Look | None, now: float) -> float:
        if look is not None:
            return min(2 * look.pause, LONGEST)
        for old in [old for old, (_, until) in self._restless.items() if until < now]:
            del self._restless[old]
        pause, _ = self._restless.pop(song, (self._pause, 0.0))
        return pause


def _age(found: Stamp) -> float:
    """Seconds since the file last changed, as far as two clocks agree; at least 0."""
    return max(0.0, min(time.time() - found.ctime_ns / 1e9, LONGEST))


def changed_songs(
    songs: Iterable[Path], known: Callable[[str], Stamp | None]
) -> tuple[list[Path], list[Path]]:
    """The songs whose stamps differ from those in the index, and those whose stamps agree."""
    changed, same = list[Path](), list[Path]()
    for song in songs:
        (same if _stamp(song) == known(str(song)) else changed).append(song)
    return changed, same


def _stamp(song: Path) -> Stamp | None:
    try:
        return stamp(song)
    except OSError:
        return None
