"""`pacetag love` and `pacetag exclude`: what a person says of songs."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pacetag.tagger.commands.options import PATH, DryRunOption, IndexOption, JsonOption
from pacetag.tagger.settings import index_path

if TYPE_CHECKING:
    from pacetag.tagger.scanning.opinions import OpinionOutcome

SongsArgument = Annotated[
    list[Path], typer.Argument(metavar="FILE...", click_type=PATH, help="Songs.")
]
RemoveOption = Annotated[
    bool, typer.Option("--remove", help="Take it back: as if it had not been said.")
]


def love(
    files: SongsArgument,
    remove: RemoveOption = False,
    dry_run: DryRunOption = False,
    index: IndexOption = None,
    as_json: JsonOption = False,
) -> None:
    """Have songs go before others that are as good for a run.

    It is kept in tags and index, and holds for the piece in other formats. `pacetag undo` takes it
    back as well. Exit codes: 0 done, 1 some songs failed, 2 wrong usage, 130 interrupted.
    """
    _say("loved", files, "love", index, remove=remove, dry_run=dry_run, as_json=as_json)


def exclude(
    files: SongsArgument,
    remove: RemoveOption = False,
    dry_run: DryRunOption = False,
    index: IndexOption = None,
    as_json: JsonOption = False,
) -> None:
    """Keep songs out of all playlists.

    It is kept in tags and index, and holds for the piece in other formats. `pacetag undo` takes it
    back as well. Exit codes: 0 done, 1 some songs failed, 2 wrong usage, 130 interrupted.
    """
    _say("excluded", files, "exclude", index, remove=remove, dry_run=dry_run, as_json=as_json)


def _say(
    opinion: str,
    files: Sequence[Path],
    command: str,
    index: Path | None,
    *,
    remove: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    from pacetag.db.records import Opinion
    from pacetag.tagger.cancellation import Stop, stop_on_signals
    from pacetag.tagger.commands.song_arguments import named_songs
    from pacetag.tagger.index.opening import opened_index
    from pacetag.tagger.scanning.opinions import OpinionSetter, Saying

    songs = named_songs(files, example=f"such as `pacetag {command} song.mp3`")
    counts = dict.fromkeys(Saying, 0)
    stop = Stop()
    with stop_on_signals(stop), opened_index(index_path(index), scratch=dry_run) as opened:
        setter = OpinionSetter(
            opened, Opinion(opinion), command=command, remove=remove, dry_run=dry_run
        )
        for song, named in songs.items():
            if stop.requested:
                break
            done = setter.song(song)
            counts[done.outcome] += 1
            _show(done, named, as_json=as_json, dry_run=dry_run)
    if as_json:
        from pacetag.tagger.output.json_lines import say_json

        by_name = {outcome.value: count for outcome, count in counts.items()}
        say_json({"counts": {"songs": sum(counts.values()), **by_name}})
    raise typer.Exit(130 if stop.requested else 1 if counts[Saying.FAILED] else 0)


def _show(song: "OpinionOutcome", named: str, *, as_json: bool, dry_run: bool) -> None:
    from pacetag.tagger.logs.logger import info
    from pacetag.tagger.output.json_lines import say_json
    from pacetag.tagger.scanning.opinions import Saying
    from pacetag.tagger.tags.changes import change_lines, changes_object
    from pacetag.tagger.terminal.say import say
    from pacetag.tagger.text.formatting import printable

    info("opinion", f"{song.path}: {song.outcome.value}: {song.reason or 'done'}")
    if as_json:
        say_json(
            {
                "path": song.path,
                "outcome": song.outcome.value,
                "opinion": song.opinion,
                "reason": song.reason,
                "changes": changes_object(song.changes),
            }
        )
        return
    if song.outcome is Saying.FAILED:
        say(printable(f"{named}: {song.reason}"), sys.stderr)
        return
    said = song.opinion or "neither loved nor excluded"
    why = f"; {song.reason}" if song.reason else ""
    say(printable(f"{named}: {said}{why}"))
    for line in change_lines(song.changes) if dry_run else ():
        say(line)
