"""The tags of a mix: its title, its mark, and a chapter for each song."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pacetag.tagger.mixing.mix_file import mark_of, tags_hash
from pacetag.tagger.mixing.mix_plan import MixPlan
from pacetag.tagger.stretching.copy_tags import Values, write_fields
from pacetag.tagger.stretching.encoding import Chapter
from pacetag.tagger.stretching.formats import Format
from pacetag.tagger.tags.fields import ALBUM_ARTIST, ARTIST, COPY, TITLE
from pacetag.tagger.tags.fingerprint import file_fingerprint

VARIOUS = "Various Artists"


def chapters_of(plan: MixPlan) -> tuple[Chapter, ...]:
    """Return a chapter for each song, from where it is heard in full; the first from 0 on."""
    begins = [0.0, *(song.start for song in plan.songs[1:])]
    ends = [*begins[1:], plan.seconds]
    return tuple(
        Chapter(
            title=name_of(song.record.title, song.record.artist, song.record.path),
            begins=begin,
            ends=end,
        )
        for song, begin, end in zip(plan.songs, begins, ends, strict=True)
    )


def name_of(title: str | None, artist: str | None, path: str) -> str:
    """A song as "Title – Artist", on one line; its file's name where it has no title."""
    name = title or Path(path).stem
    text = f"{name} – {artist}" if artist else name
    return " ".join(text.encode("utf-8", "replace").decode("utf-8").split())


def write_tags(path: Path, form: Format, title: str, chapters: Sequence[Chapter]) -> None:
    """Write the tags of a mix that was just encoded. Raises MutagenError, TagError or OSError.

    MP4 has its chapters from the encoder.
    """
    sound = file_fingerprint(path)
    fields: dict[Any, list[str]] = {TITLE: [title], ARTIST: [VARIOUS], ALBUM_ARTIST: [VARIOUS]}
    _write(path, form, fields, chapters)
    fields[COPY] = [mark_of(sound, tags_hash(path))]
    _write(path, form, fields, chapters)


def _write(path: Path, form: Format, fields: Values, chapters: Sequence[Chapter]) -> None:
    write_fields(path, form, fields, cover=None)
    if form is Format.MP3:
        _write_id3(path, chapters)
    elif form is not Format.M4A:
        _write_comments(path, form, chapters)


def _write_id3(path: Path, chapters: Sequence[Chapter]) -> None:
    """CHAP frames and their table of contents (ID3v2 Chapter Frame Addendum)."""
    from mutagen.id3 import CHAP, CTOC, ID3, TIT2, CTOCFlags, Encoding

    make: Any = CHAP
    titled: Any = TIT2
    names = _element_ids([chapter.title for chapter in chapters])
    tags: Any = ID3(path)  # type: ignore[no-untyped-call]
    contents: Any = CTOC
    flags = CTOCFlags.TOP_LEVEL | CTOCFlags.ORDERED
    tags.add(contents(element_id="toc", flags=flags, child_element_ids=names, sub_frames=[]))
    for name, chapter in zip(names, chapters, strict=True):
        title = titled(encoding=Encoding.UTF8, text=[chapter.title])
        begins, ends = (round(each * 1_000) for each in (chapter.begins, chapter.ends))
        tags.add(make(element_id=name, start_time=begins, end_time=ends, sub_frames=[title]))
    tags.save(path, v2_version=4)


def _element_ids(titles: Sequence[str]) -> list[str]:
    """A name for each chapter, which no player shows, such that all frames have one length.

    mutagen writes shorter frames first, and players list chapters in the order of their frames.
    """
    lengths = [len(title.encode()) for title in titles]
    longest = max(lengths, default=0)
    return [f"chp{number:04}{'-' * (longest - length)}" for number, length in enumerate(lengths)]


def _write_comments(path: Path, form: Format, chapters: Sequence[Chapter]) -> None:
    """CHAPTERxxx and CHAPTERxxxNAME, as Xiph's wiki has them."""
    from mutagen.flac import FLAC
    from mutagen.oggopus import OggOpus

    audio: Any = (FLAC if form is Format.FLAC else OggOpus)(path)
    for number, chapter in enumerate(chapters):
        hours, rest = divmod(round(chapter.begins * 1_000), 3_600_000)
        minutes, rest = divmod(rest, 60_000)
        clock = f"{hours:02}:{minutes:02}:{rest // 1_000:02}.{rest % 1_000:03}"
        audio.tags[f"CHAPTER{number:03}"] = [clock]
        audio.tags[f"CHAPTER{number:03}NAME"] = [chapter.title]
    audio.save()
