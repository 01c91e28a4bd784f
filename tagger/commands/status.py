"""`pacetag status`: what the watcher is doing."""

import typer

from pacetag.tagger.commands.options import IndexOption, JsonOption
from pacetag.tagger.settings import index_path


def status(index: IndexOption = None, as_json: JsonOption = False) -> None:
    """Say what the watcher of this index is doing: folders, watches, waiting songs, failures.

    Only a small file beside the index is read. `pacetag service status` says whether it is
    installed. Exit codes: 0 a watcher is running, 1 none is, or it is stuck, 2 wrong usage.
    """
    from pacetag.tagger.output.watchers import say_watchers
    from pacetag.tagger.service.state import watchers

    found = watchers(index_path(index))
    say_watchers(found, as_json=as_json)
    raise typer.Exit(0 if any(each.lives and not each.is_late() for each in found) else 1)
