"""Drop songs from the index, and print which."""

import sys
from collections.abc import Callable
from pathlib import Path
from shlex import quote

from pacetag.db.index import SongIndex
from pacetag.tagger.index.forgetting import SILENT, Forgetting, Kept
from pacetag.tagger.index.opening import opened_index, read_index
from pacetag.tagger.logs.logger import info
from pacetag.tagger.terminal.say import say
from pacetag.tagger.text.formatting import songs

Choose = Callable[[SongIndex], Forgetting]


def forget_songs(choose: Choose, index_file: Path, *, as_json: bool, dry_run: bool) -> int:
    """Forget the songs that `choose` returns, and print them; returns the exit code."""
    with read_index(index_file) as index:  # raises if there is no index
        found = choose(index)
    if found.songs and not dry_run:
        with opened_index(index_file) as index:
            index.forget(found.songs)
    for path in found.songs:
        info("forget", f"{path}: {'would be ' * dry_run}forgotten")
    if as_json:
        _say_json(found, dry_run=dry_run)
    else:
        _say(found, dry_run=dry_run)
    for place in found.unknown:
        say(f"pacetag: {place}: the index knows no song there", sys.stderr)
    return 1 if found.unknown else 0


def _say(found: Forgetting, *, dry_run: bool) -> None:
    for kept in found.kept:
        say(_kept(kept), sys.stderr)
    for path in found.songs if dry_run else ():
        say(path)
    say(f"{songs(len(found.songs))} {'would be forgotten (dry run)' if dry_run else 'forgotten'}")


def _kept(kept: Kept) -> str:
    count = f"{songs(kept.songs)} {'is' if kept.songs == 1 else 'are'} kept"
    if kept.reason == SILENT:
        return f"{kept.folder}: {count}: {kept.reason}"
    it = "it" if kept.songs == 1 else "them"
    command = f"pacetag prune {quote(kept.folder)}"
    return f"{kept.folder}: {count}: {kept.reason}; to forget {it} all the same, run `{command}`"


def _say_json(found: Forgetting, *, dry_run: bool) -> None:
    from pacetag.tagger.output.json_lines import say_json

    for path in found.songs:
        say_json({"path": path, "outcome": "forgotten"})
    for kept in found.kept:
        say_json(
            {
                "path": kept.folder,
                "outcome": "kept",
                "songs": kept.songs,
                "reason": kept.reason,
            }
        )
    count = sum(kept.songs for kept in found.kept)
    say_json({"counts": {"forgotten": len(found.songs), "kept": count}, "dry_run": dry_run})
