"""Writes a new content over a song that must stay the same file, and takes it back if it fails.

Renaming would leave other names with the old content, or change the owner of another user's file.
So the old content is copied first, beside the song or, where its folder may not be written, beside
the journals. Only while that copy has the name of a backup can the song be half written.
"""

import os
from contextlib import suppress
from pathlib import Path

from pacetag.db.records import Stamp
from pacetag.tagger.tags.errors import ChangedMeanwhileError, TagError
from pacetag.tagger.tags.safety.copy_note import CopyNote, copy_over, digest_of
from pacetag.tagger.tags.safety.disk import flush, sync_folder
from pacetag.tagger.tags.safety.half_written import Sums
from pacetag.tagger.tags.safety.in_place import TakenBack
from pacetag.tagger.tags.safety.journal_writing import published
from pacetag.tagger.tags.safety.replace import CHANGED, same_file
from pacetag.tagger.tags.safety.temp_files import temp_file_beside


def overwrite(
    path: Path, real: Path, draft: Path, before: os.stat_result, *, journals: Path
) -> Stamp:
    """Journal the song, then write the draft over it; returns the new stamp.

    Raises ChangedMeanwhileError if the song is no longer what `before` says, else TagError or
    OSError. In each case it keeps its old content, at the latest after the next start.
    """
    with temp_file_beside(draft) as spare:
        copy_over(real, spare)
        with spare.open("rb") as copy, draft.open("r+b") as new:
            flush(new.fileno())  # before it gets the name that recovery trusts
            note = CopyNote(
                path=real,
                inode=before.st_ino,
                draft=draft,
                spare=spare,
                digest=digest_of(copy.fileno()),
                new=Sums.of(new.fileno()),
            )
        with published(journals, note.record()) as journal:
            try:
                if not same_file(before, real.stat()):  # it may have changed while it was copied
                    raise ChangedMeanwhileError(path, CHANGED)
                draft.replace(note.fresh)
                spare.replace(note.backup)
                sync_folder(note.home)
                stamp = _over(path, real, note.fresh, before)
                note.backup.replace(spare)
            except BaseException as error:
                found = _taken_back(path, note, error)
                journal.drop()
                if found is TakenBack.FOREIGN and isinstance(error, Exception):
                    reason = f"{CHANGED}; its old content is in {note.rescued}"
                    raise ChangedMeanwhileError(path, reason) from error
                raise
            with suppress(OSError):  # the song is whole; the next start does what is left
                sync_folder(note.home)
                note.clear()
                journal.drop()
    return stamp


def _over(path: Path, real: Path, fresh: Path, before: os.stat_result) -> Stamp:
    if not same_file(before, real.stat()):
        raise ChangedMeanwhileError(path, CHANGED)
    stamp = copy_over(fresh, real)
    with fresh.open("rb") as new, real.open("rb") as song:
        if digest_of(song.fileno()) != digest_of(new.fileno()):
            raise TagError(path, "the new content did not read back, so the old one was put back")
    return stamp


def _taken_back(path: Path, note: CopyNote, error: BaseException) -> TakenBack:
    try:
        if isinstance(error, ChangedMeanwhileError):  # nothing was written yet
            note.backup.unlink(missing_ok=True)
        return note.take_back()
    except Exception as again:
        raise TagError(
            path,
            f"it broke off half written ({error}), and could not be put back ({again}); pacetag "
            f"tries again at its next start; its old content is in {note.backup}",
        ) from error
