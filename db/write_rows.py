"""Runs and tag writes as rows of the log, and back."""

import json
from collections.abc import Iterable

from pacetag.db.rows import encode_path
from pacetag.db.runs import Fields, FileId, Run, TagChange, TagWrite
from pacetag.db.values import (
    LATEST,
    BadValueError,
    fields_of,
    file_number,
    flag,
    number_or_none,
    path_of,
    text_of,
    whole,
    whole_or_none,
)


def song_key(path: str, fingerprint: str, file: FileId | None = None) -> dict[str, object]:
    """Return the columns by which the log knows a song's file."""
    return {
        "path": encode_path(path),
        "fingerprint": fingerprint,
        "device": None if file is None else str(file.device),
        "inode": None if file is None else str(file.inode),
    }


def change_row(change: TagChange) -> dict[str, object]:
    """Return the columns that hold a change."""
    return {
        "old": _encode(change.old),
        "new": None if change.new is None else _encode(change.new),
    }


def tag_write(
    number: object,
    path: object,
    device: object,
    inode: object,
    run: object,
    old: object,
    new: object,
    finished: object,
    undoing: object,
    undone_by: object,
) -> TagWrite:
    """Return a row of HISTORY as a value. Raises BadValueError."""
    return TagWrite(
        id=whole(number, "a write"),
        path=path_of(path),
        file=_file(device, inode),
        run=whole_or_none(run, "a run"),
        change=_change(old, new),
        finished=flag(finished, "a write"),
        undoing=flag(undoing, "`undoing`"),
        undone_by=whole_or_none(undone_by, "a run"),
    )


def run_of(number: object, command: object, started: object, files: object, undone: object) -> Run:
    """Return a row of RUNS as a value. Raises BadValueError."""
    return Run(
        id=whole(number, "a run"),
        command=text_of(command, "a command"),
        started=number_or_none(started, "a time", most=LATEST),
        files=whole(files, "a number of files"),
        undone=whole(undone, "a number of files"),
    )


def new_number(rows: Iterable[tuple[object, ...]]) -> int:
    """Return the number of a row that was just inserted. Raises BadValueError."""
    found = [whole(number, "a number") for (number,) in rows]
    return found[0]


def _file(device: object, inode: object) -> FileId | None:
    if device is None or inode is None:
        return None
    return FileId(device=file_number(device), inode=file_number(inode))


def _change(old: object, new: object) -> TagChange:
    change = TagChange(old=fields_of(old), new=None if new is None else fields_of(new))
    if change.new is not None and not change.old.keys() <= change.new.keys():
        raise BadValueError("a note of tags", new)
    return change


def _encode(fields: Fields) -> str:
    """Return the fields as ASCII, which keeps surrogates; equal fields give equal texts."""
    return json.dumps(fields, sort_keys=True)
