"""Reads the fields of a song, in any container of the registry."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mutagen._vorbis import VCommentDict
from mutagen.apev2 import APEv2
from mutagen.asf import ASFTags
from mutagen.id3 import ID3Tags
from mutagen.mp4 import MP4Tags

from pacetag.tagger.tags.containers.container import load
from pacetag.tagger.tags.containers.copied import Copies
from pacetag.tagger.tags.containers.matroska import Texts
from pacetag.tagger.tags.containers.registry import by_kind
from pacetag.tagger.tags.errors import UnreadableError, system_reason
from pacetag.tagger.tags.fields import (
    ALBUM,
    ALBUM_ARTIST,
    ARTIST,
    BPM,
    COPY,
    DATE,
    GENRE,
    PACE,
    PACETAG,
    QUODLIBET,
    TITLE,
    YEAR,
    Field,
)
from pacetag.tagger.tags.misread import misread
from pacetag.tagger.tags.mutagen_io import Audio, loose_tags, open_audio
from pacetag.tagger.tags.writable import forbidden, why_not_writable

_NAMES = (TITLE, ARTIST, ALBUM, GENRE)
_MORE = (ALBUM_ARTIST, DATE, YEAR)
# The year of "1999", "1999-04-12", "12/04/1999" or "19990412".
_FOUR = re.compile(r"(?<!\d)[12]\d{3}(?=[01]\d[0-3]\d(?!\d)|(?!\d))", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class SongTags:
    """The fields of a file, and whether they can be written."""

    title: str | None
    artist: str | None  # several are joined with "; "
    album: str | None
    genre: str | None
    bpm: tuple[str, ...]  # as they stand in the file
    pace: tuple[str, ...]  # single values, however they were joined
    pacetag: str | None  # the first value
    duration: float | None  # seconds, from the headers
    writable: bool
    why_not: str | None  # a clause; None if it is writable
    bpm_beside: tuple[str, ...] = ()  # in a tag of an older kind, which pacetag does not write
    forbidden: bool = False  # only permissions prevent it, which can change without the file
    album_artist: str | None = None  # likewise joined
    year: int | None = None  # of the recording or the release, as the tags have it
    stored_pace: tuple[str, ...] = ()  # PACE as it stands in the file
    joins: bool = False  # the tag can only hold several values joined into one, with "/"
    copy: str | None = None  # the mark of a stretched copy that pacetag made
    quodlibet: tuple[str, ...] | None = None  # paces for Quod Libet; None: it reads PACE itself


def read_tags(path: Path) -> SongTags:
    """The fields of a song; values that are odd or missing are left out.

    Raises TagError, with one sentence, only if the file as a whole cannot be read.
    """
    audio = open_audio(path)
    unfit = why_not_writable(path, audio)
    refused = _refused(path)
    why_not = unfit or refused
    older = _older(path, audio)
    texts = _texts(path, audio, older)
    stored_pace = tuple(values(audio, PACE))
    return SongTags(
        title=texts[TITLE],
        artist=texts[ARTIST],
        album=texts[ALBUM],
        genre=texts[GENRE],
        bpm=tuple(values(audio, BPM)),
        bpm_beside=tuple(older.get(BPM.name, ())),
        pace=PACE.split(stored_pace),
        pacetag=next(iter(values(audio, PACETAG)), None),
        duration=_duration(audio),
        writable=why_not is None,
        why_not=why_not,
        forbidden=unfit is None and refused is not None,
        album_artist=texts[ALBUM_ARTIST],
        year=_year(texts[DATE], texts[YEAR]),
        stored_pace=stored_pace,
        joins=joins_values(audio),
        copy=next(iter(values(audio, COPY)), None),
        quodlibet=_quodlibet(audio),
    )


def joins_values(audio: Audio) -> bool:
    """Whether several values can only stand in one text, as in ID3v2.2 and 2.3."""
    tags = audio.tags
    return isinstance(tags, ID3Tags) and (2,) <= getattr(tags, "version", (2, 4)) < (2, 4)


def read_loosely(path: Path, why_not: str) -> SongTags:
    """The fields in an ID3 or APEv2 tag of a song that cannot be read otherwise, for `why_not`."""
    tags = loose_tags(path)
    return SongTags(
        title=_joined(tags, TITLE),
        artist=_joined(tags, ARTIST),
        album=_joined(tags, ALBUM),
        genre=_joined(tags, GENRE),
        bpm=(),
        pace=(),
        pacetag=None,
        duration=None,
        writable=False,
        why_not=why_not,
        album_artist=_joined(tags, ALBUM_ARTIST),
        year=_year(_joined(tags, DATE), _joined(tags, YEAR)),
    )


def _refused(path: Path) -> str | None:
    try:
        return forbidden(path)
    except OSError as error:
        raise UnreadableError(path, system_reason(error)) from error


def _texts(path: Path, audio: Audio, older: Copies) -> dict[Field, str | None]:
    """Title, artist, album, genre, album artist and dates, several values joined.

    What the tag lacks may stand in tags of older kinds. ID3v1, which mutagen reads if there is no
    ID3v2 tag, is the shortest of them.
    """
    texts = {field: _joined(audio.tags, field) for field in (*_NAMES, *_MORE)}
    lacking = [field for field in _NAMES if texts[field] is None]
    texts |= {field: _stripped(found) for field, found in misread(path, audio, lacking).items()}
    for field, own in texts.items():
        other = "; ".join(older.get(field.name, ())) or None
        texts[field] = other or own if _is_id3v1(audio.tags) else own or other
    return texts


def _year(*dates: str | None) -> int | None:
    """The year of the first date that has one."""
    found = (_FOUR.search(date) for date in dates if date)
    return next((int(match[0]) for match in found if match), None)


def _is_id3v1(tags: object) -> bool:
    return isinstance(tags, ID3Tags) and getattr(tags, "version", (2,))[0] == 1


def _quodlibet(audio: Audio) -> tuple[str, ...] | None:
    container = by_kind(type(audio))
    if container is None or container.family != "id3":
        return None
    return QUODLIBET.split(values(audio, QUODLIBET))


def _older(path: Path, audio: Audio) -> Copies:
    """Fields in tags of older kinds, beside the tag that mutagen reads. Raises UnreadableError."""
    container = by_kind(type(audio))
    if container is None or not container.older:
        return {}
    try:
        with path.open("rb") as source:
            found: Copies = load(container.older)(source)
            return found
    except OSError as error:
        raise UnreadableError(path, system_reason(error)) from error


def values(audio: Audio, field: Field) -> list[str]:
    """The field's values as they stand in the file, not split; [] for none."""
    return _tolerant(audio.tags, field)


def _tolerant(tags: object, field: Field) -> list[str]:
    try:
        return _values(tags, field)
    except (AttributeError, LookupError, TypeError, ValueError):
        return []  # such as a picture instead of a title: counts as none


def _values(tags: object, field: Field) -> list[str]:
    if isinstance(tags, ID3Tags):
        return _id3_values(tags, field.id3)
    if isinstance(tags, VCommentDict):
        return [value for key, value in tags if key.upper() == field.vorbis]
    if isinstance(tags, MP4Tags):
        return _mp4_values(tags, field.mp4)
    if isinstance(tags, APEv2):
        return [str(value) for value in tags[field.apev2]]
    if isinstance(tags, Texts):
        return [tags.values[field.name]] if field.name in tags.values else []
    if isinstance(tags, ASFTags):
        return [str(value) for key, value in tags if key.upper() == field.asf.upper()]
    return []


def _id3_values(tags: Audio, name: str) -> list[str]:
    frame, _, description = name.partition(":")
    description = description.upper()
    found = [
        each for each in tags.getall(frame) if not description or each.desc.upper() == description
    ]
    # A genre may be a number, which .genres turns into its name.
    return [str(text) for each in found for text in getattr(each, "genres", each.text)]


def _mp4_values(tags: Audio, name: str) -> list[str]:
    found = [tags[key] for key in tags if key == name or _folded(key) == _folded(name)]
    single = [value for each in found for value in (each if isinstance(each, list) else [each])]
    return [_text(value) for value in single]


def _folded(key: str) -> str:
    """The key as it is compared: the names of custom fields match in any case."""
    return key.upper() if key.startswith("----") else key


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _joined(tags: object, field: Field) -> str | None:
    return _stripped(_tolerant(tags, field))


def _stripped(values: Sequence[str]) -> str | None:
    parts = (part.strip(" \0\r\n\t") for part in values)
    # Each once: FFmpeg writes the title and the artist of WMA into two lists.
    return "; ".join(dict.fromkeys(part for part in parts if part)) or None


def _duration(audio: Audio) -> float | None:
    try:
        length = getattr(audio.info, "length", None)
    except ZeroDivisionError:  # mutagen computes that of DSF on access, and its rate may be 0
        return None
    if isinstance(length, int | float) and math.isfinite(length) and length > 0:
        return float(length)
    return None
