"""A record of everything in a tree of files that a scan must not change."""

import hashlib
import os
import stat
import sys
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from pacetag.tagger.tags.errors import LayoutError, TagError
from pacetag.tagger.tags.foreign_tags import others_in

FieldsOf = Callable[[Path], Collection[str]]
Facts = dict[str, bytes]  # of one file or folder: name of a fact -> its value, or a digest
_KINDS = {stat.S_IFDIR: "folder", stat.S_IFLNK: "link", stat.S_IFREG: "file"}
_STEP = 1 << 20  # bytes read at once


def record_tree(
    top: Path, *, fields: FieldsOf, passed_over: Callable[[Path], bool]
) -> Iterator[tuple[Path, Facts]]:
    """Everything at and below a folder with its facts, sorted; links are not followed.

    Facts of everything are kind, mode, owner, number of names and extended attributes; of a file in
    which `fields` may change (as in the field table), the audio and all other tags; of other files,
    and of songs that cannot be written, every byte and the time of change. `passed_over` tells what
    does not count.
    """
    yield top, _facts(top, fields)
    try:
        with os.scandir(top) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        path = top / entry.name
        if passed_over(path):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from record_tree(path, fields=fields, passed_over=passed_over)
        else:
            yield path, _facts(path, fields)


def _facts(path: Path, fields: FieldsOf) -> Facts:
    try:
        status = path.lstat()
    except OSError as error:
        return {"the reason why it cannot be looked at": _text(error.strerror)}
    facts = {
        "the kind": _text(_KINDS.get(stat.S_IFMT(status.st_mode), "special file")),
        "the mode": _text(f"{stat.S_IMODE(status.st_mode):04o}"),
        "the owner": _text(f"{status.st_uid}:{status.st_gid}"),
        "the number of names": _text(status.st_nlink),
        **_attributes(path),
    }
    try:
        if stat.S_ISLNK(status.st_mode):
            facts["the target"] = os.fsencode(path.readlink())
        elif stat.S_ISREG(status.st_mode):
            facts |= _inside(path, status, fields(path))
    except OSError as error:
        facts["the reason why it cannot be read"] = _text(error.strerror)
    return facts


def _attributes(path: Path) -> Facts:
    if sys.platform != "linux":
        return {}
    try:
        names = os.listxattr(path, follow_symlinks=False)
        return {
            f"the attribute {name}": os.getxattr(path, name, follow_symlinks=False)
            for name in names
        }
    except OSError:  # a file system without them
        return {}


def _inside(path: Path, status: os.stat_result, fields: Collection[str]) -> Facts:
    if fields:
        try:
            return others_in(path, fields)
        except (TagError, LayoutError):
            pass
    return {"the content": _hash(path), "the time of change": _text(status.st_mtime_ns)}


def _hash(path: Path) -> bytes:
    total = hashlib.blake2b(digest_size=16)
    with path.open("rb") as source:
        while part := source.read(_STEP):
            total.update(part)
    return total.digest()


def _text(value: object) -> bytes:
    return str(value).encode()
