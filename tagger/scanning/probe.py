"""One look at a file: its stamp, its tags, and which audio it holds."""

import re
from dataclasses import dataclass
from pathlib import Path

from pacetag.db.records import Stamp
from pacetag.db.runs import FileId
from pacetag.tagger.library.walk import stamp
from pacetag.tagger.tags.errors import TagError, UnreadableError, system_reason
from pacetag.tagger.tags.fingerprint import file_fingerprint
from pacetag.tagger.tags.pacetag import PaceTag, parse_pacetag
from pacetag.tagger.tags.reader import SongTags, read_loosely, read_tags
from pacetag.tagger.tags.safety.disk import read_through

_FINGERPRINT = re.compile(r"[0-9a-f]+", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class FileProbe:
    """A file as it was at one moment."""

    path: Path
    stamp: Stamp  # taken before the rest was read
    file: FileId  # which tells it from others, by whatever name
    fingerprint: str  # of the audio without tags
    tags: SongTags
    pacetag: PaceTag | None  # pacetag's own note in the tags


def examine(path: Path, known: Stamp | None = None, fingerprint: str | None = None) -> FileProbe:
    """Look at a file. Its audio is not read again if `fingerprint` was taken at stamp `known`.

    One that is none, as of a damaged index, does not count.

    A file of which the tags cannot be read as they should still has a sound to judge, and perhaps a
    title: it counts as one that is not written. Raises OSError or UnreadableError where the system
    refuses to read it.
    """
    now = stamp(path)
    tags = _tags(path)
    if fingerprint is None or known != now or not _FINGERPRINT.fullmatch(fingerprint):
        fingerprint = file_fingerprint(path)
    return FileProbe(
        path=path,
        stamp=now,
        file=FileId(device=path.stat().st_dev, inode=now.inode),
        fingerprint=fingerprint,
        tags=tags,
        pacetag=parse_pacetag(tags.pacetag) if tags.pacetag else None,
    )


def _tags(path: Path) -> SongTags:
    """The tags, or why there are none. A fault of the system may have looked like damage."""
    try:
        return read_tags(path)
    except UnreadableError:
        raise
    except TagError:
        refusal = read_through(path)
    if refusal is not None:
        raise UnreadableError(path, system_reason(refusal))
    try:
        return read_tags(path)
    except UnreadableError:
        raise
    except TagError as error:
        return read_loosely(path, error.reason)
