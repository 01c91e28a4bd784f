"""Where a file lay before it was moved."""

from pathlib import Path

from pacetag.db.index import SongIndex
from pacetag.tagger.library.walk import is_gone, stamp
from pacetag.tagger.scanning.probe import FileProbe
from pacetag.tagger.tags.errors import TagError
from pacetag.tagger.tags.fingerprint import file_fingerprint


def lay_before(probe: FileProbe, index: SongIndex, known: str | None = None) -> str | None:
    """A path from which the file may have come: the same audio lay there and no longer does.

    Paths at which pacetag wrote it come first, then `known`, where the index has it. Of several, a
    path with the same name is likelier than one in the same folder, and that one likelier than the
    others. Paths at which other music lies now come last, as when two songs swapped their names. A
    file with pacetag's tags that is not the file that was written there has not moved: it is a
    copy.
    """
    path, fingerprint = probe.path, probe.fingerprint
    known_at = index.writes.paths_by_fingerprint(fingerprint)
    written = [other for other in known_at if other != str(path)]
    gone = [
        Path(other) for other in written if is_gone(other) and not _is_copy(probe, other, index)
    ]
    gone.sort(key=lambda old: (old.name != path.name, old.parent != path.parent))
    if gone:
        return str(gone[0])
    for other in written:
        if _holds_other_audio(other, fingerprint, index) and not _is_copy(probe, other, index):
            return other
    if known is None or known == str(path) or not is_gone(known):
        return None
    return None if _is_copy(probe, known, index) else known


def _is_copy(probe: FileProbe, path: str, index: SongIndex) -> bool:
    """Whether it holds what was written into another file, as far as the log knows."""
    history = index.writes.history(path, probe.fingerprint)
    file = history[-1].file if history and probe.pacetag is not None else None
    return file is not None and file.device == probe.file.device and file != probe.file


def _holds_other_audio(path: str, fingerprint: str, index: SongIndex) -> bool:
    """Whether another song lies there now; the file is read if the index does not know."""
    song = index.song(path)
    try:
        if song is not None and song.fingerprint is not None and song.stamp == stamp(Path(path)):
            return song.fingerprint != fingerprint
        return file_fingerprint(Path(path)) != fingerprint
    except (TagError, OSError):
        return False
