"""Texts that mutagen leaves out because they are not valid in their declared encoding.

They are read with � for invalid bytes: a title with a spoilt letter says more than none.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mutagen.id3 import ID3Tags
from mutagen.mp4 import MP4Tags

from pacetag.tagger.tags.containers.id3.frames import frame_text
from pacetag.tagger.tags.containers.id3.tag import UNSYNCHRONISED, Id3Tag
from pacetag.tagger.tags.containers.layouts import load_layout
from pacetag.tagger.tags.errors import NotWritableError
from pacetag.tagger.tags.fields import Field

_HEAD = 16  # bytes of an MP4 data atom before its text
_MOST = 100  # data atoms of one field


def misread(path: Path, audio: Any, fields: Sequence[Field]) -> dict[Field, list[str]]:
    """The values of those fields that mutagen could not read. Raises OSError."""
    if isinstance(audio.tags, MP4Tags):
        failed = audio.tags._failed_atoms
        return {
            field: [text for data in failed[field.mp4] for text in _data_atoms(data)]
            for field in fields
            if field.mp4 in failed
        }
    if fields and isinstance(audio.tags, ID3Tags):
        return _id3_texts(path, type(audio), fields)
    return {}


def _data_atoms(data: bytes) -> list[str]:
    found: list[str] = []
    while len(data) > _HEAD and len(found) < _MOST:
        size = int.from_bytes(data[:4])
        if data[4:8] != b"data" or size < _HEAD:
            break
        found.append(data[_HEAD:size].decode("utf-8", "replace"))
        data = data[size:]
    return found


def _id3_texts(path: Path, kind: type, fields: Sequence[Field]) -> dict[Field, list[str]]:
    try:
        tag = getattr(load_layout(path, kind), "tag", None)
    except NotWritableError:
        return {}
    if not isinstance(tag, Id3Tag):
        return {}
    spread = bool(tag.flags & UNSYNCHRONISED)
    return {
        field: [
            frame_text(tag.version, frame, field.id3, unsynchronised=spread) for frame in tag.frames
        ]
        for field in fields
    }
