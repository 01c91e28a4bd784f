"""MP4 as phones, cameras and other encoders lay it out: read, and tagged or left with a reason."""

import json
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from mutagen.mp4 import MP4

from pacetag.tagger.tags.errors import TagError
from pacetag.tagger.tags.fingerprint import file_fingerprint
from pacetag.tagger.tags.reader import read_tags
from tests.tagger.tags.mp4_making import (
    ARTIST,
    ENTRIES,
    HANDLER,
    LIST,
    META,
    TITLE,
    UDTA,
    Mp4,
    atom,
    data,
    mdta,
    of_3gpp,
    quicktime,
)
from tests.tagger.writing import write_tags

FIELDS = {"pace": ["172", "86"], "pacetag": ["a line"]}
TEXTS = quicktime(b"\xa9nam", TITLE), quicktime(b"\xa9ART", ARTIST)
SOUND_TO_THE_END = bytes(4) + b"mdat"

WRITTEN: dict[str, Callable[[Mp4], bytes]] = {
    "moov/meta": lambda mp4: mp4.file(META),
    "moov/meta, moov first": lambda mp4: mp4.file(META, first=True),
    "moov/meta with keys": lambda mp4: mp4.file(mdta()),
    "moov/meta with keys, without version": lambda mp4: mp4.file(mdta(version=b"")),
    "udta/meta with keys": lambda mp4: mp4.file(atom(b"udta", mdta())),
    "udta/meta without version": lambda mp4: mp4.file(atom(b"udta", atom(b"meta", HANDLER, LIST))),
    "udta/meta without version, moov first": lambda mp4: mp4.file(
        atom(b"udta", atom(b"meta", HANDLER, LIST)), first=True
    ),
    "texts in udta": lambda mp4: mp4.file(atom(b"udta", *TEXTS)),
    "texts in udta, ended by zero": lambda mp4: mp4.file(atom(b"udta", *TEXTS, bytes(4))),
    "texts in udta, ended by zeros": lambda mp4: mp4.file(atom(b"udta", *TEXTS, bytes(12))),
    "texts of a Macintosh": lambda mp4: mp4.file(
        atom(b"udta", quicktime(b"\xa9nam", TITLE, "mac_roman"), TEXTS[1])
    ),
    "3GPP": lambda mp4: mp4.file(
        atom(b"udta", of_3gpp(b"titl", TITLE, "utf-16"), of_3gpp(b"perf", ARTIST)),
        ftyp=atom(b"ftyp", b"3gp6", bytes(4), b"isom3gp6"),
    ),
    "free and wide": lambda mp4: mp4.file(before=atom(b"free", bytes(9)) + atom(b"wide")),
    "free and wide, moov first": lambda mp4: mp4.file(before=atom(b"wide"), first=True),
    "sound of 64 bits": lambda mp4: mp4.file(
        head=(1).to_bytes(4) + b"mdat" + (16 + len(mp4.sound)).to_bytes(8)
    ),
    "headers of 64 bits": lambda mp4: mp4.file(wide=True, first=True),
    "sound to the end": lambda mp4: mp4.file(head=SOUND_TO_THE_END, first=True),
    "places of 64 bits": lambda mp4: mp4.file(long_places=True, first=True),
    "types that are no text": lambda mp4: mp4.file(
        atom(
            b"udta",
            atom(
                b"meta",
                bytes(4),
                HANDLER,
                atom(b"ilst", atom(b"\1\2\3\4", data(b"x")), atom(b"\xff\xfe\0\1", b"?"), *ENTRIES),
            ),
        )
    ),
    "uuid": lambda mp4: mp4.file(
        UDTA + atom(b"uuid", bytes(20)),
        before=atom(b"uuid", bytes(16)),
        tail=atom(b"uuid", bytes(40)),
    ),
    "pictures in one entry": lambda mp4: mp4.file(
        atom(
            b"udta",
            atom(
                b"meta",
                bytes(4),
                HANDLER,
                atom(b"ilst", *ENTRIES, atom(b"covr", data(b"\x89PNG", 14), data(b"\xff\xd8", 13))),
            ),
        )
    ),
    "lists ended by zeros": lambda mp4: mp4.file(
        atom(
            b"udta",
            atom(b"meta", bytes(4), HANDLER, atom(b"ilst", *ENTRIES, bytes(4)), bytes(8)),
        )
        + bytes(4)
    ),
    "two udta": lambda mp4: mp4.file(atom(b"udta", atom(b"name", b"x")) + UDTA),
    "keys in the track, without version": lambda mp4: mp4.file(in_track=mdta(version=b"")),
    "no ftyp": lambda mp4: mp4.file(ftyp=b""),
    "no ftyp, wide first": lambda mp4: mp4.file(ftyp=b"", before=atom(b"wide")),
    "free first": lambda mp4: mp4.file(ftyp=atom(b"free", bytes(8)) + mp4.ftyp),
    "QuickTime": lambda mp4: mp4.file(ftyp=atom(b"ftyp", b"qt  ", bytes(4), b"qt  ")),
    "an empty mdat": lambda mp4: mp4.file(before=atom(b"mdat")),
} | {
    f"{size} zeros at the end{', moov first' if first else ''}": (
        lambda mp4, size=size, first=first: mp4.file(tail=bytes(size), first=first)
    )
    for size in (4, 8, 100, 2048)
    for first in (False, True)
}
LEFT_ALONE: dict[str, tuple[str, Callable[[Mp4], bytes]]] = {
    "no handler": (
        "laid out in a way that few programs read",
        lambda mp4: mp4.file(atom(b"udta", atom(b"meta", bytes(4), LIST))),
    ),
    "handler last": (
        "laid out in a way that few programs read",
        lambda mp4: mp4.file(atom(b"udta", atom(b"meta", bytes(4), LIST, HANDLER))),
    ),
    "something else behind": ("damaged or cut off", lambda mp4: mp4.file(tail=b"TAG" + b"x" * 125)),
    "two pieces of sound": (
        "lie in several pieces",
        lambda mp4: mp4.file(tail=atom(b"mdat", b"more")),
    ),
}


@pytest.fixture(scope="module")
def mp4(tmp_path_factory: pytest.TempPathFactory) -> Mp4:
    return Mp4(tmp_path_factory.mktemp("mp4"))


@pytest.fixture(params=WRITTEN)
def laid_out(request: pytest.FixtureRequest, mp4: Mp4, tmp_path: Path) -> Path:
    """A song of each layout that is written."""
    path = tmp_path / "song.m4a"
    path.write_bytes(WRITTEN[request.param](mp4))
    return path


def sound_of(path: Path) -> str:
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-map", "0:a", "-f", "md5", "-"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def shown_of(path: Path) -> dict[str, str]:
    """What ffprobe shows."""
    command = ["ffprobe", "-v", "error", "-show_format", "-of", "json", str(path)]
    shown = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return {key.lower(): value for key, value in shown["format"].get("tags", {}).items()}


@pytest.mark.outside("ffmpeg", "ffprobe")
def test_a_strange_layout_is_read_and_tagged(laid_out: Path) -> None:
    before, sound = shown_of(laid_out), sound_of(laid_out)
    fingerprint = file_fingerprint(laid_out)
    first = read_tags(laid_out)
    assert (first.title, first.artist, first.why_not) == (TITLE, ARTIST, None)
    assert first.duration == pytest.approx(1.0, abs=0.06)

    write_tags(laid_out, FIELDS)
    write_tags(laid_out, {**FIELDS, "pace": ["99"]})

    tags, shown = read_tags(laid_out), shown_of(laid_out)
    assert (tags.title, tags.artist, tags.pace) == (TITLE, ARTIST, ("99",))
    assert shown.pop("pace") == "99"
    assert shown.pop("pacetag") == "a line"
    assert shown == before
    assert (sound_of(laid_out), file_fingerprint(laid_out)) == (sound, fingerprint)
    write_tags(laid_out, {"pace": [], "pacetag": []})
    assert shown_of(laid_out) == before


@pytest.mark.parametrize("name", ["moov/meta", "texts in udta", "free and wide", "two udta"])
def test_mutagen_finds_what_was_written(name: str, mp4: Mp4, tmp_path: Path) -> None:
    path = tmp_path / "song.m4a"
    path.write_bytes(WRITTEN[name](mp4))

    write_tags(path, FIELDS)

    tags: Any = MP4(path).tags  # type: ignore[no-untyped-call]
    assert tags["----:com.apple.iTunes:PACE"] == [b"172", b"86"]


@pytest.mark.parametrize("name", LEFT_ALONE)
def test_what_is_not_written_is_read_and_has_a_reason(name: str, mp4: Mp4, tmp_path: Path) -> None:
    reason, make = LEFT_ALONE[name]
    path = tmp_path / "song.m4a"
    path.write_bytes(make(mp4))

    tags = read_tags(path)

    assert (tags.title, tags.artist) == (TITLE, ARTIST)
    assert reason in (tags.why_not or "")


@pytest.mark.parametrize("name", [b"udta", b"trak", b"meta"])
def test_atoms_nested_without_end_cost_nothing(name: bytes, mp4: Mp4, tmp_path: Path) -> None:
    nested = b""
    for _ in range(20_000):
        nested = (8 + len(nested)).to_bytes(4) + name + nested if len(nested) < 60_000 else nested
    path = tmp_path / "song.m4a"
    path.write_bytes(mp4.file(nested))

    with suppress(TagError):
        assert read_tags(path).title is None


def test_no_layout_fails_at_every_scan(
    mp4: Mp4, library: Path, scan_json: Callable[..., Any], worker_threads: None
) -> None:
    for number, make in enumerate(WRITTEN.values()):
        (library / f"172-86 {number}.m4a").write_bytes(make(mp4))
    for name, (_, make) in LEFT_ALONE.items():
        (library / f"172-86 {name}.m4a").write_bytes(make(mp4))

    found = scan_json()

    assert found.result.exit_code == 0
    assert found.counts["tagged"] == len(WRITTEN)
    left = {song["reason"] for song in found.songs.values() if song["outcome"] == "unchanged"}
    assert all("indexed only: its MP4 " in reason for reason in left)
