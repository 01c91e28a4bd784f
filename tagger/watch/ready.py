"""Telling files that are complete from those that are still being copied."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from pacetag.db.records import Stamp
from pacetag.tagger.library.walk import stamp


def changed_songs(songs: Iterable[Path], known: Mapping[str, Stamp]) -> list[Path]:
    """Those of the songs that are not as the index knows them."""
    return [song for song in songs if _stamp(song) != known.get(str(song))]


def settled(songs: Iterable[Path], pause: Callable[[], None]) -> tuple[list[Path], list[Path]]:
    """The songs that stay the same from one look to the next, and those that do not.

    `pause` waits between the looks. Songs that went away are in neither list.
    """
    first = {song: _stamp(song) for song in songs}
    if first:
        pause()
    second = {song: _stamp(song) for song in first}
    there = [song for song, now in second.items() if now is not None]
    ready = [song for song in there if first[song] == second[song]]
    return ready, [song for song in there if first[song] != second[song]]


def _stamp(song: Path) -> Stamp | None:
    try:
        return stamp(song)
    except OSError:
        return None
