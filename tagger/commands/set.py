"""`pacetag set`: set the paces of songs by hand."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pacetag.tagger.commands.options import PATH, DryRunOption, IndexOption, JsonOption
from pacetag.tagger.settings import index_path

if TYPE_CHECKING:
    from pacetag.tagger.scanning.set_paces import SetOutcome

_NUMBER = re.compile(r"\d+(?:\.\d+)?", re.ASCII)
EXAMPLE = "such as `pacetag set song.mp3 84 168`"


def set(  # noqa: A001 - the name of the command
    words: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE... [PACE...]",
            click_type=PATH,
            help="Songs, and their paces in steps a minute, the best one first. A song that is "
            "called 84 is named ./84.",
        ),
    ],
    none: Annotated[
        bool, typer.Option("--none", help="There is no pace to step to in these songs.")
    ] = False,
    auto: Annotated[
        bool, typer.Option("--auto", help="Have the network's paces count again.")
    ] = False,
    dry_run: DryRunOption = False,
    index: IndexOption = None,
    as_json: JsonOption = False,
) -> None:
    """Set the paces of songs yourself; they count instead of the network's.

    They go into tags and index, and no scan changes them. Where tags cannot be written the index
    alone keeps them. `pacetag undo` takes it back, --auto gives a song back to the network. Exit
    codes: 0 done, 1 some songs failed, 2 wrong usage, 130 interrupted.
    """
    from pacetag.tagger.cancellation import Stop, stop_on_signals
    from pacetag.tagger.index.opening import opened_index
    from pacetag.tagger.scanning.set_paces import PaceSetter, Setting

    songs = _songs([word for word in words if not _NUMBER.fullmatch(str(word))])
    numbers = [str(word) for word in words if _NUMBER.fullmatch(str(word))]
    paces = _paces(numbers, none=none, auto=auto)
    counts = dict.fromkeys(Setting, 0)
    stop = Stop()
    with stop_on_signals(stop), opened_index(index_path(index), scratch=dry_run) as opened:
        setter = PaceSetter(opened, dry_run=dry_run)
        for song, named in songs.items():
            if stop.requested:
                break
            done = setter.song(song, paces)
            counts[done.outcome] += 1
            _show(done, named, as_json=as_json, dry_run=dry_run)
    if as_json:
        from pacetag.tagger.output.json_lines import say_json

        by_name = {outcome.value: count for outcome, count in counts.items()}
        say_json({"counts": {"songs": sum(counts.values()), **by_name}})
    raise typer.Exit(130 if stop.requested else 1 if counts[Setting.FAILED] else 0)


def _songs(paths: Sequence[Path]) -> dict[Path, str]:
    """Absolute path -> path as named, for each song once. Raises UsageError."""
    from pacetag.tagger.commands.song_arguments import named_songs
    from pacetag.tagger.errors import UsageError

    if not paths:
        raise UsageError(f"name the songs, {EXAMPLE}; one that is called 84 is named ./84")
    return named_songs(paths, example=EXAMPLE, or_not="a pace")


def _paces(numbers: Sequence[str], *, none: bool, auto: bool) -> tuple[float, ...] | None:
    """The paces; () for none, None for the network's. Raises UsageError."""
    from pacetag.tagger.errors import UsageError
    from pacetag.tagger.paces import MOST, QUICKEST, SLOWEST, are_settable

    if bool(numbers) + none + auto != 1:
        raise UsageError(f"either paces, {EXAMPLE}, or --none, or --auto")
    for number in numbers:
        if not are_settable([float(number)]):
            raise UsageError(f"{number}: a pace is from {SLOWEST:g} to {QUICKEST:g} steps a minute")
    paces = tuple(dict.fromkeys(round(float(number), 2) for number in numbers))
    if not are_settable(paces):
        raise UsageError(f"a song has at most {MOST} paces, not {len(paces)}")
    return None if auto else paces


def _show(song: "SetOutcome", named: str, *, as_json: bool, dry_run: bool) -> None:
    import sys

    from pacetag.tagger.logs.logger import info
    from pacetag.tagger.output.json_lines import pace_objects, say_json
    from pacetag.tagger.scanning.set_paces import Setting
    from pacetag.tagger.tags.changes import change_lines, changes_object
    from pacetag.tagger.terminal.say import say
    from pacetag.tagger.text.formatting import listed_paces, printable

    info("set", f"{song.path}: {song.outcome.value}: {song.reason or 'done'}")
    if as_json:
        say_json(
            {
                "path": song.path,
                "outcome": song.outcome.value,
                "paces": pace_objects(song.paces),
                "by": "listener" if song.listener else "network",
                "reason": song.reason,
                "changes": changes_object(song.changes),
            }
        )
        return
    if song.outcome is Setting.FAILED:
        say(printable(f"{named}: {song.reason}"), sys.stderr)
        return
    by = "set by you" if song.listener else "the network's"
    rates = [pace.bpm for pace in song.paces]
    said = f"; {song.reason}" if song.reason else ""
    say(printable(f"{named}: {listed_paces(rates)} ({by}){said}"))
    for line in change_lines(song.changes) if dry_run else ():
        say(line)
