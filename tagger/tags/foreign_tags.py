"""Digests of all in a song that is not pacetag's, to check that nothing changed."""

import hashlib
from collections.abc import Collection, Iterator
from pathlib import Path

from mutagen._vorbis import VCommentDict
from mutagen.asf import ASFTags
from mutagen.flac import Padding, VCFLACDict
from mutagen.mp3 import MP3

from pacetag.tagger.tags.containers.layouts import load_layout
from pacetag.tagger.tags.containers.registry import by_kind
from pacetag.tagger.tags.fields import FIELDS
from pacetag.tagger.tags.fingerprint import file_fingerprint
from pacetag.tagger.tags.mutagen_io import Audio, ape_tag, open_audio

_Named = Iterator[tuple[str, object]]  # a tag's name, and a value whose repr shows all of it


def others_in(path: Path, names: Collection[str]) -> dict[str, bytes]:
    """Digests by name: of the sound, of every tag that mutagen reads, and of all foreign bytes.

    Left out are the fields of these names (as in the field table), padding, sizes and positions.
    Raises TagError or OSError for a file that is not written.
    """
    audio = open_audio(path)
    layout = load_layout(path, type(audio))
    found = {
        "the sound": file_fingerprint(path).encode(),
        "the bytes that are not pacetag's": _digest(layout.kept(names)),
    }
    tags: dict[str, list[object]] = {}
    for name, value in _tags(path, audio, names, copied=layout.holds_copies):
        tags.setdefault(name, []).append(value)
    return found | {f"the tag {name}": _digest(values) for name, values in tags.items()}


def _tags(path: Path, audio: Audio, names: Collection[str], *, copied: bool) -> _Named:
    container = by_kind(type(audio))
    own = {FIELDS[name].called(container.family).upper() for name in names} if container else set()
    for name, value in () if copied else _items(audio.tags):
        if name.upper() not in own:
            yield name, value
    yield from _blocks(audio)
    if isinstance(audio, MP3):
        yield from ((f"{name} at the end", value) for name, value in _items(ape_tag(path)))


def _items(tags: Audio) -> _Named:
    """Every single value in order; keys that differ only in case are one name."""
    if isinstance(tags, VCommentDict | ASFTags):
        yield from ((key.upper(), value) for key, value in tags)
    elif tags is not None:
        yield from tags.items()
    for part in ("unknown_frames", "_failed_atoms"):  # what mutagen could not parse
        unread = getattr(tags, part, None)
        if unread:
            yield "that mutagen cannot read", unread


def _blocks(audio: Audio) -> _Named:
    """FLAC's metadata blocks other than comments."""
    for block in getattr(audio, "metadata_blocks", ()):
        if not isinstance(block, Padding | VCFLACDict):
            yield f"in FLAC's block {block.code}", block.write()


def _digest(value: object) -> bytes:
    return hashlib.blake2b(repr(value).encode("utf-8", "backslashreplace"), digest_size=12).digest()
