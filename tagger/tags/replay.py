"""Puts right what processes left that died while they wrote a song."""

import os
from pathlib import Path

from pacetag.tagger.tags.claims import claimed
from pacetag.tagger.tags.errors import NotWritableError, system_reason
from pacetag.tagger.tags.in_place import PatchNote, TakenBack
from pacetag.tagger.tags.journal import FORMAT, Journal, journals_in
from pacetag.tagger.tags.overwrite import CopyNote

Note = PatchNote | CopyNote
_KINDS: dict[str, type[PatchNote] | type[CopyNote]] = {
    each.KIND: each for each in (PatchNote, CopyNote)
}
_BROKEN_OFF = "writing its tags was broken off"


def replay(folder: Path) -> list[str]:
    """Take back every write that broke off, of which a journal lies in the folder.

    Returns a sentence for a person on each song that was put right, or could not be. A journal goes
    once its song is whole, stays while its song cannot be reached, and is set aside where somebody
    else changed the song since. Raises OSError where the journals themselves cannot be handled.
    """
    sentences: list[str] = []
    for journal in journals_in(folder):
        if journal.held:
            note = _note(journal)
            sentences += [note] if isinstance(note, str) else _claimed_and_put_right(journal, note)
    return sentences


def replay_for(folder: Path, status: os.stat_result) -> bool:
    """Take back what broke off in one file, which the caller has claimed. Raises OSError.

    True where there is a journal of it: then the file is no longer what it looked like, or will
    soon not be, as another process is putting it right.
    """
    found = False
    for journal in journals_in(folder):
        note = _note(journal, look_only=True)
        if not isinstance(note, str) and _is_of(note, status):
            found = True
            if journal.held:
                _put_right(journal, note)
    return found


def _is_of(note: Note, status: os.stat_result) -> bool:
    try:
        return os.path.samestat(note.path.stat(), status)
    except OSError:
        return False


def _claimed_and_put_right(journal: Journal, note: Note) -> list[str]:
    """The same, but nobody else writes the song meanwhile."""
    try:
        descriptor = os.open(note.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return _put_right(journal, note)  # says why
    try:
        with claimed(note.path, descriptor):
            return _put_right(journal, note)
    except NotWritableError as error:
        return [f"{note.path}: {_BROKEN_OFF}, and it cannot be put right yet: {error.reason}"]
    finally:
        os.close(descriptor)


def _put_right(journal: Journal, note: Note) -> list[str]:
    """Take the write back and settle its journal; what there is to say."""
    try:
        found = note.take_back()
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
            f"what is known of it is in {where}"
        ]
    journal.drop()
    if found is TakenBack.RESTORED:
        return [f"{note.path}: {_BROKEN_OFF}; it is as it was before"]
    return []


def _has_files(folder: Path) -> bool:
    """Whether there is anything in a folder; the place of a disk that is not mounted is empty."""
    try:
        with os.scandir(folder) as listing:
            return next(listing, None) is not None
    except OSError:
        return False


def _note(journal: Journal, *, look_only: bool = False) -> Note | str:
    """What the journal says; where it cannot be understood, a sentence.

    A damaged one is set aside then, unless this is no more than a look.
    """
    record = journal.record
    if record is not None and isinstance(record.get("format"), int) and record["format"] > FORMAT:
        return f"{journal.path}: is of a newer pacetag, which alone can put its song right"
    try:
        if record is not None:
            return _KINDS[record["kind"]].read(record)
    except (ValueError, KeyError, TypeError):
        pass
    if look_only:
        return f"{journal.path}: is damaged"
    return f"{journal.path}: is damaged, so it was set aside as {journal.set_aside()}"
