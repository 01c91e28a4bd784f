"""Where a file lay before it was moved."""

from pathlib import Path

from pacetag.db.index import SongIndex
from pacetag.db.runs import FileId
from pacetag.tagger.library import is_gone, stamp
from pacetag.tagger.tags.errors import TagError
from pacetag.tagger.tags.payload import payload_fingerprint


def lay_before(
    path: Path, fingerprint: str, index: SongIndex, file: FileId, known: str | None = None
) -> str | None:
    """A path from which the file may have come: the same audio was there, and is no more.

    First come those at which pacetag wrote it, then `known`, where the index has it. Of several,
    one with the same name is likelier than one in the same folder, and that than any other. Last
    come those at which other music lies now, as where two songs swapped their names. A file that
    was written there and is another one on the same disk has not moved, but is a copy.
    """
    others = [other for other in index.writes.paths_of_audio(fingerprint) if other != str(path)]
    copied = {other for other in others if _is_another(other, fingerprint, index, file)}
    written = [other for other in others if other not in copied]
    gone = [Path(other) for other in written if is_gone(other)]
    gone.sort(key=lambda old: (old.name != path.name, old.parent != path.parent))
    if gone:
        return str(gone[0])
    for other in written:
        if _holds_other_audio(other, fingerprint, index):
            return other
    if known is None or known == str(path) or known in copied:
        return None
    return known if is_gone(known) else None


def _is_another(path: str, fingerprint: str, index: SongIndex, file: FileId) -> bool:
    """Whether what was last written there is known to be another file than this one."""
    last = index.writes.history(path, fingerprint)[-1].file
    return last is not None and last.device == file.device and last.inode != file.inode


def _holds_other_audio(path: str, fingerprint: str, index: SongIndex) -> bool:
    """Whether something else lies there by now; the file is read where the index cannot know."""
    song = index.song(path)
    try:
        if song is not None and song.fingerprint is not None and song.stamp == stamp(Path(path)):
            return song.fingerprint != fingerprint
        return payload_fingerprint(Path(path)) != fingerprint
    except (TagError, OSError):
        return False
