"""`pacetag love` and `pacetag exclude`: what a person says of songs."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pacetag.tagger.commands.options import PATH, DryRunOption, IndexOption, JsonOption

if TYPE_CHECKING:
    from pacetag.db.index import SongIndex

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
    from pacetag.tagger.commands.song_arguments import change_songs, named_songs
    from pacetag.tagger.scanning.opinions import OpinionOutcome, OpinionSetter, Saying

    def setter(opened: "SongIndex") -> "Callable[[Path], OpinionOutcome]":
        said = Opinion(opinion)
        return OpinionSetter(opened, said, command=command, remove=remove, dry_run=dry_run).song

    change_songs(
        named_songs(files, example=f"such as `pacetag {command} song.mp3`"),
        setter,
        Saying,
        log="opinion",
        words=lambda song: song.opinion or "neither loved nor excluded",
        facts=lambda song: {"opinion": song.opinion},
        index=index,
        dry_run=dry_run,
        as_json=as_json,
    )
