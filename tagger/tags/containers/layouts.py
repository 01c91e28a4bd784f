"""Finds the layout of a file, by its row in the registry."""

from pathlib import Path
from typing import BinaryIO

from pacetag.tagger.tags.containers.container import Layout, load
from pacetag.tagger.tags.containers.registry import by_kind
from pacetag.tagger.tags.errors import LayoutError, NotWritableError


def load_layout(path: Path, kind: type) -> Layout:
    """The layout of a file that was read as `kind`. Raises NotWritableError or OSError."""
    with path.open("rb") as source:
        return read_layout(source, path, kind)


def read_layout(source: BinaryIO, path: Path, kind: type) -> Layout:
    """The layout of an open file; `path` is for the error's sentence."""
    container = by_kind(kind)
    if container is None or not container.layout:
        raise NotWritableError(path, f"tags of this kind of file ({kind.__name__}) are not written")
    try:
        layout: Layout = load(container.layout)(source)
    except LayoutError as error:
        raise NotWritableError(path, str(error)) from error
    return layout


def check_all(source: BinaryIO, kind: type) -> None:
    """Check all of an open file that has a layout. Raises LayoutError."""
    container = by_kind(kind)
    if container is not None and container.check:
        load(container.check)(source)
