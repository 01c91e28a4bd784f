"""The texts in an ID3v2 tag, of any version and encoding."""

from collections.abc import Iterator

from mutagen.id3 import TCON

from pacetag.tagger.tags.binary.content import Stretch
from pacetag.tagger.tags.containers.id3.frames import CODECS, LATIN1, UTF8, Frame, frame_content
from pacetag.tagger.tags.containers.id3.tag import UNSYNCHRONISED, Id3Tag

LONGEST = 1 << 16  # bytes of a frame; longer texts are not shown in a list of songs
_NAMES_OF_22 = {
    "TT2": "TIT2",
    "TP1": "TPE1",
    "TAL": "TALB",
    "TP2": "TPE2",
    "TYE": "TYER",
    "TRK": "TRCK",
    "TPA": "TPOS",
    "TCO": "TCON",
    "COM": "COMM",
    "TCM": "TCOM",
    "TXT": "TEXT",
    "TP3": "TPE3",
    "TP4": "TPE4",
    "TT3": "TIT3",
    "TT1": "TIT1",
    "TCR": "TCOP",
    "TPB": "TPUB",
    "TRC": "TSRC",
    "TLA": "TLAN",
    "TBP": "TBPM",
    "TKE": "TKEY",
    "TCP": "TCMP",
    "ULT": "USLT",
}


def named_texts(tag: Id3Tag) -> Iterator[tuple[str, list[str]]]:
    """Names of frames, as in ID3v2.4 and 2.3, and their values."""
    for frame in tag.frames:
        data = _held(frame)
        name = data[: 3 if tag.version == 2 else 4].decode("latin-1")
        name = _NAMES_OF_22.get(name, name)
        spoken = name in ("COMM", "USLT")
        if not data or not (spoken or name.startswith("T")) or name == "TXXX":
            continue
        unsynchronised = bool(tag.flags & UNSYNCHRONISED)
        content = frame_content(tag.version, data, unsynchronised=unsynchronised)
        values = _values(content, spoken=spoken)
        yield name, _genres(values) if name == "TCON" else values


def _genres(values: list[str]) -> list[str]:
    """The names of genres, instead of the numbers that some programs write."""
    return list(TCON(encoding=UTF8, text=values).genres)  # type: ignore[no-untyped-call]


def _held(frame: Frame) -> bytes:
    if not isinstance(frame, Stretch):
        return frame
    return frame.view.at(frame.start, frame.stop) if len(frame) <= LONGEST else b""


def _values(content: bytes, *, spoken: bool) -> list[str]:
    """The values of a text frame; of a comment those without a description."""
    encoding, text = content[:1], content[4 if spoken else 1 :]
    if not encoding or encoding[0] not in CODECS:
        return []
    if encoding[0] in (LATIN1, UTF8):
        values = decoded(text).split("\0")
    else:
        values = text.decode(CODECS[encoding[0]], "replace").replace("\ufeff", "").split("\0")
    if spoken:
        values = values[1:] if not values[0] else []
    return [value for value in values if value]


def decoded(data: bytes) -> str:
    """The text, decoded as UTF-8 or else as Windows-1252."""
    for encoding in ("utf-8", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")
