"""The one door to mutagen: whatever it raises on a file is that file's damage, not our bug."""

import errno
from pathlib import Path
from typing import Any

import mutagen
from mutagen.flac import FLAC
from mutagen.mp4 import MP4
from mutagen.wave import WAVE

from pacetag.tagger.tags.errors import TagError

# What mutagen makes of a file. It is untyped, so nothing better can be said here.
Audio = Any


def open_audio(path: Path, kind: type | None = None) -> Audio:
    """The file as mutagen sees it: .tags (may be None) and .info.

    `kind` is the class to read it with; without, content and suffix decide. Raises TagError, with
    one sentence, where the file cannot be opened, is no audio that mutagen knows, or is damaged.
    """
    try:
        kind = kind or _kind_by_magic(path)
        audio = kind(path) if kind is not None else mutagen.File(path)
    except Exception as error:
        # Only mutagen ran, so whatever came out of it is about the file: sizes that point nowhere,
        # atoms nested without end, or the system that would not let it read.
        raise TagError(path, _reason(error, path)) from error
    if audio is None:
        raise TagError(path, "not audio of a known kind, or too damaged to tell")
    return audio


def _kind_by_magic(path: Path) -> type | None:
    """The class for content that leaves no doubt; mutagen lets the suffix outvote it."""
    with path.open("rb") as file:
        head = file.read(12)
    if head.startswith(b"fLaC"):
        return FLAC
    if head[4:8] == b"ftyp":
        return MP4
    if head.startswith(b"RIFF") and head[8:] == b"WAVE":
        return WAVE
    return None


def system_reason(error: BaseException) -> str:
    """A clause that says what the operating system refused."""
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, PermissionError):
        return "no permission to read or write it, or its folder"
    return f"the system says: {getattr(error, 'strerror', None) or error}"


def _reason(error: Exception, path: Path) -> str:
    # mutagen wraps what the system said; EINVAL is its own, from seeking before a short file.
    inner = error.args[0] if error.args and isinstance(error.args[0], OSError) else error
    if isinstance(inner, OSError) and inner.errno not in (None, errno.EINVAL):
        return system_reason(inner)
    said = " ".join(str(error).split())
    for name in (repr(str(path)), str(path)):  # the whole sentence begins with it already
        said = said.replace(name, "").strip(" :")
    if not said or path.name in said or "b'" in said or len(said) > 100:  # nothing for a person
        return "its tags or headers are damaged"
    return f"its tags or headers are damaged ({said})"
