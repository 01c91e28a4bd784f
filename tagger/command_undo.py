"""`pacetag undo`: take tag writes back."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pacetag.tagger.arguments import IndexOption, JsonOption, PathsArgument
from pacetag.tagger.settings import index_path

if TYPE_CHECKING:
    from pacetag.tagger.stopping import Stop
    from pacetag.tagger.undo import UndoOutcome


def undo(
    paths: PathsArgument,
    index: IndexOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be put back; touch nothing.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Put tags back to what they were before.

    PACE and PACETAG vanish where there were none. The index keeps the paces, so playlists still
    work; a later `scan` or `watch` writes the tags again, unless it is told --no-tags. Exit codes:
    0 done, 1 some songs failed, 2 wrong usage, 130 interrupted.
    """
    from pacetag.tagger.library import check_paths
    from pacetag.tagger.stopping import Stop, stop_on_signals
    from pacetag.tagger.undo import Undone

    roots = check_paths(paths)
    counts: Counter[str] = Counter()
    stop = Stop()
    with stop_on_signals(stop):
        for song in _undone(roots, index_path(index), stop, dry_run=dry_run):
            counts[song.outcome.value] += 1
            _show(song, as_json=as_json)
    _show_sum({name.value: counts[name.value] for name in Undone}, as_json=as_json, dry_run=dry_run)
    raise typer.Exit(130 if stop.requested else 1 if counts[Undone.FAILED.value] else 0)


def _undone(
    roots: Sequence[Path], index_file: Path, stop: "Stop", *, dry_run: bool
) -> Iterator["UndoOutcome"]:
    from pacetag.tagger.library import walk
    from pacetag.tagger.opening import opened_index
    from pacetag.tagger.undo import undo_song

    with opened_index(index_file, scratch=dry_run) as index:
        for path in walk(roots):
            if stop.requested:
                return
            yield undo_song(index, path, dry_run=dry_run)


def _show(song: "UndoOutcome", *, as_json: bool) -> None:
    import sys

    from pacetag.tagger.json_lines import say_json
    from pacetag.tagger.report import say
    from pacetag.tagger.undo import Undone
    from pacetag.tagger.wording import printable

    if as_json:
        say_json({"path": song.path, "outcome": song.outcome.value, "reason": song.reason})
    elif song.outcome is Undone.FAILED:
        say(printable(f"{song.path}: {song.reason}"), sys.stderr)


def _show_sum(counts: dict[str, int], *, as_json: bool, dry_run: bool) -> None:
    from pacetag.tagger.json_lines import say_json
    from pacetag.tagger.report import say

    if as_json:
        say_json({"counts": {"songs": sum(counts.values()), **counts}})
    else:
        restored = "would be restored (dry run)" if dry_run else "restored"
        say(
            f"{counts['restored']} {restored}, {counts['unchanged']} had nothing to undo, "
            f"{counts['failed']} failed"
        )
