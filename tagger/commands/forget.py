"""`pacetag forget`: drop a folder from the index."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pacetag.db.urls import is_url
from pacetag.tagger.commands.options import SOURCE, IndexOption, JsonOption
from pacetag.tagger.commands.prune import DryRunOption
from pacetag.tagger.settings import index_path

if TYPE_CHECKING:
    from pacetag.db.index import SongIndex
    from pacetag.tagger.index.forgetting import Forgetting


def forget(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH",
            click_type=SOURCE,
            help="Folders, songs or URLs to drop from the index, such as a backup.",
        ),
    ],
    dry_run: DryRunOption = False,
    index: IndexOption = None,
    as_json: JsonOption = False,
) -> None:
    """Drop folders or songs from the index, whether they are there or not.

    The files and their tags stay as they are, and what `undo` needs is kept. A scan adds them
    again. Exit codes: 0 done, 1 the index knows no song at a path, 2 wrong usage.
    """
    from pacetag.tagger.index.forgetting import songs_at
    from pacetag.tagger.output.forgotten import forget_songs

    named = [path if is_url(path) else Path(path).expanduser() for path in paths]

    def choose(songs: "SongIndex") -> "Forgetting":
        return songs_at(songs, named)

    raise typer.Exit(forget_songs(choose, index_path(index), as_json=as_json, dry_run=dry_run))
