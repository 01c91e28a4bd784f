"""`pacetag prune`: forget songs that are gone."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pacetag.tagger.commands.options import PATH, IndexOption, JsonOption
from pacetag.tagger.settings import index_path

if TYPE_CHECKING:
    from pacetag.db.index import SongIndex
    from pacetag.tagger.index.forgetting import Forgetting

DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Say which songs would be forgotten; change nothing.")
]


def prune(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[PATH...]",
            click_type=PATH,
            help="Folders or songs to check; otherwise the whole index.",
            show_default=False,
        ),
    ] = None,
    dry_run: DryRunOption = False,
    index: IndexOption = None,
    as_json: JsonOption = False,
) -> None:
    """Forget songs whose files are gone.

    Songs below a folder that is empty or not there are kept unless the folder is named: it may be
    a disk that is not mounted. No file is touched, and what `undo` needs is kept: a song that comes
    back can still be undone. Exit codes: 0 done, 1 the index knows no song at a path, 2 wrong
    usage.
    """
    from pacetag.tagger.index.forgetting import songs_gone
    from pacetag.tagger.library.presence import Presence
    from pacetag.tagger.output.forgotten import forget_songs

    named = [path.expanduser() for path in paths or []]

    def choose(songs: "SongIndex") -> "Forgetting":
        return songs_gone(songs, named, Presence())

    raise typer.Exit(forget_songs(choose, index_path(index), as_json=as_json, dry_run=dry_run))
