"""Values that a shell offers on TAB: names of the settings, and words of the index.

Nothing is raised or printed here, and nothing is changed: what cannot be found out is not offered.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import typer


def trainings(incomplete: str) -> list[str]:
    """Return the trainings of the file of settings."""
    return _of_table("training", incomplete)


def targets(incomplete: str) -> list[str]:
    """Return the targets of the file of settings."""
    return _of_table("target", incomplete)


def setting_names(incomplete: str) -> list[str]:
    """Return the names of all settings."""
    from pacetag.tagger.config.table import SETTINGS

    return _offered((setting.key for setting in SETTINGS), incomplete)


def intensities(incomplete: str) -> list[str]:
    """Return the words for intensities."""
    from pacetag.tagger.playlist.intensity import WORDS

    return _offered(WORDS, incomplete)


def artists(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return artists of the index."""
    return _of_index(ctx, "artist", incomplete)


def albums(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return albums of the index."""
    return _of_index(ctx, "album", incomplete)


def genres(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return genres of the index."""
    return _of_index(ctx, "genre", incomplete)


def kept_playlists(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the files of playlists that are kept fresh; a shell offers other files itself."""
    from pacetag.db.kept import KeptPlaylists

    def files(connection: Any, path: Path) -> Iterator[str]:
        for kept in KeptPlaylists(connection, path).all():
            yield kept.target
            if kept.folder == os.getcwd():  # noqa: PTH109 - as it was noted
                yield os.path.relpath(kept.target)

    return _offered(_ask(ctx, files), incomplete)


def _of_table(table: str, incomplete: str) -> list[str]:
    from pacetag.tagger.config.file import read_config

    names = (key.split(".") for key in read_config().values)
    return _offered((name[1] for name in names if name[0] == table), incomplete)


def _of_index(ctx: typer.Context, column: str, incomplete: str) -> list[str]:
    from pacetag.db.words import words

    return _offered(
        _ask(ctx, lambda connection, path: words(connection, path, column, incomplete)), incomplete
    )


def _ask(ctx: typer.Context, question: Callable[[Any, Path], Iterable[str]]) -> list[str]:
    """Return what the index answers; nothing where there is none, or none that can be read."""
    from sqlite3 import Error

    from pacetag.db.errors import SongIndexError
    from pacetag.db.health import opened_unchanged
    from pacetag.tagger.errors import TaggerError
    from pacetag.tagger.settings import index_path

    with suppress(SongIndexError, TaggerError, OSError, Error, RuntimeError, ValueError):
        typed = ctx.params.get("index")
        path = index_path(None if typed is None else Path(typed))
        with opened_unchanged(path) as connection:
            return list(question(connection, path))
    return []


def _offered(found: Iterable[str], incomplete: str) -> list[str]:
    """Return the words that begin so, each once and sorted; none that could command a terminal."""
    return sorted({each for each in found if each.startswith(incomplete) and each.isprintable()})
