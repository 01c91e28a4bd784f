"""Writes fields into a file's tags so that nothing else in it can come to harm."""

import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pacetag.db.records import Stamp
from pacetag.tagger.tags.door import Audio, open_audio, system_reason
from pacetag.tagger.tags.errors import (
    ChangedMeanwhileError,
    LayoutError,
    NotWritableError,
    TagError,
)
from pacetag.tagger.tags.fields import FIELDS
from pacetag.tagger.tags.layout import Layout, forbidden, load_layout
from pacetag.tagger.tags.payload import payload_fingerprint
from pacetag.tagger.tags.reader import values
from pacetag.tagger.tags.replace import check_room, hidden_sibling, put_in_place, stamp_of

Wanted = Mapping[str, Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class Written:
    """What became of a file's tags."""

    changed: bool  # whether the file was written
    old: dict[str, list[str]]  # the fields' values before, as they stood there; [] for none
    stamp: Stamp  # of the file afterwards


def write_tags(
    path: Path, fields: Mapping[str, list[str]], *, expected: Stamp | None = None
) -> Written:
    """Give a file's tags these values; [] removes a field. The other tags and the sound stay.

    `fields` goes by the names of the field table: "pace", "pacetag", "bpm". A file that says so
    already is not written. Links are followed; a file with several names keeps them all.

    Raises ChangedMeanwhileError where the file is not what `expected` says, NotWritableError where
    its kind, state or permissions forbid writing, TagError for all else that can go wrong; the file
    is as before in each case, and nothing is left beside it. Raises ValueError for a field that is
    not written.
    """
    for name in fields:
        if name not in FIELDS or not FIELDS[name].written:
            raise ValueError(f"{name!r} is not a field that can be written")
    try:
        return _write(path, fields, expected)
    except LayoutError as error:
        raise NotWritableError(path, str(error)) from error
    except OSError as error:
        kind = NotWritableError if isinstance(error, PermissionError) else TagError
        raise kind(path, system_reason(error)) from error


def _write(path: Path, fields: Wanted, expected: Stamp | None) -> Written:
    real = Path(os.path.realpath(path, strict=True))
    before = real.stat()
    if not stat.S_ISREG(before.st_mode):
        raise NotWritableError(path, "it is not a file")
    if expected is not None and stamp_of(before) != expected:
        raise ChangedMeanwhileError(path, "the file was changed since it was looked at")
    audio = open_audio(path)
    old = {name: values(audio, FIELDS[name]) for name in fields}
    if _says(audio, fields):
        return Written(changed=False, old=old, stamp=stamp_of(before))
    layout = load_layout(path, type(audio))
    reason = forbidden(path)
    if reason is not None:
        raise NotWritableError(path, reason)
    check_room(path, real, before)
    with hidden_sibling(real, ".tmp") as draft:
        with real.open("rb") as source, draft.open("r+b") as target:
            layout.write(source, target, fields)
        _verify(path, draft, type(audio), layout, fields)
        stamp = put_in_place(path, real, draft, before)
    return Written(changed=True, old=old, stamp=stamp)


def _says(audio: Audio, fields: Wanted) -> bool:
    """Whether the fields have these values already."""
    return all(
        FIELDS[name].same(values(audio, FIELDS[name]), wanted) for name, wanted in fields.items()
    )


def _verify(path: Path, draft: Path, kind: type, layout: Layout, fields: Wanted) -> None:
    """Read the draft back, with mutagen and by its bytes. Raises TagError."""
    try:
        audio = open_audio(draft, kind)
        kept = load_layout(draft, kind).kept(fields.keys())
    except TagError as error:
        raise TagError(path, f"a trial copy could not be read: {error.reason}") from error
    if not _says(audio, fields):
        raise TagError(path, "the new tags did not read back, so the file was left alone")
    if kept != layout.kept(fields.keys()):
        raise TagError(path, "other tags would have changed, so the file was left alone")
    if payload_fingerprint(draft) != payload_fingerprint(path):
        raise TagError(path, "the sound would have changed, so the file was left alone")
