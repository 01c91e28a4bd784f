"""Reads a song's fields from any container that mutagen knows."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mutagen._vorbis import VCommentDict
from mutagen.apev2 import APEv2
from mutagen.asf import ASFTags
from mutagen.id3 import ID3Tags
from mutagen.mp3 import MP3
from mutagen.mp4 import MP4Tags

from pacetag.tagger.tags.door import Audio, ape_tag, loose_tags, open_audio
from pacetag.tagger.tags.errors import UnreadableError, system_reason
from pacetag.tagger.tags.fields import ALBUM, ARTIST, BPM, GENRE, PACE, PACETAG, TITLE, Field
from pacetag.tagger.tags.layout import forbidden, why_not_writable
from pacetag.tagger.tags.misread import misread


@dataclass(frozen=True, kw_only=True)
class SongTags:
    """What a file says of itself."""

    title: str | None
    artist: str | None  # several are joined with "; "
    album: str | None
    genre: str | None
    bpm: tuple[str, ...]  # as in the file
    pace: tuple[str, ...]  # single values, however they were joined
    pacetag: str | None  # the first one
    duration: float | None  # seconds, from the headers
    writable: bool
    why_not: str | None  # a clause; None when writable
    forbidden: bool = False  # only rights stand in the way, which can change without the file


def read_tags(path: Path) -> SongTags:
    """The fields of a song; what is strange or missing in the tags is left out.

    Raises TagError, with one sentence, only where the file as a whole cannot be read.
    """
    audio = open_audio(path)
    unfit = why_not_writable(path, audio)
    refused = _refused(path)
    why_not = unfit or refused
    texts = _texts(path, audio)
    return SongTags(
        title=texts[TITLE],
        artist=texts[ARTIST],
        album=texts[ALBUM],
        genre=texts[GENRE],
        bpm=tuple(values(audio, BPM)),
        pace=PACE.split(values(audio, PACE)),
        pacetag=next(iter(values(audio, PACETAG)), None),
        duration=_duration(audio),
        writable=why_not is None,
        why_not=why_not,
        forbidden=unfit is None and refused is not None,
    )


def read_loosely(path: Path, why_not: str) -> SongTags:
    """What an ID3 or APEv2 tag says of a song that `why_not` keeps from being read and written."""
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
    )


def _refused(path: Path) -> str | None:
    try:
        return forbidden(path)
    except OSError as error:
        raise UnreadableError(path, system_reason(error)) from error


def _texts(path: Path, audio: Audio) -> dict[Field, str | None]:
    """What the file says of itself for people, several values joined.

    The fields that pacetag writes stand in an MP3's ID3 tag alone. What that tag lacks of the
    others may stand in an APEv2 tag at the end.
    """
    texts = {field: _joined(audio.tags, field) for field in (TITLE, ARTIST, ALBUM, GENRE)}
    lacking = [field for field, text in texts.items() if text is None]
    texts |= {field: _stripped(found) for field, found in misread(path, audio, lacking).items()}
    if isinstance(audio, MP3) and None in texts.values():
        other = ape_tag(path)
        return {field: text or _joined(other, field) for field, text in texts.items()}
    return texts


def values(audio: Audio, field: Field) -> list[str]:
    """The field's values as they stand in the file, not split any further; [] for none."""
    return _tolerant(audio.tags, field)


def _tolerant(tags: object, field: Field) -> list[str]:
    try:
        return _values(tags, field)
    except (AttributeError, LookupError, TypeError, ValueError):
        return []  # a picture where a title should be: as good as none


def _values(tags: object, field: Field) -> list[str]:
    if isinstance(tags, ID3Tags):
        return _id3_values(tags, field.id3)
    if isinstance(tags, VCommentDict):
        return [value for key, value in tags if key.upper() == field.vorbis]
    if isinstance(tags, MP4Tags):
        return _mp4_values(tags, field.mp4)
    if isinstance(tags, APEv2):
        return [str(value) for value in tags[field.apev2]]
    if isinstance(tags, ASFTags):
        return [str(value) for key, value in tags if key.upper() == field.asf.upper()]
    return []


def _id3_values(tags: Audio, name: str) -> list[str]:
    frame, _, description = name.partition(":")
    found = [
        each for each in tags.getall(frame) if not description or each.desc.upper() == description
    ]
    # A genre may stand there as a number, which .genres turns into its name.
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
    parts = [part.strip(" \0\r\n\t") for part in values]
    return "; ".join(part for part in parts if part) or None


def _duration(audio: Audio) -> float | None:
    try:
        length = getattr(audio.info, "length", None)
    except ZeroDivisionError:  # that of DSF is worked out only now, and its rate may be 0
        return None
    if isinstance(length, int | float) and math.isfinite(length) and length > 0:
        return float(length)
    return None
