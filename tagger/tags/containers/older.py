"""Reads tags of older kinds, which a tag of a newer kind beside them would hide.

Players take a song's title, artist and so on from one kind of tag: ID3v2 before APEv2 before ID3v1,
an ID3 chunk before WAV's own list. So where pacetag adds a tag of a newer kind, it copies what the
older ones say. Volume and pictures are not copied: players look for the volume in all tags, and a
copy would contradict a gain that another program changes later; pictures would double the size.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from typing import BinaryIO

from mutagen._constants import GENRES

from pacetag.tagger.tags.binary.content import kept_form
from pacetag.tagger.tags.binary.sound_ends import read_span
from pacetag.tagger.tags.binary.spans import APE, ID3V1, ID3V2, LYRICS, after_id3, trailers
from pacetag.tagger.tags.binary.views import view_of
from pacetag.tagger.tags.containers.apev2.items import KIND, items_between
from pacetag.tagger.tags.containers.copied import BY_APE, BY_CHUNK, BY_ID3, BY_INFO, Copies
from pacetag.tagger.tags.containers.id3.tag import Id3Tag
from pacetag.tagger.tags.containers.id3.texts import LONGEST, decoded, named_texts
from pacetag.tagger.tags.errors import LayoutError

_Said = Iterator[tuple[str, list[str]]]  # names of fields, as in the table, and values

_LARGEST = 1 << 20  # bytes of a list of INFO
_ID3V1 = (("title", 3, 4), ("artist", 33, 64), ("album", 63, 124))  # places in TAG, and in TAG+
_LYRICS3 = {b"ETT": "title", b"EAR": "artist", b"EAL": "album", b"INF": "comment"}


def older_than_id3(source: BinaryIO) -> Copies:
    """Fields of the tags at the end of MPEG audio; of each the newest tag's value."""
    return _merged(_at_end(source, (ID3V2, APE)))


def older_than_apev2(source: BinaryIO) -> Copies:
    """Fields of the ID3 tags of an APE, WavPack or Musepack file."""
    return _merged([*_at_head(source), *_at_end(source, (ID3V2,))])


def older_than_comments(source: BinaryIO) -> Copies:
    """Fields of the tags around a FLAC file."""
    return _merged([*_at_head(source), *_at_end(source, (ID3V2, APE))])


def older_than_chunk(source: BinaryIO, chunks: Iterable[tuple[bytes, int, int]]) -> Copies:
    """Fields in WAV's and AIFF's own chunks, which are given by name, start and end."""
    return _merged([list(_of_chunks(source, chunks))])


def kept_trailers(source: BinaryIO) -> bytes:
    """The tags at the end, in the form in which they are compared."""
    found = trailers(source, after_id3(source))
    return b"".join(
        kept_form(view_of(source, each.start, each.stop).item(0, each.stop - each.start))
        for each in found
    )


def _merged(tags: Iterable[Iterable[tuple[str, list[str]]]]) -> Copies:
    """The fields of several tags; if several have a field, the first tag's values."""
    merged: dict[str, tuple[str, ...]] = {}
    for tag in tags:
        of_tag: dict[str, list[str]] = {}
        for field, values in tag:
            clean = (value.strip(" \0\r\n\t") for value in values)
            of_tag.setdefault(field, []).extend(value for value in clean if value)
        for field, said in of_tag.items():
            if said:
                merged.setdefault(field, tuple(dict.fromkeys(said)))
    return merged


def _at_head(source: BinaryIO) -> Iterator[list[tuple[str, list[str]]]]:
    stop = after_id3(source)
    if stop:
        yield _tolerant(_of_id3, source, 0, stop)


def _at_end(source: BinaryIO, kinds: Collection[str]) -> Iterator[list[tuple[str, list[str]]]]:
    """The tags at the end of these kinds, and Lyrics3 and ID3v1; newer kinds first."""
    found = trailers(source, after_id3(source))
    for kind, reader in _READERS.items():
        if kind in kinds or kind in (LYRICS, ID3V1):
            for each in found:
                if each.kind == kind:
                    yield _tolerant(reader, source, each.body or each.start, each.stop)


def _tolerant(
    reader: Callable[[BinaryIO, int, int], _Said], source: BinaryIO, start: int, stop: int
) -> list[tuple[str, list[str]]]:
    """The fields of a tag, up to where it is damaged."""
    said: list[tuple[str, list[str]]] = []
    with suppress(LayoutError):
        said.extend(reader(source, start, stop))
    return said


def _of_id3(source: BinaryIO, start: int, stop: int) -> _Said:
    source.seek(start)
    for name, values in named_texts(Id3Tag.read(source, stop)):
        if name in BY_ID3:
            yield BY_ID3[name], values


def _of_ape(source: BinaryIO, start: int, stop: int) -> _Said:
    for item in items_between(source, start, stop):
        field = BY_APE.get(item.key.upper())
        if field is None or item.flags & KIND or len(item.data) > LONGEST:
            continue
        data = read_span(source, start + item.start, start + item.stop)
        yield field, decoded(data[8 + len(item.key) + 1 :]).split("\0")


def _of_lyrics3(source: BinaryIO, start: int, stop: int) -> _Said:
    """Fields of Lyrics3: a name of 3 letters, a length of 5 digits, and a text."""
    data = read_span(source, start, stop)[len(b"LYRICSBEGIN") : -15]
    place = 0
    while place + 8 <= len(data) and data[place + 3 : place + 8].isdigit():
        length = int(data[place + 3 : place + 8])
        if (field := _LYRICS3.get(data[place : place + 3])) is not None:
            yield field, [decoded(data[place + 8 : place + 8 + length])]
        place += 8 + length


def _of_id3v1(source: BinaryIO, start: int, stop: int) -> _Said:
    """Fields of ID3v1 or 1.1, with the ends of long texts from an extended tag before it."""
    tag, more = read_span(source, stop - 128, stop), read_span(source, start, stop - 128)
    for field, place, place_of_more in _ID3V1:
        text = _cut(tag[place : place + 30])
        if len(text) == 30:
            text += _cut(more[place_of_more : place_of_more + 60])
        yield field, [decoded(text)]
    yield "date", [decoded(_cut(tag[93:97]))]
    is_track = not tag[125] and tag[126]
    yield "comment", [decoded(_cut(tag[97 : 125 if is_track else 127]))]
    yield "track", [str(tag[126])] if is_track else []
    yield "genre", GENRES[tag[127] : tag[127] + 1]


def _cut(field: bytes) -> bytes:
    return field.partition(b"\0")[0]


def _of_chunks(source: BinaryIO, chunks: Iterable[tuple[bytes, int, int]]) -> _Said:
    for name, start, stop in chunks:
        if name in BY_CHUNK:
            yield BY_CHUNK[name], [decoded(read_span(source, start, min(stop, start + LONGEST)))]
        elif name == b"LIST" and read_span(source, start, start + 4) == b"INFO":
            yield from _of_info(read_span(source, start + 4, min(stop, start + _LARGEST)))


def _of_info(data: bytes) -> _Said:
    place = 0
    while place + 8 <= len(data):
        stop = place + 8 + int.from_bytes(data[place + 4 : place + 8], "little")
        if (field := BY_INFO.get(data[place : place + 4])) is not None:
            yield field, [decoded(_cut(data[place + 8 : min(stop, place + 8 + LONGEST)]))]
        place = stop + stop % 2


_READERS: dict[str, Callable[[BinaryIO, int, int], _Said]] = {
    ID3V2: _of_id3,
    APE: _of_ape,
    LYRICS: _of_lyrics3,
    ID3V1: _of_id3v1,
}
