"""Where a file lay before it was moved."""

from pathlib import Path

from pacetag.db.index import SongIndex
from pacetag.tagger.library.walk import is_gone, stamp
from pacetag.tagger.scanning.probe import FileProbe
from pacetag.tagger.tags.errors import TagError
from pacetag.tagger.tags.fingerprint import file_fingerprint


def lay_before(look: FileProbe, index: SongIndex, known: str | None = None) -> str | None:
    """A path from which the file may have come: the same audio was there, and is no more.

    First come those at which pacetag wrote it, then `known`, where the index has it. Of several,
    one with the same name is likelier than one in the same folder, and that than any other. Last
    come those at which other music lies now, as where two songs swapped their names. What holds
    pacetag's tags and is another file than the one that was written there has not moved: it is a
    copy.
    """
    path, fingerprint = look.path, look.fingerprint
    known_at = index.writes.paths_by_fingerprint(fingerprint)
    written = [other for other in known_at if other != str(path)]
    gone = [Path(other) for other in written if is_gone(other) and not _is_copy(look, other, index)]
    gone.sort(key=lambda old: (old.name != path.name, old.parent != path.parent))
    if gone:
        return str(gone[0])
    for other in written:
        if _holds_other_audio(other, fingerprint, index) and not _is_copy(look, other, index):
            return other
    if known is None or known == str(path) or not is_gone(known):
        return None
    return None if _is_copy(look, known, index) else known


def _is_copy(look: FileProbe, path: str, index: SongIndex) -> bool:
    """Whether it holds what was written into another file, as far as that is known."""
    history = index.writes.history(path, look.fingerprint)
    file = history[-1].file if history and look.pacetag is not None else None
    return file is not None and file.device == look.file.device and file != look.file


def _holds_other_audio(path: str, fingerprint: str, index: SongIndex) -> bool:
    """Whether something else lies there by now; the file is read where the index cannot know."""
    song = index.song(path)
    try:
        if song is not None and song.fingerprint is not None and song.stamp == stamp(Path(path)):
            return song.fingerprint != fingerprint
        return file_fingerprint(Path(path)) != fingerprint
    except (TagError, OSError):
        return False
