"""Probe a file: its stamp, its tags and the fingerprint of its sound."""

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
    file: FileId  # device and inode, the same under each of its names
    fingerprint: str  # of the sound without tags, hex
    tags: SongTags
    pacetag: PaceTag | None  # the PACETAG in the tags; None where it is missing or foreign


class StretchedCopyError(TagError):
    """The file is a copy at another tempo that pacetag made; its original is the song."""


def examine(
    path: Path, known: Stamp | None = None, fingerprint: str | None = None, *, copies: bool = True
) -> FileProbe:
    """Probe a file. Its sound is not read again if `fingerprint` was taken at stamp `known`.

    A malformed fingerprint, as from a damaged index, is ignored. A file whose tags are damaged can
    still be judged and may have a title: it counts as not writable. Raises OSError or
    UnreadableError where the system refuses to read the file, and StretchedCopyError for a copy at
    another tempo that pacetag made unless `copies`.
    """
    now = stamp(path)
    tags = _tags(path)
    if tags.copy is not None and not copies:
        raise StretchedCopyError(path, "it is a stretched copy")
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
    """The tags; where they are damaged, as much of them as can be read, and why.

    A failing disk can look like damage, so the whole file is read before the damage is believed.
    """
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
