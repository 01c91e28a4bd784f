"""Reads songs with mutagen, and turns what it raises into errors about the file."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, BinaryIO

import mutagen
from mutagen.apev2 import APEv2
from mutagen.id3 import ID3, ID3NoHeaderError

from pacetag.tagger.tags.abridged.song import abridged
from pacetag.tagger.tags.binary.spans import after_id3
from pacetag.tagger.tags.containers.apev2.files import ape_tags
from pacetag.tagger.tags.containers.container import load
from pacetag.tagger.tags.containers.ogg.stream import sound_streams
from pacetag.tagger.tags.containers.registry import by_kind, by_magic, by_stream
from pacetag.tagger.tags.errors import LayoutError, TagError, UnreadableError, system_reason
from pacetag.tagger.tags.limits import bounded

# A file as mutagen reads it. mutagen is untyped.
Audio = Any


def open_audio(path: Path, kind: type | None = None, source: BinaryIO | None = None) -> Audio:
    """The file as mutagen reads it: .tags (may be None) and .info.

    `kind` is the class to read it with; without it, content and suffix decide. `source` is read
    instead of the file; without a kind its name must be the file's. Raises TagError, with one
    sentence, if the file is damaged or no audio that mutagen knows, and UnreadableError if the
    system refuses to read it.
    """
    try:
        kind = kind or _kind_by_magic(path, source)
        with bounded(), _short(path, source) as file:
            audio = _read(kind, file)
    except TagError:
        raise
    except LayoutError as error:
        raise TagError(path, str(error)) from error
    except Exception as error:
        # Only mutagen ran, so the error is about the file: sizes that point nowhere, atoms nested
        # without end, or a system that refused to read it.
        refusal = _refusal(error)
        if refusal is not None:
            raise UnreadableError(path, refusal) from error
        raise TagError(path, _reason(error, path)) from error
    if audio is None:
        raise TagError(path, "not audio of a known kind, or too damaged to tell")
    return audio


def _read(kind: type | None, file: BinaryIO) -> Audio:
    """The file as an object of mutagen's; None if mutagen does not know the kind."""
    if kind is None:
        return mutagen.File(file)
    container = by_kind(kind)
    return container.open(kind, file) if container else kind(file)


@contextmanager
def _short(path: Path, source: BinaryIO | None = None) -> Iterator[BinaryIO]:
    """The song for mutagen to read, without the long parts of its tags."""
    with nullcontext(source) if source is not None else path.open("rb") as file:
        short = abridged(file, str(path))
        file.seek(0)
        yield short or file


def ape_tag(path: Path) -> APEv2 | None:
    """The APEv2 tag at the end of a file whose other tag mutagen reads; None without one."""
    try:
        with _short(path) as file:
            return ape_tags(file)
    except Exception:  # a tag that cannot be read counts as none
        return None


def loose_tags(path: Path) -> Audio:
    """The ID3 or APEv2 tag of a file that mutagen cannot read as audio; None without one."""
    try:
        with bounded(), _short(path) as file:
            try:
                return ID3(file)  # type: ignore[no-untyped-call]
            except ID3NoHeaderError:
                return ape_tags(file)
    except Exception:  # a tag that cannot be read counts as none
        return None


def _kind_by_magic(path: Path, source: BinaryIO | None) -> type | None:
    """The class that the content demands, if it does; mutagen would go by the suffix."""
    with path.open("rb") if source is None else nullcontext(source) as file:
        start = after_id3(file)
        file.seek(start)
        head = file.read(16)
        streams = sound_streams(file) if head.startswith(b"OggS") else []
        file.seek(0)
    if head.startswith(b"RF64"):
        raise TagError(path, "it is an RF64 file, whose tags are not read or written")
    # Where a picture lies beside the sound of Ogg, mutagen would read the picture's comments.
    container = by_stream(streams[0]) if streams else by_magic(head)
    if container is None or (container.stream and not streams):
        return None
    if start and not container.behind_id3:
        return None
    kind: type = load(container.kind)
    return kind


def _refusal(error: Exception) -> str | None:
    """A clause on what the system refused; None if the file itself is at fault."""
    if isinstance(error, MemoryError):
        return "there is not enough memory to read it"
    # mutagen wraps errors of the system; EINVAL comes from its seeking before a short file.
    inner = error.args[0] if error.args and isinstance(error.args[0], OSError) else error
    if isinstance(inner, OSError) and inner.errno not in (None, errno.EINVAL):
        return system_reason(inner)
    return None


def _reason(error: Exception, path: Path) -> str:
    said = " ".join(str(error).split())
    for name in (repr(str(path)), str(path)):  # the sentence begins with it already
        said = said.replace(name, "").strip(" :")
    if not said or path.name in said or "b'" in said or len(said) > 100:  # nothing to show a user
        return "its tags or headers are damaged"
    return f"its tags or headers are damaged ({said})"
