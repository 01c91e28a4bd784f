"""Ogg files that hold other streams beside the sound: pictures, films, texts."""

# mypy: disable-error-code="no-untyped-call"
# mutagen has no types, and these helpers speak to it in every line.

import random
import zlib
from collections.abc import Callable, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mutagen import oggvorbis
from mutagen.ogg import OggPage

from pacetag.tagger.tags.errors import NotWritableError
from pacetag.tagger.tags.fingerprint import file_fingerprint
from pacetag.tagger.tags.reader import read_tags
from tests.tagger.tags.conftest import Song
from tests.tagger.writing import write_tags

Pages = list[Any]  # of OggPage

MARK = b"pacetag\0"  # how a note on the pages begins
FIELDS = {"pace": ["172", "86"], "pacetag": ["x" * 90]}
VERSIONS: list[dict[str, list[str]]] = [
    FIELDS,
    {"pace": ["64"], "pacetag": []},
    {"pace": [], "pacetag": []},
]
COMMENT = b"\x06\0\0\0vendor\x02\0\0\0\x0d\0\0\0TITLE=Picture\x0a\0\0\0ARTIST=Eye"
PICTURE = [b"\x80theora" + bytes(range(35)), b"\x81theora" + COMMENT, b"\x82theora" + bytes(900)]
STREAMS: dict[str, list[list[bytes]]] = {  # packets of the streams beside the sound
    "theora": [[*PICTURE, b"\0" + bytes(7000), b"\x40moved"]],
    "skeleton": [[b"fishead\0" + bytes(56), b"fisbone\0" + bytes(60), b""]],
    "kate": [[b"\x80kate\0\0\0" + bytes(56), b"\x81kate\0\0\0" + COMMENT, b"\0la la"]],
    "two pictures": [[*PICTURE, b"\0" + bytes(99)], [*PICTURE, b"\0" + bytes(70_000)]],
}


def pages_of(path: Path) -> Pages:
    found: Pages = []
    with path.open("rb") as file:
        while file.peek(1):
            found.append(OggPage(file))
    return found


def stream(packets: Sequence[bytes], serial: int) -> Pages:
    """The pages of a stream, the first packet alone on the first of them."""
    found: Pages = OggPage.from_packets(packets[:1]) + OggPage.from_packets(packets[1:], 1)
    for number, page in enumerate(found):
        page.serial, page.sequence = serial, number
    found[0].first, found[-1].last = True, True
    return found


def mixed(song: Path, others: Sequence[Sequence[bytes]], *, sound_first: bool) -> bytes:
    """The song with other streams, first pages first and then one page of each in turn."""
    streams = [stream(packets, 77 + number) for number, packets in enumerate(others)]
    streams.insert(0 if sound_first else len(streams), pages_of(song))
    turns = zip_longest(*(each[1:] for each in streams))
    rest = [page for turn in turns for page in turn if page is not None]
    data = b"".join(page.write() for page in [*(each[0] for each in streams), *rest])
    song.write_bytes(data)
    return data


def others_of(path: Path, serial: int) -> list[bytes]:
    """All pages of other streams as they lie, in order."""
    return [page.write() for page in pages_of(path) if page.serial != serial]


@pytest.mark.parametrize("sound_first", [True, False], ids=["sound first", "sound last"])
@pytest.mark.parametrize("beside", STREAMS)
@pytest.mark.parametrize("kind", ["ogg", "ogg-picture", "opus", "spx", "oga"])
def test_tags_go_into_the_stream_of_sound_and_other_streams_stay(
    copy_of: Callable[[str], Song], kind: str, beside: str, sound_first: bool
) -> None:
    song = copy_of(kind)
    sound, serial = song.decode(), pages_of(song.path)[0].serial
    before = mixed(song.path, STREAMS[beside], sound_first=sound_first)
    others, fingerprint = others_of(song.path, serial), file_fingerprint(song.path)

    for fields in VERSIONS:
        write_tags(song.path, fields)

        tags = read_tags(song.path)
        assert (tags.title, tags.artist) == ("Låt", "One; Two")
        assert tags.pace == tuple(fields["pace"])
        assert others_of(song.path, serial) == others
        assert file_fingerprint(song.path) == fingerprint
    assert song.path.read_bytes() == before or kind == "oga"
    alone = [page for page in pages_of(song.path) if page.serial == serial]
    assert [page.sequence for page in alone] == list(range(len(alone)))
    song.path.write_bytes(b"".join(page.write() for page in alone))
    assert np.array_equal(song.decode(), sound)


def test_a_tag_that_fits_beside_a_picture_is_written_in_place_and_undone_to_the_byte(
    copy_of: Callable[[str], Song],
) -> None:
    path = copy_of("ogg").path
    write_tags(path, {"pacetag": ["x"]})
    write_tags(path, {"pacetag": []})  # leaves padding
    before, inode = mixed(path, STREAMS["theora"], sound_first=False), path.stat().st_ino

    write_tags(path, FIELDS)

    assert path.stat().st_ino == inode
    assert read_tags(path).pace == ("172", "86")
    write_tags(path, {"pace": [], "pacetag": []})
    assert path.read_bytes() == before


def test_of_two_streams_of_sound_the_file_is_only_indexed(
    copy_of: Callable[[str], Song],
) -> None:
    """Each has comments of its own, and the paces are those of one."""
    song, other = copy_of("ogg"), copy_of("opus")
    pairs = zip(pages_of(song.path), pages_of(other.path), strict=False)
    pages = [page for pair in pairs for page in pair]
    song.path.write_bytes(b"".join(page.write() for page in pages))
    before = song.path.read_bytes()

    tags = read_tags(song.path)

    assert tags.title == "Låt"
    assert not tags.writable
    assert tags.why_not == "it holds several streams of sound, and tags can speak of one alone"
    with pytest.raises(NotWritableError):
        write_tags(song.path, FIELDS)
    assert song.path.read_bytes() == before


class TestHowHeadersLayBefore:
    """What is noted of it in the padding lets an undo give the same bytes."""

    @pytest.mark.parametrize("kind", ["ogg-bare", "ogg-picture", "opus-picture", "spx-bare"])
    def test_all_writes_together_are_undone_to_the_byte(
        self, copy_of: Callable[[str], Song], kind: str
    ) -> None:
        path = copy_of(kind).path
        before = path.read_bytes()
        for length in (90, 7, 9_000, 300):
            write_tags(path, {"pace": ["172", "86"], "pacetag": ["x" * length], "bpm": ["172"]})

        write_tags(path, {"pace": [], "pacetag": [], "bpm": []})

        assert path.read_bytes() == before

    @pytest.mark.parametrize("by", ["changed title", "no more padding"])
    def test_what_another_program_wrote_since_stays(
        self, copy_of: Callable[[str], Song], by: str
    ) -> None:
        path = copy_of("ogg").path
        write_tags(path, FIELDS)
        audio = oggvorbis.OggVorbis(path)
        audio["title"] = "a longer title of another program's"
        audio.save(padding=(lambda _: 0) if by == "no more padding" else None)
        fingerprint = file_fingerprint(path)

        write_tags(path, {"pace": [], "pacetag": []})

        assert read_tags(path).title == "a longer title of another program's"
        assert read_tags(path).pace == ()
        assert file_fingerprint(path) == fingerprint

    @pytest.mark.parametrize("seed", range(30))
    def test_a_note_that_is_damaged_does_no_harm(
        self, copy_of: Callable[[str], Song], seed: int
    ) -> None:
        draw = random.Random(seed)
        song = copy_of("ogg-bare")
        write_tags(song.path, FIELDS)
        sound, fingerprint = song.decode(), file_fingerprint(song.path)
        pages = pages_of(song.path)
        page = next(page for page in pages if MARK in b"".join(page.packets))
        packet = bytearray(page.packets[0])
        place = packet.index(MARK) + len(MARK)
        if draw.random() < 0.5:
            packet[place + draw.randrange(30)] = draw.randrange(256)
        else:  # well packed, but of something else
            data = zlib.compress(draw.randbytes(draw.randrange(60)))
            packet[place : place + 2 + len(data)] = len(data).to_bytes(2) + data
            packet[place + 2 + len(data) : place + 200] = bytes(200 - 2 - len(data))
        page.packets[0] = bytes(packet)
        song.path.write_bytes(b"".join(each.write() for each in pages))

        write_tags(song.path, {"pace": [], "pacetag": []})

        assert read_tags(song.path).pace == ()
        assert file_fingerprint(song.path) == fingerprint
        assert np.array_equal(song.decode(), sound)
