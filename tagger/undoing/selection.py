"""Which runs `undo` takes back, and in which files."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pacetag.db.index import SongIndex
from pacetag.tagger.cancellation import Stop
from pacetag.tagger.errors import UsageError
from pacetag.tagger.library.stalls import Asking, Walked
from pacetag.tagger.library.walk import is_gone
from pacetag.tagger.scanning.song_writes import file_at

UNKNOWN = "no such run wrote tags; `pacetag undo --list` shows those that did"


@dataclass(frozen=True, kw_only=True)
class Choice:
    """The runs and files that the command line names."""

    roots: Sequence[Path]  # absolute; none: all files that the index knows
    run: int | None = None
    since: float | None = None  # seconds since 1970


def chosen_runs(index: SongIndex, choice: Choice) -> frozenset[int] | None:
    """The runs whose writes are taken back; None for all. Raises UsageError for an unknown one."""
    if choice.run is None and choice.since is None:
        return None
    runs = index.writes.runs()
    if choice.since is not None:
        begun = choice.since
        return frozenset(run.id for run in runs if run.started is not None and run.started >= begun)
    found = frozenset(run.id for run in runs if run.id == choice.run)
    if not found:
        raise UsageError(f"--run {choice.run}: {UNKNOWN}")
    return found


def chosen_songs(
    index: SongIndex, choice: Choice, runs: frozenset[int] | None, stop: Stop
) -> Walked:
    """Return the files to examine: those below the roots, or those that the index knows.

    If runs are chosen, these are the files that they wrote, under any name, and the files below the
    roots that the index does not know, since they may have been moved. Places that do not answer
    are returned apart.
    """
    written, asking = _written(index, runs), Asking(stop)
    if choice.roots:
        found = asking.walk(choice.roots, bins=True)
        left = written.difference(map(str, found.songs))
        named = _written_below(choice.roots, left, without=[place for place, _ in found.refused])
        found = replace(found, songs=(*found.songs, *named))
    else:
        found = Walked(songs=tuple(map(Path, sorted(_with_other_names(index, written)))))
    stalled = asking.stalled(found.songs)
    files = {file for run in runs or () for file in index.writes.files(run)}
    songs = (
        path
        for path in found.songs
        if path not in stalled
        and (
            runs is None
            or str(path) in written
            or file_at(str(path)) in files
            or index.song(str(path)) is None
        )
    )
    return replace(found, songs=tuple(songs), stalled=(*found.stalled, *sorted(stalled)))


def _written(index: SongIndex, runs: frozenset[int] | None) -> set[str]:
    if runs is None:
        return set(index.writes.paths())
    return {path for run in runs for path in index.writes.paths(run)}


def _written_below(
    roots: Sequence[Path], paths: Iterable[str], *, without: Sequence[Path]
) -> list[Path]:
    """Those of the paths below the roots that exist: a walk does not find files that were named."""
    below, beyond = _as_beginnings(roots), _as_beginnings(without)
    chosen = (path for path in sorted(paths) if path.startswith(below))
    return [Path(path) for path in chosen if not path.startswith(beyond) and not is_gone(path)]


def _as_beginnings(folders: Sequence[Path]) -> tuple[str, ...]:
    return tuple(f"{folder}".rstrip("/") + "/" for folder in folders)


def _with_other_names(index: SongIndex, written: set[str]) -> set[str]:
    """The same paths, but for each file that is gone, the other names that it still has."""
    found = set[str]()
    for path in written:
        others = index.writes.names(path) if is_gone(path) else []
        found.update([name for name in others if not is_gone(name)] or [path])
    return found
