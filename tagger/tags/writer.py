"""Writes fields into a file's tags, and changes nothing else in it."""

import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pacetag.db.records import Stamp
from pacetag.tagger.tags.containers.container import Layout, Wanted
from pacetag.tagger.tags.containers.layouts import read_layout
from pacetag.tagger.tags.errors import (
    ChangedMeanwhileError,
    LayoutError,
    NotWritableError,
    ObstacleError,
    TagError,
    UnlikeError,
    system_reason,
)
from pacetag.tagger.tags.fields import FIELDS
from pacetag.tagger.tags.fingerprint import fingerprint_of
from pacetag.tagger.tags.mutagen_io import Audio, open_audio
from pacetag.tagger.tags.reader import joins_values, values
from pacetag.tagger.tags.safety.byte_patches import patched, patches_of
from pacetag.tagger.tags.safety.in_place import write_in_place
from pacetag.tagger.tags.safety.journal import JournalError
from pacetag.tagger.tags.safety.journal_writing import copies_in
from pacetag.tagger.tags.safety.locks import locked, refuse_if_written
from pacetag.tagger.tags.safety.overwrite import overwrite
from pacetag.tagger.tags.safety.recovery import recover_file
from pacetag.tagger.tags.safety.replace import (
    CHANGED,
    check_room,
    may_hold_copies,
    put_in_place,
    same_file,
    stamp_of,
)
from pacetag.tagger.tags.safety.temp_files import temp_file_beside
from pacetag.tagger.tags.writable import forbidden


@dataclass(frozen=True, kw_only=True)
class Written:
    """The result of write_tags."""

    changed: bool  # whether the file was written
    old: dict[str, list[str]]  # the fields' values before, as they stood; [] for none
    stamp: Stamp  # of the file afterwards


def write_tags(
    path: Path,
    fields: Mapping[str, list[str]],
    *,
    expected: Stamp | None = None,
    fingerprint: str | None = None,
    journals: Path,
) -> Written:
    """Set fields in a file's tags; [] removes a field. Other tags and the sound stay as they are.

    `fields` maps names of the field table ("pace", "pacetag", "bpm") to values. A file that has
    them already is not written. `fingerprint` is the file's at the time of `expected`, to save
    computing it again. Links are followed; a file with several names keeps them all. A process that
    dies meanwhile leaves the old file, the new one, or one that `recover` restores from the folder
    `journals`, beside the index in use.

    Raises ChangedMeanwhileError if the file is not what `expected` says, NotWritableError if its
    kind or state forbids writing, ObstacleError if a lock, a full disk, its rights or the system
    do, and TagError for all other failures. In each case the file is as before and nothing is left
    beside it. Raises ValueError for a field that is not written.
    """
    for name in fields:
        if name not in FIELDS or not FIELDS[name].written:
            raise ValueError(f"{name!r} is not a field that can be written")
    try:
        return _write(path, fields, expected, fingerprint, journals)
    except LayoutError as error:
        raise NotWritableError(path, str(error)) from error
    except JournalError as error:
        raise ObstacleError(path, str(error)) from error
    except UnicodeEncodeError as error:  # such as a lone surrogate, out of a damaged index
        raise NotWritableError(path, "a value that is no text cannot be written") from error
    except OSError as error:
        raise ObstacleError(path, system_reason(error)) from error


@dataclass(frozen=True, kw_only=True)
class _Job:
    """One file that is to be written: open, and as it was before."""

    path: Path  # as the caller gave it
    real: Path  # with all links resolved
    source: BinaryIO
    before: os.stat_result
    kind: type  # mutagen's class for it
    layout: Layout
    fields: Wanted
    fingerprint: str | None  # if it is known already
    journals: Path


def _write(
    path: Path, fields: Wanted, expected: Stamp | None, fingerprint: str | None, journals: Path
) -> Written:
    real = Path(os.path.realpath(path, strict=True))
    if not stat.S_ISREG(real.stat().st_mode):
        raise NotWritableError(path, "it is not a file")
    with real.open("rb") as source, locked(path, source.fileno()):
        before = os.fstat(source.fileno())
        if recover_file(journals, before):
            raise ChangedMeanwhileError(path, "an earlier write to it had been broken off")
        if expected is not None and stamp_of(before) != expected:
            raise ChangedMeanwhileError(path, "the file was changed since it was looked at")
        audio = open_audio(path)
        old = {name: values(audio, FIELDS[name]) for name in fields}
        if _says(audio, fields):
            return Written(changed=False, old=old, stamp=stamp_of(before))
        job = _Job(
            path=path,
            real=real,
            source=source,
            before=before,
            kind=type(audio),
            layout=read_layout(source, path, type(audio)),
            fields=fields,
            fingerprint=fingerprint if expected is not None else None,
            journals=journals,
        )
        _check(job)
        return Written(changed=True, old=old, stamp=_in_place(job) or _as_a_copy(job))


def _check(job: _Job) -> None:
    """Raise ObstacleError if the file must not be written now."""
    reason = forbidden(job.path)
    if reason is not None:
        raise ObstacleError(job.path, reason)
    check_room(job.path, job.real.parent, job.before)
    refuse_if_written(job.path, job.real)


def _in_place(job: _Job) -> Stamp | None:
    """Write in place, if nothing has to move; returns the new stamp, or None."""
    with _unless_changed(job):
        patches = patches_of(job.layout, job.source, job.fields)
        if not patches:
            return None
        with patched(job.source, patches) as trial:
            _verify(job, trial)
            _verify_sound(job, trial)
    return write_in_place(
        job.path,
        job.real,
        job.before,
        patches,
        verify=lambda written: _verify(job, written),
        journals=job.journals,
    )


def _as_a_copy(job: _Job) -> Stamp:
    """Write a copy and put it in the file's place, or copy its content over the file.

    The latter for a file with several names or in a read-only folder, and if the copy would have
    another owner, mode or attributes. Returns the new stamp.
    """
    beside = may_hold_copies(job.real.parent)
    home = job.real.parent if beside else copies_in(job.journals)
    if not beside:
        check_room(job.path, home, job.before)
    with temp_file_beside(home / job.real.name) as draft:
        with _unless_changed(job):
            with draft.open("r+b") as target:
                job.layout.write(job.source, target, job.fields)
            with draft.open("rb") as trial:
                _verify(job, trial)
                _verify_sound(job, trial)
        refuse_if_written(job.path, job.real)
        if beside and job.before.st_nlink == 1:
            with suppress(UnlikeError):
                return put_in_place(job.path, job.real, draft, job.before)
        return overwrite(job.path, job.real, draft, job.before, journals=job.journals)


@contextmanager
def _unless_changed(job: _Job) -> Iterator[None]:
    """Raise ChangedMeanwhileError for any error, if the file was changed meanwhile."""
    try:
        yield
    except (TagError, LayoutError) as error:
        if not same_file(job.before, job.real.stat()):
            raise ChangedMeanwhileError(job.path, CHANGED) from error
        raise


def _says(audio: Audio, fields: Wanted) -> bool:
    """Whether the fields have these values, in the form in which they are given."""
    joins = joins_values(audio)
    return all(
        FIELDS[name].stands(values(audio, FIELDS[name]), wanted, joins=joins)
        for name, wanted in fields.items()
    )


def _verify(job: _Job, trial: BinaryIO) -> None:
    """Read the new file back, with mutagen and byte by byte. Raises TagError."""
    try:
        audio = open_audio(job.path, job.kind, trial)
        kept = read_layout(trial, job.path, job.kind).kept(job.fields.keys())
    except TagError as error:
        raise TagError(job.path, f"a trial copy could not be read: {error.reason}") from error
    if not _says(audio, job.fields):
        raise TagError(job.path, "the new tags did not read back, so the file was left alone")
    if kept != job.layout.kept(job.fields.keys()):
        raise TagError(job.path, "other tags would have changed, so the file was left alone")


def _verify_sound(job: _Job, trial: BinaryIO) -> None:
    after = fingerprint_of(trial)
    if after != job.fingerprint and after != fingerprint_of(job.source):
        raise TagError(job.path, "the sound would have changed, so the file was left alone")
