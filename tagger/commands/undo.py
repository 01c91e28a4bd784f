"""`pacetag undo`: take tag writes back."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pacetag.tagger.commands.options import MUSIC, IndexOption, JsonOption
from pacetag.tagger.settings import index_path

if TYPE_CHECKING:
    from pacetag.tagger.cancellation import Stop
    from pacetag.tagger.text.paths import ShownPaths
    from pacetag.tagger.undoing.selection import Choice
    from pacetag.tagger.undoing.undo import UndoOutcome


def undo(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[PATH...]",
            click_type=MUSIC,
            help="Folders with music, or single songs.",
            show_default=False,
        ),
    ] = None,
    run: Annotated[
        int | None,
        typer.Option("--run", min=1, metavar="ID", help="Only what this run wrote; see --list."),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            "--since",
            metavar="WHEN",
            help="Only what runs wrote that began since: 2026-11-23, yesterday, '2 hours'.",
        ),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="All that was ever written, wherever it lies.")
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Say what would be put back, by field; touch nothing."),
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Put back also what other programs changed since.")
    ] = False,
    as_list: Annotated[
        bool, typer.Option("--list", help="List the runs that wrote tags, and undo nothing.")
    ] = False,
    index: IndexOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put tags back to what they were before.

    Of the songs named, or of one run: what was in a file before it wrote, so that what later runs
    wrote goes too. PACE and PACETAG vanish where there were none. A song that another program
    changed since is skipped, which is not a failure. The index keeps the paces, so playlists still
    work; `watch` leaves such songs alone, and `scan` writes them again, unless it is told
    --no-tags. Exit codes: 0 done, 1 some songs failed, 2 wrong usage, 130 interrupted.
    """
    from pacetag.tagger.cancellation import Stop, stop_on_signals
    from pacetag.tagger.logs.logger import info
    from pacetag.tagger.text.paths import ShownPaths
    from pacetag.tagger.undoing.undo import Undone

    index_file = index_path(index)
    if as_list:
        _list(index_file, as_json=as_json)
        return
    choice = _choice(paths or [], run, since, everything=everything)
    counts: Counter[str] = Counter()
    shown = ShownPaths(choice.roots)
    stop = Stop()
    with stop_on_signals(stop):
        for song in _undone(choice, index_file, stop, dry_run=dry_run, force=force):
            counts[song.outcome.value] += 1
            info("undo", f"{song.path}: {song.outcome.value}: {song.reason or 'done'}")
            _show(song, shown, as_json=as_json, dry_run=dry_run)
    _show_counts(
        {name.value: counts[name.value] for name in Undone}, as_json=as_json, dry_run=dry_run
    )
    raise typer.Exit(130 if stop.requested else 1 if counts[Undone.FAILED.value] else 0)


def _choice(paths: list[Path], run: int | None, since: str | None, *, everything: bool) -> "Choice":
    from pacetag.tagger.errors import UsageError
    from pacetag.tagger.library.walk import check_paths
    from pacetag.tagger.undoing.dates import moment
    from pacetag.tagger.undoing.selection import Choice

    if (run is not None) + (since is not None) + everything > 1:
        raise UsageError("--run, --since and --all exclude each other")
    if not paths and run is None and since is None and not everything:
        raise UsageError(
            "name folders or songs, or say what to undo with --run, --since or --all; "
            "`pacetag undo --list` shows the runs"
        )
    begun = None if since is None else moment(since)
    return Choice(roots=check_paths(paths), run=run, since=begun)


def _undone(
    choice: "Choice", index_file: Path, stop: "Stop", *, dry_run: bool, force: bool
) -> Iterator["UndoOutcome"]:
    from pacetag.tagger.index.opening import opened_index
    from pacetag.tagger.scanning.leftovers import Tidying
    from pacetag.tagger.undoing.selection import chosen_runs, chosen_songs
    from pacetag.tagger.undoing.undo import Undoing, Undone, UndoOutcome, unanswered

    with opened_index(index_file, scratch=dry_run) as index:
        runs = chosen_runs(index, choice)
        undoing = Undoing(index, runs=runs, dry_run=dry_run, force=force)
        chosen = chosen_songs(index, choice, runs, stop)
        if not dry_run:
            Tidying(index.path).tidy(chosen.leftovers)
        for path in chosen.songs:
            if stop.requested:
                return
            yield undoing.song(path)
        if stop.requested:
            return
        yield from map(unanswered, chosen.stalled)
        for place, why in chosen.refused:
            yield UndoOutcome(path=str(place), outcome=Undone.FAILED, reason=why)


def _list(index_file: Path, *, as_json: bool) -> None:
    from pacetag.tagger.index.opening import read_index
    from pacetag.tagger.output.json_lines import say_json
    from pacetag.tagger.output.runs import run_object, runs_table

    with read_index(index_file) as index:
        runs = index.writes.runs()
    if as_json:
        for run in runs:
            say_json(run_object(run))
    else:
        runs_table(runs)


def _show(song: "UndoOutcome", shown: "ShownPaths", *, as_json: bool, dry_run: bool) -> None:
    import sys

    from pacetag.tagger.output.json_lines import say_json
    from pacetag.tagger.tags.changes import change_lines, changes_object
    from pacetag.tagger.terminal.say import say
    from pacetag.tagger.text.formatting import printable
    from pacetag.tagger.undoing.undo import Undone

    path = shown.text(song.path)
    line = printable(f"{path}: {song.reason}")
    if as_json:
        say_json(
            {
                "path": song.path,
                "outcome": song.outcome.value,
                "reason": song.reason,
                "changes": changes_object(song.changes),
            }
        )
    elif song.outcome is Undone.FAILED:
        say(line, sys.stderr)
    elif song.outcome is Undone.SKIPPED:
        say(printable(f"{path}: skipped: {song.reason}"), sys.stderr)
    elif song.outcome is Undone.RESTORED and song.reason:
        say(line)
        for change in change_lines(song.changes) if dry_run else ():
            say(change)


def _show_counts(counts: dict[str, int], *, as_json: bool, dry_run: bool) -> None:
    from pacetag.tagger.output.json_lines import say_json
    from pacetag.tagger.terminal.say import say

    if as_json:
        say_json({"counts": {"songs": sum(counts.values()), **counts}})
    else:
        restored = "would be restored (dry run)" if dry_run else "restored"
        skipped = f"{counts['skipped']} skipped, " if counts["skipped"] else ""
        say(
            f"{counts['restored']} {restored}, {counts['unchanged']} had nothing to undo, "
            f"{skipped}{counts['failed']} failed"
        )
