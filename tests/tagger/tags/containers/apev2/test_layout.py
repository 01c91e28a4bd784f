"""APEv2: items stay as they lie, and what is odd is refused."""

import random
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mutagen import apev2

from pacetag.tagger.tags.errors import TagError
from pacetag.tagger.tags.fingerprint import file_fingerprint
from pacetag.tagger.tags.reader import read_tags
from tests.tagger.tags.conftest import Song, id3v1
from tests.tagger.writing import write_tags

FIELDS = {"pace": ["172", "86"], "pacetag": ["a line"]}


def item(key: bytes, value: bytes, flags: int = 0) -> bytes:
    return len(value).to_bytes(4, "little") + flags.to_bytes(4, "little") + key + b"\0" + value


def tag_of(
    *items: bytes, header: bool = True, version: int = 2000, flags: int = 0, count: int = -1
) -> bytes:
    body = b"".join(items)
    number = len(items) if count < 0 else count
    head = b"APETAGEX" + b"".join(
        each.to_bytes(4, "little") for each in (version, len(body) + 32, number)
    )
    footer = head + (flags | header << 31).to_bytes(4, "little") + bytes(8)
    front = head + (flags | 0xA0000000).to_bytes(4, "little") + bytes(8)
    return (front if header else b"") + body + footer


@pytest.fixture
def bare(copy_of: Callable[[str], Song]) -> Path:
    return copy_of("wv-bare").path


def test_the_items_of_others_are_the_same_bytes_in_the_same_order(bare: Path) -> None:
    sound = bare.read_bytes()
    others = [
        item(b"title", b"La"),
        item(b"Large", b"x" * 999),
        item(b"Odd", b"\xff no UTF-8", 2),
        item(b"Cover Art (Front)", b"a.png\0\x89PNG", 2),
        item(b"Link", b"http://x", 4),
    ]
    bare.write_bytes(sound + tag_of(*others[:3], item(b"PaCe", b"1"), *others[3:]))

    write_tags(bare, FIELDS)

    ours = [item(b"PACE", b"172\x0086"), item(b"PACETAG", b"a line")]
    assert bare.read_bytes() == sound + tag_of(*others[:2], *ours, *others[2:])


@pytest.mark.parametrize("behind", [b"", id3v1(b"title")], ids=["nothing", "ID3v1"])
@pytest.mark.parametrize("header", [False, True])
def test_a_tag_is_written_where_it_was_and_what_follows_stays(
    bare: Path, header: bool, behind: bytes
) -> None:
    sound = bare.read_bytes()
    bare.write_bytes(sound + tag_of(item(b"Title", b"La"), header=header) + behind)

    write_tags(bare, {"pace": ["172"]})

    expected = tag_of(item(b"Title", b"La"), item(b"PACE", b"172"), header=header)
    assert bare.read_bytes() == sound + expected + behind
    assert read_tags(bare).pace == ("172",)


def test_a_new_tag_stands_before_id3v1_and_goes_with_its_last_field(bare: Path) -> None:
    sound = bare.read_bytes()
    bare.write_bytes(sound + id3v1(b"title"))

    write_tags(bare, {"pace": ["172"]})
    items = [(b"PACE", b"172"), (b"Title", b"title"), (b"Artist", b"Old Artist")]
    tag = tag_of(*(item(key, value) for key, value in [*items, (b"Genre", b"Rock")]))
    assert bare.read_bytes() == sound + tag + id3v1(b"title")
    write_tags(bare, {"pace": []})

    assert bare.read_bytes() == sound + id3v1(b"title")


@pytest.mark.outside("wvunpack")
def test_wavpack_checks_its_sound_behind_id3v1(bare: Path) -> None:
    bare.write_bytes(bare.read_bytes() + id3v1(b"title"))
    write_tags(bare, FIELDS)

    subprocess.run(["wvunpack", "-q", "-v", bare], check=True, capture_output=True)


@pytest.mark.parametrize(
    ("tag", "reason"),
    [
        (tag_of(item(b"Title", b"La"), version=3000), "version that is not written"),
        (tag_of(item(b"Title", b"La"), flags=1), "read-only"),
        (tag_of(item(b"Title", b"La"), b"\x09\0\0\0\0\0\0\0Key"), "damaged"),
        (
            tag_of(item(b"Title", b"La")).replace(b"\x02\0\0\0\0\0\0\0T", b"\xff\0\0\0\0\0\0\0T"),
            "damaged",
        ),
        (tag_of(item(b"A1", b"")) + bytes(9), "where other programs look"),
        (tag_of(item(b"A1", b"")) + bytes(9) + id3v1(b"title"), "where other programs look"),
        (b"TAG+" + bytes(223) + id3v1(b"title"), "would hide an APE tag"),
        (b"X" + tag_of(item(b"A1", b""))[1:], "damaged"),
        (tag_of(item(b"A1", b""))[-32:].replace(b"\x2b\0", b"\xff\xff"), "damaged"),
    ],
)
def test_what_is_odd_is_refused_and_not_touched(bare: Path, tag: bytes, reason: str) -> None:
    bare.write_bytes(bare.read_bytes() + tag)
    before = bare.read_bytes()

    with pytest.raises(TagError, match=reason):
        write_tags(bare, FIELDS)

    assert bare.read_bytes() == before


def test_musepack_whose_packets_lead_into_its_tags_is_refused(
    copy_of: Callable[[str], Song],
) -> None:
    """A decoder would go on there, and hear other tags as other sound."""
    path = copy_of("mpc").path
    data = path.read_bytes()
    path.write_bytes(data[:2900] + data[3000:])
    before = path.read_bytes()

    with pytest.raises(TagError, match="damaged or cut off"):
        write_tags(path, FIELDS)

    assert path.read_bytes() == before


@pytest.mark.parametrize("seed", range(40))
def test_any_other_items_survive(bare: Path, seed: int) -> None:
    draw = random.Random(seed)
    sound, fingerprint = bare.read_bytes(), file_fingerprint(bare)
    others = [
        item(
            f"Key {number}".encode() + bytes(draw.choices(range(0x20, 0x7F), k=9)),
            draw.choice([b"", draw.randbytes(300), "å♩".encode() * 50]),
            2,
        )
        for number in range(draw.randrange(6))
    ]
    behind = draw.choice([b"", id3v1(b"title")])
    bare.write_bytes(sound + (tag_of(*others) if others else b"") + behind)

    for _ in range(3):
        line = "".join(draw.choices("abc å♩𝄞", k=draw.choice([1, 300, 9000]))) + "x"
        write_tags(bare, {"pacetag": [line], "pace": ["172"] * draw.randrange(3)})
        assert read_tags(bare).pacetag == line
    assert file_fingerprint(bare) == fingerprint

    write_tags(bare, {"pacetag": [], "pace": []})
    assert bare.read_bytes() == sound + (tag_of(*others) if others else b"") + behind


def test_the_ape_tag_of_an_mp3_is_the_same_bytes(copy_of: Callable[[str], Song]) -> None:
    path = copy_of("mp3-ape").path
    before = path.read_bytes()

    write_tags(path, {**FIELDS, "bpm": ["172"]})

    after = path.read_bytes()
    assert after.startswith(b"ID3\x04")
    assert after.endswith(before)
    write_tags(path, {"pace": [], "pacetag": [], "bpm": []})
    assert path.read_bytes() == before


@pytest.mark.parametrize("kind", ["ape", "wv", "mpc"])
def test_several_values_are_one_item(copy_of: Callable[[str], Song], kind: str) -> None:
    path = copy_of(kind).path
    write_tags(path, FIELDS)

    tags: Any = apev2.APEv2(path)  # type: ignore[no-untyped-call]
    assert list(tags["pace"]) == ["172", "86"]
