"""Taking tag writes back: the values from before pacetag's first writing return."""

from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from pacetag.db.index import SongIndex
from pacetag.db.records import SongRecord
from pacetag.tagger.examine import Look, examine
from pacetag.tagger.library import is_gone
from pacetag.tagger.marking import Fields, differing
from pacetag.tagger.tags.errors import TagError
from pacetag.tagger.tags.ownership import foreign_pace
from pacetag.tagger.tags.writer import write_tags
from pacetag.tagger.worker import without_path


class Undone(StrEnum):
    """How a song fared."""

    RESTORED = "restored"  # old values were put back, or would be in a dry run
    UNCHANGED = "unchanged"  # there was nothing to take back
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class UndoOutcome:
    """One song after an undo."""

    path: str  # absolute
    outcome: Undone
    reason: str | None = None


def undo_song(index: SongIndex, path: Path, *, dry_run: bool) -> UndoOutcome:
    """Put back what the song's fields held, then forget it; the index keeps the paces.

    Without memory (an index that was built from tags) PACE and PACETAG are removed. A PACE that
    somebody edited since is theirs and stays. Raises SongIndexError only.
    """
    song = index.song(str(path))
    try:
        look = _look(path, song)
        source, fields = _restorable(index, look, song)
        lacking = differing(look, fields)
        if lacking and dry_run:
            return _outcome(path, Undone.RESTORED, "would be restored (dry run)")
        if lacking:
            written = write_tags(path, lacking, expected=look.stamp)
    except (TagError, OSError) as error:
        return _outcome(path, Undone.FAILED, without_path(error, path))
    if not dry_run:
        if lacking and song is not None:
            index.store(replace(song, stamp=written.stamp))
        index.forget_old_tags(source)
    if lacking:
        return _outcome(path, Undone.RESTORED)
    return _outcome(path, Undone.UNCHANGED, "nothing to undo")


def _look(path: Path, song: SongRecord | None) -> Look:
    if song is None:
        return examine(path)
    return examine(path, song.stamp, song.fingerprint)


def _restorable(index: SongIndex, look: Look, song: SongRecord | None) -> tuple[str, Fields]:
    """The path under which old values are remembered, and the fields to put back."""
    path = str(look.path)
    if song is None and look.pacetag is not None:  # perhaps it moved since the last scan
        song = index.by_fingerprint(look.fingerprint, look.pacetag.bundle)
        if song is not None and is_gone(song.path):
            path = song.path
    remembered = index.old_tags(path)
    if song is not None and song.fingerprint not in (None, look.fingerprint):
        remembered = None  # it is of other audio, which lay here before
    if not look.tags.writable:
        return path, {}
    if remembered is not None:
        fields = {name: list(values) for name, values in remembered.items()}
    elif look.pacetag is not None:
        fields = {"pace": [], "pacetag": []}
    else:
        fields = {}
    if foreign_pace(look.tags):
        fields.pop("pace", None)
    return path, fields


def _outcome(path: Path, outcome: Undone, reason: str | None = None) -> UndoOutcome:
    return UndoOutcome(path=str(path), outcome=outcome, reason=reason)
