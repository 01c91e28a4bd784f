"""What a container's rewrite must offer, and which container has one."""

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

from pacetag.tagger.tags.containers.apev2.layout import ApeLayout
from pacetag.tagger.tags.containers.asf.layout import AsfLayout
from pacetag.tagger.tags.containers.dsf import DsfLayout
from pacetag.tagger.tags.containers.flac.layout import FlacLayout
from pacetag.tagger.tags.containers.id3.layout import Id3Layout
from pacetag.tagger.tags.containers.iff import IffLayout
from pacetag.tagger.tags.containers.mp4.layout import Mp4Layout
from pacetag.tagger.tags.containers.ogg.layout import OggLayout
from pacetag.tagger.tags.containers.older import older_than_apev2
from pacetag.tagger.tags.errors import LayoutError, NotWritableError

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
