"""Songs that are named on the command line, and are changed one by one."""

import sys
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import typer

from pacetag.tagger.settings import index_path

if TYPE_CHECKING:
    from pacetag.db.index import SongIndex
    from pacetag.tagger.tags.changes import FieldChange

FAILED = "failed"  # value of the outcome that makes the exit code 1


class Changed(Protocol):
    """One song after it was changed."""

    @property
    def path(self) -> str:
        """Of its file, absolute."""

    @property
    def outcome(self) -> StrEnum:
        """What happened to it."""

    @property
    def reason(self) -> str | None:
        """A clause for a person; None where there is nothing to say."""

    @property
    def changes(self) -> "tuple[FieldChange, ...]":
        """To its tags: were made, or would be."""


C = TypeVar("C", bound=Changed)


def change_songs(
    songs: Mapping[Path, str],
    setter: "Callable[[SongIndex], Callable[[Path], C]]",
    outcomes: type[StrEnum],
    *,
    log: str,
    words: Callable[[C], str],
    facts: Callable[[C], dict[str, Any]],
    index: Path | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Change each song, say what happened to it, and end the command with its exit code.

    Args:
        songs: absolute path -> path as named.
        setter: takes the index and returns what changes a song.
        outcomes: all that can happen.
        log: the name of such lines in the log.
        words: what a song has now, for a person.
        facts: the same, for JSON.
        index: where it was said to lie.
        dry_run: only show what would be done.
        as_json: print an object a song, and at last the counts.
    """
    from pacetag.tagger.cancellation import INTERRUPTED, Stop, stop_on_signals
    from pacetag.tagger.index.opening import opened_index

    counts = dict.fromkeys((outcome.value for outcome in outcomes), 0)
    stop = Stop()
    with stop_on_signals(stop), opened_index(index_path(index), scratch=dry_run) as opened:
        change = setter(opened)
        for song, named in songs.items():
            if stop.requested:
                break
            done = change(song)
            counts[done.outcome.value] += 1
            if as_json:
                _print_object(done, facts(done), log)
            else:
                _print_line(done, named, words(done), log, dry_run=dry_run)
    if as_json:
        from pacetag.tagger.output.json_lines import say_json

        say_json({"counts": {"songs": sum(counts.values()), **counts}})
    raise typer.Exit(INTERRUPTED if stop.requested else 1 if counts[FAILED] else 0)


def _print_object(song: Changed, facts: Mapping[str, Any], log: str) -> None:
    from pacetag.tagger.output.json_lines import say_json
    from pacetag.tagger.tags.changes import changes_object

    _note(song, log)
    found = {"path": song.path, "outcome": song.outcome.value, **facts}
    say_json({**found, "reason": song.reason, "changes": changes_object(song.changes)})


def _print_line(song: Changed, named: str, words: str, log: str, *, dry_run: bool) -> None:
    from pacetag.tagger.tags.changes import change_lines
    from pacetag.tagger.terminal.say import say
    from pacetag.tagger.text.formatting import printable

    _note(song, log)
    if song.outcome.value == FAILED:
        say(printable(f"{named}: {song.reason}"), sys.stderr)
        return
    why = f"; {song.reason}" if song.reason else ""
    say(printable(f"{named}: {words}{why}"))
    for line in change_lines(song.changes) if dry_run else ():
        say(line)


def _note(song: Changed, log: str) -> None:
    from pacetag.tagger.logs.logger import info

    info(log, f"{song.path}: {song.outcome.value}: {song.reason or 'done'}")


def named_songs(paths: Sequence[Path], *, example: str, or_not: str = "") -> dict[Path, str]:
    """Return absolute path -> path as named, for each song once. Raises UsageError.

    `example` shows in messages how it is done, `or_not` what else a word could have been.
    """
    from pacetag.tagger.errors import UsageError
    from pacetag.tagger.library.walk import check_paths
    from pacetag.tagger.tags.containers.registry import AUDIO_SUFFIXES

    found: dict[Path, str] = {}
    for path in paths:
        try:
            (place,) = check_paths([path])
        except UsageError as error:
            missing = "is not there; name songs that are"
            if or_not:
                missing = f"neither a song that is there nor {or_not}"
            raise UsageError(f"{path}: {missing}, {example}") from error
        if place.is_dir():
            raise UsageError(f"{path}: is a folder; name its songs, as {path}/*.mp3")
        if place.suffix.removeprefix(".").lower() not in AUDIO_SUFFIXES:
            raise UsageError(f"{path}: is not called as a song is; name songs, {example}")
        found.setdefault(place, str(path))
    return found
