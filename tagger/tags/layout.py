"""What a container's rewrite must offer, and which container has one."""

import os
import stat
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, Protocol

from mutagen.aiff import AIFF
from mutagen.asf import ASF
from mutagen.dsf import DSF
from mutagen.flac import FLAC
from mutagen.monkeysaudio import MonkeysAudio
from mutagen.mp3 import MP3
from mutagen.mp4 import MP4
from mutagen.musepack import Musepack
from mutagen.oggflac import OggFLAC
from mutagen.oggopus import OggOpus
from mutagen.oggspeex import OggSpeex
from mutagen.oggvorbis import OggVorbis
from mutagen.trueaudio import TrueAudio
from mutagen.wave import WAVE
from mutagen.wavpack import WavPack

from pacetag.tagger.tags.apev2 import ApeLayout
from pacetag.tagger.tags.asf import AsfLayout
from pacetag.tagger.tags.door import Audio
from pacetag.tagger.tags.dsf import DsfLayout
from pacetag.tagger.tags.errors import (
    LayoutError,
    NotWritableError,
    UnreadableError,
    system_reason,
)
from pacetag.tagger.tags.flac import FlacLayout
from pacetag.tagger.tags.id3 import Id3Layout
from pacetag.tagger.tags.iff import IffLayout
from pacetag.tagger.tags.mp4 import Mp4Layout
from pacetag.tagger.tags.ogg import OggLayout
from pacetag.tagger.tags.ogg_pages import check_order
from pacetag.tagger.tags.older import older_than_apev2
from pacetag.tagger.tags.replace import may_access

Wanted = Mapping[str, Sequence[str]]


class Layout(Protocol):
    """Where everything lies in one file, so that a few fields can change and nothing else."""

    def kept(self, names: Collection[str]) -> tuple[bytes, ...]:
        """All that must be byte for byte the same after those fields were written, sound aside."""

    def write(self, source: BinaryIO, target: BinaryIO, wanted: Wanted) -> None:
        """Write source, the file that the layout is of, to target with other values."""


# Each loader reads the layout from an open file. Raises LayoutError.
_LOADERS: dict[type, Callable[[BinaryIO], Layout]] = {
    MP3: Id3Layout.load,
    TrueAudio: Id3Layout.load_tta,
    FLAC: FlacLayout.load,
    OggVorbis: OggLayout.load,
    OggOpus: OggLayout.load,
    OggFLAC: OggLayout.load,
    OggSpeex: OggLayout.load,
    MP4: Mp4Layout.load,
    WAVE: IffLayout.load_wave,
    AIFF: IffLayout.load_aiff,
    DSF: DsfLayout.load,
    ASF: AsfLayout.load,
    MonkeysAudio: lambda source: ApeLayout.load(source).beside(older_than_apev2(source)),
    WavPack: lambda source: ApeLayout.load_wavpack(source).beside(older_than_apev2(source)),
    Musepack: lambda source: ApeLayout.load_musepack(source).beside(older_than_apev2(source)),
}


def load_layout(path: Path, kind: type) -> Layout:
    """The layout of a file that mutagen took for `kind`. Raises NotWritableError or OSError."""
    with path.open("rb") as source:
        return read_layout(source, path, kind)


def read_layout(source: BinaryIO, path: Path, kind: type) -> Layout:
    """The same of an open file; the path is for the error's sentence."""
    loader = next((_LOADERS[each] for each in _LOADERS if issubclass(kind, each)), None)
    if loader is None:
        raise NotWritableError(path, f"tags of this kind of file ({kind.__name__}) are not written")
    try:
        return loader(source)
    except LayoutError as error:
        raise NotWritableError(path, str(error)) from error


def why_not_writable(path: Path, audio: Audio) -> str | None:
    """A clause why write_tags would refuse the file for what is in it; None when it would not.

    Whether it is allowed to be written, `forbidden` says. Raises UnreadableError.
    """
    try:
        if isinstance(load_layout(path, type(audio)), OggLayout):
            with path.open("rb") as source:
                check_order(source)  # the first write mostly moves pages
    except NotWritableError as error:
        return error.reason
    except LayoutError as error:
        return str(error)
    except OSError as error:
        raise UnreadableError(path, system_reason(error)) from error
    return None


def forbidden(path: Path) -> str | None:
    """Which right to write is lacking, and what gives it; None where none is.

    The superuser may do all, yet a read-only mark was meant. That can change without the file. Its
    folder need not be writable, since it can be written in its place. Raises OSError.
    """
    real = Path(os.path.realpath(path))
    status = real.stat()
    marked = not status.st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH)
    if not marked and may_access(real, os.W_OK):
        return None
    if os.statvfs(real).f_flag & os.ST_RDONLY:
        return "its disk is mounted read-only"
    own = os.geteuid() in (0, status.st_uid)
    if own and status.st_mode & stat.S_IWUSR:  # no bit of the mode forbids it
        return "the file is locked (`chattr -i` unlocks it)"
    if marked or own:
        return "the file is read-only (`chmod u+w` changes that)"
    return "it belongs to another user, who lets you read it only (`chmod g+w` changes that)"
