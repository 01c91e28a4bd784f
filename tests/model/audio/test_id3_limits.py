"""Packed ID3 frames that FFmpeg would unpack to gigabytes."""

import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from pacetag.model.audio.id3_limits import MOST, check_id3
from pacetag.model.errors import DecodeError


def sevens(size: int) -> bytes:
    return bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))


def tag(version: int, claimed: int, *, packed: bool = True) -> bytes:
    """A tag whose second frame claims to unpack to so many bytes."""
    flags = {3: b"\0\x80", 4: b"\0\x09"}[version] if packed else b"\0\0"
    body = claimed.to_bytes(4) + zlib.compress(bytes(100))
    sizes = [sevens(n) if version == 4 else n.to_bytes(4) for n in (200, len(body))]
    frames = b"TIT2" + sizes[0] + b"\0\0" + bytes(200) + b"APIC" + sizes[1] + flags + body
    return b"ID3" + bytes([version, 0, 0]) + sevens(len(frames)) + frames


def chunked(root: bytes, form: bytes, order: str, held: bytes) -> bytes:
    chunk = b"id3 " + len(held).to_bytes(4, order) + held  # type: ignore[arg-type]
    first = b"junk" + (3).to_bytes(4, order) + b"abc\0"  # type: ignore[arg-type]
    return root + bytes(4) + form + first + chunk


PLACES: dict[str, Callable[[bytes], bytes]] = {
    "head": lambda held: held + b"\xff\xfb",
    "second": lambda held: tag(3, 10) + held,
    "wav": lambda held: chunked(b"RIFF", b"WAVE", "little", held),
    "aiff": lambda held: chunked(b"FORM", b"AIFF", "big", held),
    "dsf": lambda held: b"DSD " + bytes(16) + (50).to_bytes(8, "little") + bytes(22) + held,
}


def check(path: Path) -> None:
    with path.open("rb") as file:
        check_id3(path, file)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("version", [3, 4])
def test_a_frame_that_claims_too_much_is_refused_wherever_it_lies(
    place: str, version: int, tmp_path: Path
) -> None:
    path = tmp_path / "song"

    path.write_bytes(PLACES[place](tag(version, MOST + 1)))
    with pytest.raises(DecodeError, match="its ID3 tag would take gigabytes to read"):
        check(path)

    for harmless in (tag(version, MOST), tag(version, MOST + 1, packed=False)):
        path.write_bytes(PLACES[place](harmless))
        check(path)


@pytest.mark.parametrize("length", range(0, 40, 3))
def test_cut_heads_are_passed_over(length: int, tmp_path: Path) -> None:
    path = tmp_path / "song"
    for place in PLACES.values():
        path.write_bytes(place(tag(3, 1 << 31))[:length])
        check(path)
