"""Checks that a journal restores nothing but tags, in a song that pacetag wrote.

A journal that pacetag wrote always passes: the writer checks the same before it writes.
"""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pacetag.tagger.tags.containers.layouts import read_layout
from pacetag.tagger.tags.errors import RefusedError, TagError
from pacetag.tagger.tags.fields import FIELDS
from pacetag.tagger.tags.fingerprint import fingerprint_of
from pacetag.tagger.tags.mutagen_io import open_audio

_WRITTEN = [name for name, field in FIELDS.items() if field.written]


class UnknownError(RefusedError):
    """No index at hand knows the song; another one may."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """What the indexes at hand know of songs."""

    paths: Callable[[str], Iterable[str]]  # fingerprint -> where songs with it lie
    blank: bool = False  # whether they know no song at all, as after the index was lost
    others: bool = False  # whether there may be other indexes, which know more


def check_taking_back(path: Path, old: BinaryIO, new: BinaryIO) -> str:
    """The fingerprint of the song as it was.

    Raises RefusedError unless both contents are a song that pacetag can write, and differ in
    nothing but the fields that it writes.
    """
    try:
        kind = type(open_audio(path, None, old))
        open_audio(path, kind, new)
        kept = [read_layout(each, path, kind).kept(_WRITTEN) for each in (old, new)]
    except TagError as error:
        raise RefusedError(f"that is no song whose tags pacetag writes: {error.reason}") from error
    if kept[0] != kept[1]:
        raise RefusedError("more would change than the fields that pacetag writes")
    fingerprints = {fingerprint_of(each) for each in (old, new)}
    if len(fingerprints) != 1:
        raise RefusedError("the sound would change")
    return fingerprints.pop()


def check_known(path: Path, fingerprint: str, known: Known, *, bound: bool) -> None:
    """Raise RefusedError unless an index knows a song with that fingerprint at the path.

    If the index has no songs at all, as after the old one was lost, it is enough that the journal
    is bound to its place. Raises UnknownError if another index may know the song.
    """
    if any(_is_same(other, path) for other in known.paths(fingerprint)) or (known.blank and bound):
        return
    kind = UnknownError if known.others else RefusedError
    raise kind("the index knows no such song there")


def _is_same(some: str, other: Path) -> bool:
    try:
        return some == os.fspath(other) or Path(some).samefile(other)
    except (OSError, ValueError):
        return False
