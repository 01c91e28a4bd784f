"""Files that no command replaces, by name and content: songs, indexes, networks, safety copies."""

from pathlib import Path
from typing import BinaryIO

from pacetag.model.bundle import JSON_FILE
from pacetag.tagger.settings import JOURNALS, index_path
from pacetag.tagger.tags.containers.registry import AUDIO_SUFFIXES
from pacetag.tagger.tags.safety.temp_files import is_temp_file

SONG, DATABASE, NETWORK = "is a song", "is a database, as an index is", "belongs to a network"
SAFETY = "is kept by pacetag to put a song right after a failure"

_NETWORK_SUFFIXES = (".keras", ".tflite")
_SQLITE = b"SQLite format 3\0"
_PNG = b"\x89PNG\r\n\x1a\n"
_SQLITE_ASIDE = ("-wal", "-shm", "-journal")  # after a database's name
_HEAD = 1 << 16  # bytes that are checked
_TAIL = 160  # bytes; tags at the end
_SOUND_HEADS = (
    (0, b"ID3"), (0, b"fLaC"), (0, b"OggS"), (0, b"DSD "), (0, b"MAC "), (0, b"wvpk"),
    (0, b"MPCK"), (0, b"MP+"), (0, b"ADIF"), (0, b"TTA"), (0, b"caff"), (0, b"FRM8"), (0, b"TAG"),
    (0, b"APETAGEX"), (0, b"\x1aE\xdf\xa3"),  # Matroska
    (0, b"0&\xb2u\x8ef\xcf\x11"),  # ASF, with WMA in it
    (0, b"riff.\x91\xcf\x11"), (0, b".snd"), (0, b"\x0bw"), (0, b"#!AMR"), (0, b"MThd"),
    (8, b"WAVE"), (8, b"AIFF"), (8, b"AIFC"),
)  # fmt: skip
_BOXES = (b"ftyp", b"styp", b"moov", b"mdat", b"free", b"wide", b"skip")  # of MP4, after a length
# Kilobits a second by (MPEG 1, layer) for layers 1 to 3, and by layer for MPEG 2 and 2.5.
_RATES_1 = (
    (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
)
_RATES_2 = (
    (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    *[(8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)] * 2,
)
_SAMPLE_RATES = (44_100, 48_000, 32_000)  # Hz, of MPEG 1


def name_never_replaced(path: Path) -> str | None:
    """Why no file is written under this name, existing or not; None if one may be."""
    name = path.name.lower()
    if name.rpartition(".")[2] in AUDIO_SUFFIXES and "." in name:
        return SONG
    if name == JSON_FILE or name.endswith(_NETWORK_SUFFIXES) or _exists(path.parent / JSON_FILE):
        return NETWORK
    if is_temp_file(path.name) or path.parent == index_path().parent / JOURNALS:
        return SAFETY
    base = next((path.name[: -len(end)] for end in _SQLITE_ASIDE if name.endswith(end)), "")
    return DATABASE if base and _begins(path.with_name(base), _SQLITE) else None


def content_never_replaced(file: BinaryIO) -> str | None:
    """Why an open file is never replaced, under any name; None if it may be.

    Raises OSError.
    """
    head = file.read(_HEAD)
    if head.startswith(_SQLITE):
        return DATABASE
    file.seek(0, 2)
    file.seek(max(0, file.tell() - _TAIL))
    tail = file.read()
    return SONG if is_sound(head, tail) else None


def is_sound(head: bytes, tail: bytes) -> bool:
    """Whether a file is audio, from its first 64 KiB and its last 160 bytes."""
    return (
        any(head.startswith(magic, place) for place, magic in _SOUND_HEADS)
        or (head[:1] == b"\0" and head[4:8] in _BOXES)
        or tail[-128:].startswith(b"TAG")
        or b"APETAGEX" in tail
        # Compressed pictures contain two such frames by chance.
        or (not head.startswith(_PNG) and _has_frames(head))
    )


def _has_frames(head: bytes) -> bool:
    """Whether two frames of MPEG audio or AAC follow one another, possibly after junk."""
    at = head.find(0xFF)
    while 0 <= at < len(head) - 6:
        length = _frame_length(head[at : at + 6])
        if length and _frame_length(head[at + length : at + length + 6]):
            return True
        at = head.find(0xFF, at + 1)
    return False


def _frame_length(head: bytes) -> int:
    """Length in bytes of the frame that begins with these six; 0 if none does."""
    if len(head) < 6 or head[0] != 0xFF or head[1] < 0xE0:
        return 0
    version, layer = head[1] >> 3 & 3, 4 - (head[1] >> 1 & 3)  # layer 4: none
    if head[1] & 0xF6 == 0xF0:  # ADTS
        return max(0, (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5)
    bit_rate, rate = head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or layer == 4 or not 0 < bit_rate < 15 or rate == 3:
        return 0
    bits = 1000 * (_RATES_1 if version == 3 else _RATES_2)[layer - 1][bit_rate - 1]
    hertz = _SAMPLE_RATES[rate] >> (0, 0, 1, 0)[version] if version else _SAMPLE_RATES[rate] >> 2
    padding = head[2] >> 1 & 1
    if layer == 1:
        return (12 * bits // hertz + padding) * 4
    samples = 144 if version == 3 or layer == 2 else 72
    return samples * bits // hertz + padding


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False


def _begins(path: Path, magic: bytes) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(magic)) == magic
    except OSError:
        return False
