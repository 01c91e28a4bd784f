"""Labels files of any form to song files with their paces."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

from pacetag.model.training.labels.match import (
    LabelledSong,
    LabelledSongs,
    MusicFolder,
    SongNames,
    gather,
    match_rows,
)
from pacetag.model.training.labels.table import LeftOut, read_table
from pacetag.tagger.errors import UsageError
from pacetag.tagger.evaluating.labels_of_index import is_index, labels_of_index
from pacetag.tagger.library.walk import check_paths, walk
from pacetag.tagger.tags.errors import TagError
from pacetag.tagger.tags.reader import read_tags


def labelled_songs(files: Sequence[Path], music: Path | None = None) -> LabelledSongs:
    """What the files say of songs below `music`; of two that name the same song the first counts.

    A file is a table (see `read_table`) or pacetag's own index, told apart by content. Without
    `music` a table's songs lie below its own folder, and an index knows where its songs are.
    Raises TaggerError or LabelsError.
    """
    paths = [Path(os.path.abspath(file.expanduser())) for file in files]  # noqa: PTH100
    root = None if music is None else check_paths([music])[0]
    if root is not None and not root.is_dir():
        raise UsageError(f"{music}: is no folder")
    return gather(_found(paths, root), files=[path.name for path in paths])


def _found(paths: Iterable[Path], root: Path | None) -> Iterator[LabelledSong | LeftOut]:
    folders: dict[Path, MusicFolder] = {}  # each is listed once, however many tables there are
    for path in paths:
        if path.is_dir():
            raise UsageError(f"{path}: is a folder; name a table or an index")
        try:
            index = is_index(path)
        except OSError as error:
            raise UsageError(f"{path}: cannot be read ({error.strerror})") from error
        if index:
            yield from labels_of_index(path, root)
            continue
        table = read_table(path)
        yield from table.left_out
        place = path.parent if root is None else root
        folder = folders.setdefault(place, MusicFolder(place, _files_below(place), cache(_names)))
        yield from match_rows(table.rows, folder)


def _files_below(place: Path) -> Callable[[], Iterable[Path]]:
    return lambda: walk([place])


def _names(path: Path) -> SongNames:
    try:
        tags = read_tags(path)
    except TagError:
        return SongNames(title=None, artist=None)
    return SongNames(title=tags.title, artist=tags.artist)
