"""ASF: attributes and objects of others stay as they lie, and what is odd is refused."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from mutagen import asf
from mutagen.asf._attrs import ASFValue

from pacetag.tagger.tags.binary.content import Data, chunks
from pacetag.tagger.tags.containers.asf.attributes import attributes, list_of
from pacetag.tagger.tags.containers.asf.objects import (
    DATA,
    DESCRIPTION,
    EXTENSION,
    FILE_PROPERTIES,
    LIBRARY,
    METADATA,
    PADDING,
    SIGNATURE,
    AsfObject,
    split_objects,
)
from pacetag.tagger.tags.errors import LayoutError, TagError
from pacetag.tagger.tags.fingerprint import file_fingerprint
from pacetag.tagger.tags.reader import read_tags
from tests.tagger.tags.conftest import Song
from tests.tagger.writing import write_tags

FIELDS = {"pace": ["172", "86"], "pacetag": ["a line"]}


def whole(data: Data) -> bytes:
    return b"".join(chunks(data))


def objects_of(path: Path) -> tuple[AsfObject, ...]:
    data = path.read_bytes()
    size = int.from_bytes(data[16:24], "little")
    found = split_objects(data[30:size])
    assert len(found) == int.from_bytes(data[24:28], "little")
    assert data[size : size + 16] == DATA
    return found


def inner_of(path: Path) -> tuple[AsfObject, ...]:
    return next(split_objects(whole(o.data)[22:]) for o in objects_of(path) if o.guid == EXTENSION)


def with_objects(path: Path, objects: list[AsfObject]) -> None:
    data = path.read_bytes()
    size = int.from_bytes(data[16:24], "little")
    body = b"".join(whole(each.render()) for each in objects)
    head = data[:16] + (30 + len(body)).to_bytes(8, "little") + len(objects).to_bytes(4, "little")
    path.write_bytes(head + data[28:30] + body + data[size:])


def lists_in(path: Path) -> dict[bytes, list[tuple[str, bytes]]]:
    return {
        each.guid: [(name, whole(data)) for name, data in attributes(each)]
        for each in (*objects_of(path), *inner_of(path))
        if each.guid in (DESCRIPTION, METADATA, LIBRARY)
    }


def foreign_bytes(path: Path) -> Iterator[bytes]:
    for each in (*objects_of(path), *inner_of(path)):
        if each.guid in (DESCRIPTION, METADATA, LIBRARY):
            yield from (
                whole(data) for name, data in attributes(each) if not name.startswith("PACE")
            )
            yield from (whole(data) for name, data in attributes(each) if name == "PACEMAKER")
        elif each.guid not in (PADDING, EXTENSION, FILE_PROPERTIES):
            yield whole(each.render())


def test_every_other_object_and_attribute_is_the_same_bytes(
    copy_of: Callable[[str], Song],
) -> None:
    path = copy_of("wma").path
    before = list(foreign_bytes(path))
    assert len(before) > 10

    write_tags(path, {**FIELDS, "pacetag": ["x" * 9000]})

    assert list(foreign_bytes(path)) == before


def test_the_first_value_goes_into_the_description_and_the_others_into_the_library(
    copy_of: Callable[[str], Song],
) -> None:
    """As mutagen does it, and so Picard and beets."""
    path, other = copy_of("wma-bare").path, copy_of("wma").path
    write_tags(path, {"pace": ["172", "86", "57"]})
    audio: Any = asf.ASF(other)  # type: ignore[no-untyped-call]
    audio["PACE"] = ["172", "86", "57"]
    audio.save()

    ours, theirs = lists_in(path), lists_in(other)

    for guid in (DESCRIPTION, LIBRARY):
        assert [each for each in ours[guid] if each[0] == "PACE"] == [
            each for each in theirs[guid] if each[0] == "PACE"
        ]
    assert [name for name, _ in ours[DESCRIPTION]].count("PACE") == 1


def test_what_is_too_long_for_the_description_goes_into_the_library(
    copy_of: Callable[[str], Song],
) -> None:
    path = copy_of("wma-bare").path

    write_tags(path, {"pace": ["1", "x" * 40_000]})

    assert [name for name, _ in lists_in(path)[LIBRARY]] == ["PACE", "PACE"]
    assert read_tags(path).pace == ("1", "x" * 40_000)


def test_a_field_is_replaced_wherever_it_stands(copy_of: Callable[[str], Song]) -> None:
    path = copy_of("wma").path
    audio: Any = asf.ASF(path)  # type: ignore[no-untyped-call]
    third = ASFValue("3", asf.UNICODE, stream=1)  # type: ignore[no-untyped-call]
    audio["Pace"] = ["1", "2", third]
    audio["WM/BeatsPerMinute"] = 120
    audio.save()

    written = write_tags(path, {"pace": ["172"], "bpm": ["86"]})

    assert written.old == {"pace": ["1", "3", "2"], "bpm": ["120"]}
    assert read_tags(path).pace == ("172",)
    assert read_tags(path).bpm == ("86",)


def test_the_size_of_the_file_in_its_properties_follows(copy_of: Callable[[str], Song]) -> None:
    path = copy_of("wma-bare").path
    properties = next(each for each in objects_of(path) if each.guid == FILE_PROPERTIES)
    assert int.from_bytes(whole(properties.data)[16:24], "little") == path.stat().st_size

    write_tags(path, FIELDS)

    properties = next(each for each in objects_of(path) if each.guid == FILE_PROPERTIES)
    assert int.from_bytes(whole(properties.data)[16:24], "little") == path.stat().st_size


def test_a_file_without_an_extension_gets_one_when_it_is_needed(
    copy_of: Callable[[str], Song],
) -> None:
    path = copy_of("wma-bare").path
    with_objects(path, [each for each in objects_of(path) if each.guid != EXTENSION])

    write_tags(path, FIELDS)

    assert read_tags(path).pace == ("172", "86")


def cut(data: bytes) -> bytes:
    return data[:-3000]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (cut, "cut off"),
        (lambda data: data[:24] + b"\x63" + data[25:], "damaged|as many objects"),
        (lambda data: data.replace(DATA, bytes(16)), "no sound follows"),
        (lambda data: without_length(data), "do not say how long"),
    ],
)
def test_what_is_odd_is_refused_and_not_touched(
    copy_of: Callable[[str], Song], change: Callable[[bytes], bytes], reason: str
) -> None:
    path = copy_of("wma").path
    path.write_bytes(change(path.read_bytes()))
    before = path.read_bytes()

    with pytest.raises(TagError, match=reason):
        write_tags(path, FIELDS)

    assert path.read_bytes() == before


def without_length(data: bytes) -> bytes:
    at = data.index(DATA) + 16
    return data[:at] + bytes(8) + data[at + 8 :]


@pytest.mark.parametrize("odd", ["signed", "broadcast"])
def test_objects_that_forbid_it_do(copy_of: Callable[[str], Song], odd: str) -> None:
    path = copy_of("wma").path
    objects = list(objects_of(path))
    if odd == "signed":
        objects.append(AsfObject(guid=SIGNATURE, data=bytes(8)))
    else:
        at = next(i for i, each in enumerate(objects) if each.guid == FILE_PROPERTIES)
        data = whole(objects[at].data)
        flags = bytes([data[64] | 1])
        objects[at] = AsfObject(guid=FILE_PROPERTIES, data=data[:64] + flags + data[65:])
    with_objects(path, objects)
    before = path.read_bytes()

    with pytest.raises(TagError, match=r"signed|as in a broadcast|damaged"):
        write_tags(path, FIELDS)

    assert path.read_bytes() == before


def test_more_attributes_than_a_list_can_count_are_refused() -> None:
    with pytest.raises(LayoutError, match="65 535"):
        list_of(LIBRARY, [b""] * 65_536)


@pytest.mark.parametrize("seed", range(30))
def test_any_other_attributes_and_objects_survive(
    copy_of: Callable[[str], Song], seed: int
) -> None:
    draw = random.Random(seed)
    path = copy_of("wma-bare").path
    fingerprint = file_fingerprint(path)
    objects = [each for each in objects_of(path) if draw.random() < 0.9 or each.guid != EXTENSION]
    for _ in range(draw.randrange(4)):
        odd = AsfObject(guid=draw.randbytes(16), data=draw.randbytes(draw.choice([0, 7, 900])))
        objects.insert(draw.randint(0, len(objects)), odd)
    if draw.random() < 0.5:
        objects.insert(0, AsfObject(guid=PADDING, data=bytes(draw.choice([0, 50, 3000]))))
    with_objects(path, objects)
    before = [
        each.render() for each in objects if each.guid not in (PADDING, FILE_PROPERTIES, EXTENSION)
    ]

    for _ in range(3):
        line = "".join(draw.choices("abc å♩𝄞", k=draw.choice([1, 300, 40_000]))) + "x"
        write_tags(path, {"pacetag": [line], "pace": ["172"] * draw.randrange(3)})
        assert read_tags(path).pacetag == line

    after = [each.render() for each in objects_of(path)]
    assert [each for each in after if each in before] == before
    assert file_fingerprint(path) == fingerprint


NOTES = [
    b"",
    b"[]",
    b"{",
    b"[" * 900,
    b'{"description": false, "library": false, "extension": false, "paddings": []}',
    b'{"description": true, "library": true, "extension": true, "paddings": [[-1, 5]]}',
    b'{"description": true, "library": true, "extension": true, "paddings": [[0, 99999999]]}',
    b'{"description": 1, "library": 0, "extension": 0, "paddings": [[99, 5], [0, 3]]}',
]


@pytest.mark.parametrize("note", NOTES)
@pytest.mark.parametrize("kind", ["wma", "wma-bare"])
def test_a_note_on_the_header_that_is_not_pacetags_does_no_harm(
    copy_of: Callable[[str], Song], kind: str, note: bytes
) -> None:
    path = copy_of(kind).path
    title, fingerprint = read_tags(path).title, file_fingerprint(path)
    others = [each.guid for each in objects_of(path) if each.guid != PADDING]
    write_tags(path, FIELDS)
    objects = [
        AsfObject(guid=PADDING, data=(b"pacetag\0" + note).ljust(2000, b"\0"))
        if each.guid == PADDING
        else each
        for each in objects_of(path)
    ]
    with_objects(path, objects)

    write_tags(path, {"pace": [], "pacetag": []})

    assert read_tags(path).title == title
    assert read_tags(path).pace == ()
    assert file_fingerprint(path) == fingerprint
    may_go = (PADDING, DESCRIPTION, EXTENSION)  # where they are empty
    left = [each.guid for each in objects_of(path) if each.guid not in may_go]
    assert left == [guid for guid in others if guid not in may_go]
    assert path.stat().st_size < 1 << 20


def test_what_another_program_keeps_in_the_padding_is_no_note(
    copy_of: Callable[[str], Song],
) -> None:
    path = copy_of("wma-bare").path
    for length in (9, 5000, 60):
        write_tags(path, {"pace": ["172"], "pacetag": ["x" * length]})
    audio: Any = asf.ASF(path)  # type: ignore[no-untyped-call]
    audio["Title"] = "another program's"
    audio.save()

    write_tags(path, {"pace": [], "pacetag": []})

    assert read_tags(path).title == "another program's"
    assert read_tags(path).pacetag is None
