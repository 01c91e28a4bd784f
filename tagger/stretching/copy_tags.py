"""The tags of a copy: the names of its original, its cover, and paces that are true of the copy."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from mutagen.flac import FLAC, Picture
from mutagen.id3 import APIC, ID3, TXXX, Encoding, Frames
from mutagen.mp4 import MP4, MP4Cover, MP4FreeForm
from mutagen.oggopus import OggOpus

from pacetag.db.bins import HIGHEST, LOWEST
from pacetag.db.records import SongRecord
from pacetag.model.judgement import Analysis, Pace
from pacetag.tagger.stretching.formats import Format
from pacetag.tagger.stretching.mark import Mark
from pacetag.tagger.tags.fields import (
    ALBUM,
    ALBUM_ARTIST,
    ARTIST,
    COPY,
    DATE,
    FIELDS,
    GENRE,
    TITLE,
    YEAR,
    Field,
)
from pacetag.tagger.tags.mutagen_io import open_audio
from pacetag.tagger.tags.pacetag import PaceTag, pace_fields
from pacetag.tagger.tags.reader import values

_NAMES = (TITLE, ARTIST, ALBUM, ALBUM_ARTIST, DATE, GENRE)
_FRONT = 3  # kind of a picture: the cover

Values = Mapping[Field, Sequence[str]]


def quicker(analysis: Analysis, speed: float, seconds: float) -> Analysis:
    """Return what is true of a song when it is played `speed` times as fast.

    `seconds` is its length then. Paces beyond those that pacetag knows are left out.
    """
    paces = (Pace(bpm=round(p.bpm * speed, 2), confidence=p.confidence) for p in analysis.paces)
    return replace(
        analysis,
        paces=tuple(pace for pace in paces if LOWEST <= pace.bpm <= HIGHEST),
        tempo_segments=tuple(round(bpm * speed, 2) for bpm in analysis.tempo_segments),
        duration=seconds,
        candidates=(),
    )


def quicker_rates(rates: Sequence[float] | None, speed: float) -> tuple[float, ...] | None:
    """Return the paces that a person set, likewise."""
    if rates is None:
        return None
    found = (round(rate * speed, 2) for rate in rates)
    return tuple(rate for rate in found if LOWEST <= rate <= HIGHEST)


def names_of(path: Path) -> dict[Field, list[str]]:
    """Return the title, artist, album, date and genre in a song's tags. Raises TagError."""
    audio = open_audio(path)
    found = {field: values(audio, field) for field in _NAMES}
    found[DATE] = found[DATE] or values(audio, YEAR)
    return {field: texts for field, texts in found.items() if texts}


def true_fields(
    song: SongRecord, mark: Mark, *, seconds: float, fingerprint: str
) -> dict[Field, list[str]]:
    """Return PACE, PACETAG and the mark of a copy, which hold for its own sound."""
    speed = 1 / mark.factor
    note = PaceTag(
        bundle=song.bundle,
        analysis=quicker(song.analysis, speed, seconds),
        fingerprint=fingerprint,
        listener=quicker_rates(song.listener, speed),
    )
    ours = {FIELDS[name]: texts for name, texts in pace_fields(note).items()}
    return {**ours, COPY: [mark.text]}


def write_fields(path: Path, form: Format, fields: Values, cover: bytes | None) -> None:
    """Write tags into a new copy. Raises MutagenError or OSError."""
    _WRITERS[form](path, fields, cover)


def _write_flac(path: Path, fields: Values, cover: bytes | None) -> None:
    audio: Any = FLAC(path)  # type: ignore[no-untyped-call]
    _fill_comments(audio.tags, fields)
    if cover is not None:
        audio.add_picture(_picture(cover))
    audio.save()


def _write_opus(path: Path, fields: Values, cover: bytes | None) -> None:
    audio: Any = OggOpus(path)  # type: ignore[no-untyped-call]
    _fill_comments(audio.tags, fields)
    if cover is not None:
        block = base64.b64encode(_picture(cover).write()).decode("ascii")
        audio.tags["METADATA_BLOCK_PICTURE"] = [block]
    audio.save()


def _fill_comments(tags: Any, fields: Values) -> None:
    for field, texts in fields.items():
        if texts:
            tags[field.vorbis] = list(texts)


def _write_mp3(path: Path, fields: Values, cover: bytes | None) -> None:
    tags: Any = ID3()  # type: ignore[no-untyped-call]
    for field, texts in fields.items():
        name, _, description = field.id3.partition(":")
        if not texts:
            continue
        if description:
            tags.add(TXXX(encoding=Encoding.UTF8, desc=description, text=list(texts)))  # type: ignore[no-untyped-call]
        else:
            tags.add(Frames[name](encoding=Encoding.UTF8, text=list(texts)))
    if cover is not None:
        tags.add(APIC(encoding=Encoding.UTF8, mime=_mime(cover), type=_FRONT, desc="", data=cover))  # type: ignore[no-untyped-call]
    tags.save(path, v2_version=4)


def _write_m4a(path: Path, fields: Values, cover: bytes | None) -> None:
    audio: Any = MP4(path)  # type: ignore[no-untyped-call]
    for field, texts in fields.items():
        if not texts:
            continue
        if field.mp4.startswith("----"):
            free: Any = MP4FreeForm
            audio.tags[field.mp4] = [free(text.encode()) for text in texts]
        else:
            audio.tags[field.mp4] = list(texts)
    if cover is not None:
        made: Any = MP4Cover
        png = _mime(cover) == "image/png"
        kind = made.FORMAT_PNG if png else made.FORMAT_JPEG
        audio.tags["covr"] = [made(cover, imageformat=kind)]
    audio.save()


def _picture(cover: bytes) -> Any:
    picture: Any = Picture()  # type: ignore[no-untyped-call]
    picture.type, picture.mime, picture.data = _FRONT, _mime(cover), cover
    return picture


def _mime(cover: bytes) -> str:
    return "image/png" if cover.startswith(b"\x89PNG") else "image/jpeg"


_WRITERS = {
    Format.FLAC: _write_flac,
    Format.MP3: _write_mp3,
    Format.OPUS: _write_opus,
    Format.M4A: _write_m4a,
}
