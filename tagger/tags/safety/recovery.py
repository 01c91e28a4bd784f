"""Recovers songs whose writes were interrupted, by the journals that were left."""

import os
import stat
from functools import partial
from pathlib import Path
from typing import BinaryIO

from pacetag.tagger.tags.errors import NotWritableError, RefusedError, system_reason
from pacetag.tagger.tags.safety.copy_note import CopyNote
from pacetag.tagger.tags.safety.in_place import PatchNote, TakenBack
from pacetag.tagger.tags.safety.journal import (
    FORMAT,
    UNBOUND,
    Journal,
    journals_in,
    names,
    why_not_ours,
)
from pacetag.tagger.tags.safety.locks import locked
from pacetag.tagger.tags.safety.vetting import Known, UnknownError, check_known, check_taking_back

Note = PatchNote | CopyNote
_KINDS: dict[str, type[PatchNote] | type[CopyNote]] = {
    each.KIND: each for each in (PatchNote, CopyNote)
}
_BROKEN_OFF = "writing its tags was broken off"


def recover(folder: Path, known: Known) -> list[str]:
    """Undo every interrupted write that has a journal in the folder.

    Returns a sentence for the user on each song that was restored, or could not be. A journal is
    removed once its song is whole, stays while its song cannot be reached, and is set aside if the
    song was changed externally since, or if it asks for what pacetag would not have written. In a
    folder that others may write to, nothing is touched. Raises OSError if the journals themselves
    cannot be read or removed.
    """
    reason = why_not_ours(folder) if names(folder) else None
    if reason is not None:
        return [
            f"{folder}: {reason}, so the journals of broken off writes in it are not obeyed; move "
            "it away if it is not yours, else take from others what they may do there"
        ]
    sentences: list[str] = []
    for journal in journals_in(folder):
        if journal.held:
            note = _note(journal)
            sentences += (
                [note] if isinstance(note, str) else _locked_and_put_right(journal, note, known)
            )
    return sentences


def recover_file(folder: Path, status: os.stat_result) -> bool:
    """Undo an interrupted write to one file, which the caller has locked. Raises OSError.

    Returns True if there is a journal for it: then the file has changed, or will soon, as another
    process is restoring it.
    """
    found = False
    for journal in journals_in(folder):
        note = _note(journal, look_only=True)
        if not isinstance(note, str) and _is_of(note, status):
            found = True
            if journal.held and journal.bound:  # the others need an index that vouches for the song
                _put_right(journal, note, None)
    return found


def may_be_needed(folder: Path, name: str) -> bool:
    """Whether a journal in the folder needs, or might need, the copy of a song with that name."""
    try:
        notes = [_note(journal, look_only=True) for journal in journals_in(folder)]
    except OSError:
        return True
    return any(
        isinstance(note, str)
        or (isinstance(note, CopyNote) and name in (note.backup.name, note.fresh.name))
        for note in notes
    )


def _is_of(note: Note, status: os.stat_result) -> bool:
    try:
        return os.path.samestat(note.path.stat(), status)
    except OSError:
        return False


def _locked_and_put_right(journal: Journal, note: Note, known: Known) -> list[str]:
    """Undo a write while the song is locked; returns what to tell the user."""
    if not _may_be_a_song(note.path):
        return [_refused(journal, note, "it is not a file")]
    try:
        descriptor = os.open(note.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return _put_right(journal, note, known)  # reports the reason
    try:
        with locked(note.path, descriptor):
            return _put_right(journal, note, known)
    except NotWritableError as error:
        return [f"{note.path}: {_BROKEN_OFF}, and it cannot be put right yet: {error.reason}"]
    finally:
        os.close(descriptor)


def _may_be_a_song(path: Path) -> bool:
    """Whether it is a regular file, or missing: no device is opened, no link followed."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return True


def _put_right(journal: Journal, note: Note, known: Known | None) -> list[str]:
    """Undo a write and settle its journal; returns what to tell the user.

    If `known` is None, the caller vouches for the song, and a journal that is refused stays.
    """
    try:
        found = note.take_back(partial(_check, note.path, known, bound=journal.bound))
    except UnknownError as error:
        return [f"{note.path}: {_BROKEN_OFF}, and it cannot be put right yet: {error}"]
    except RefusedError as error:
        return [] if known is None else [_refused(journal, note, str(error))]
    except FileNotFoundError:
        if not _has_files(note.path.parent):
            return [f"{note.path}: {_BROKEN_OFF}; it will be put right when its folder is back"]
        where = journal.set_aside()
        return [f"{note.path}: {_BROKEN_OFF}, and it is gone; what is known of it is in {where}"]
    except OSError as error:
        reason = system_reason(error)
        return [f"{note.path}: {_BROKEN_OFF}, and it cannot be put right yet: {reason}"]
    if found is TakenBack.FOREIGN:
        where = journal.set_aside()
        return [
            f"{note.path}: {_BROKEN_OFF}, and it was changed since, so it was left as it is; "
            f"{note.where_old_is()}what is known of it is in {where}"
        ]
    journal.drop()
    if found is TakenBack.RESTORED:
        return [f"{note.path}: {_BROKEN_OFF}; it is as it was before"]
    return []


def _check(path: Path, known: Known | None, old: BinaryIO, new: BinaryIO, *, bound: bool) -> None:
    fingerprint = check_taking_back(path, old, new)
    if known is not None:
        check_known(path, fingerprint, known, bound=bound)


def _refused(journal: Journal, note: Note, reason: str) -> str:
    return (
        f"{note.path}: a journal asks to change it, but {reason}; it was left as it is, and the "
        f"journal was set aside as {journal.set_aside()}"
    )


def _has_files(folder: Path) -> bool:
    """Whether a folder has entries; the mount point of a missing disk has none."""
    try:
        with os.scandir(folder) as listing:
            return next(listing, None) is not None
    except OSError:
        return False


def _note(journal: Journal, *, look_only: bool = False) -> Note | str:
    """The journal's note; a sentence instead if it is refused or cannot be understood.

    Such a journal is set aside, unless `look_only`.
    """
    record, reason = journal.record, journal.objection or "is damaged"
    number = record.get("format") if record is not None else None
    if isinstance(number, int) and number > FORMAT and journal.objection is None:
        return f"{journal.path}: is of a newer pacetag, which alone can put its song right"
    try:
        if record is not None and journal.objection is None and number in (FORMAT, UNBOUND):
            return _KINDS[record["kind"]].read(record, journal.path.parent)
    except (ValueError, KeyError, TypeError):
        pass
    if look_only:
        return f"{journal.path}: {reason}"
    return f"{journal.path}: {reason}, so it was set aside as {journal.set_aside()}"
