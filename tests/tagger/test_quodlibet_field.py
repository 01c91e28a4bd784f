"""`--quodlibet`: the paces of ID3 once more, where Quod Libet reads them, in step with PACE."""

# mypy: disable-error-code="no-untyped-call"

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mutagen import flac, id3

MakeSong = Callable[..., Path]
Run = Callable[..., Any]

FRAME = "TXXX:QuodLibet::pace"

pytestmark = pytest.mark.usefixtures("worker_threads")


def texts(song: Path, frame: str = FRAME) -> list[str]:
    """The values of a frame, named with its case."""
    found = tag_of(song).get(frame)
    return [] if found is None else list(found.text)


def tag_of(song: Path) -> Any:
    try:
        return id3.ID3(song)
    except id3.ID3NoHeaderError:
        return id3.ID3()


def set_frame(song: Path, *values: str, description: str = "QuodLibet::pace") -> None:
    tag = tag_of(song)
    tag.delall(f"TXXX:{description}")
    if values:
        tag.add(id3.TXXX(encoding=3, desc=description, text=list(values)))
    tag.save(song)


def test_it_is_written_only_if_asked_for(make_song: MakeSong, scan_json: Run) -> None:
    song, other = make_song("172-86.mp3"), make_song("120.flac")

    scan_json()
    assert texts(song, "TXXX:PACE") == ["172", "86"]
    assert texts(song) == []
    found = scan_json("--quodlibet")

    assert found.songs[song.name]["changes"] == {"quodlibet": {"old": [], "new": ["172", "86"]}}
    assert texts(song) == texts(song, "TXXX:PACE") == ["172", "86"]
    assert found.songs[other.name]["outcome"] == "unchanged"
    comments: Any = flac.FLAC(other).tags
    assert "quodlibet" not in " ".join(comments.keys()).lower()
    assert scan_json("--quodlibet").songs[song.name]["outcome"] == "unchanged"


def test_the_setting_asks_for_it_too(
    make_song: MakeSong, scan_json: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    song = make_song("160.mp3")
    monkeypatch.setenv("PACETAG_QUODLIBET", "true")

    scan_json()

    assert texts(song) == ["160"]


def test_it_goes_along_with_pace_also_where_it_is_not_asked_for(
    make_song: MakeSong, scan_json: Run, pacetag: Run
) -> None:
    song = make_song("172-86.mp3")
    scan_json("--quodlibet")

    pacetag("set", "165", song)

    assert texts(song) == texts(song, "TXXX:PACE") == ["165"]
    pacetag("set", "--none", song)
    assert texts(song) == texts(song, "TXXX:PACE") == []


def test_it_follows_a_pace_that_was_typed_into_the_tag(make_song: MakeSong, scan_json: Run) -> None:
    song = make_song("172-86.mp3")
    scan_json("--quodlibet")
    set_frame(song, "150", description="PACE")

    scan_json()

    assert texts(song) == ["150"]


@pytest.mark.parametrize("values", [["slow"], ["86"], ["99", "172"]])
def test_what_was_typed_into_quod_libet_stays(
    make_song: MakeSong, scan_json: Run, values: list[str]
) -> None:
    song = make_song("172-86.mp3")
    scan_json("--quodlibet")
    set_frame(song, *values)

    scan_json("--quodlibet", "--force")

    assert texts(song) == values
    assert texts(song, "TXXX:PACE") == ["172", "86"]


def test_undo_takes_it_back(make_song: MakeSong, scan_json: Run, pacetag: Run) -> None:
    song, typed = make_song("172-86.mp3"), make_song("140.mp3")
    set_frame(typed, "slow")
    scan_json("--quodlibet")

    pacetag("undo", "--all")

    assert texts(song) == texts(song, "TXXX:PACE") == []
    assert texts(typed) == ["slow"]


def test_undo_without_the_index_takes_it_back(
    make_song: MakeSong, scan_json: Run, pacetag: Run, index_file: Path
) -> None:
    song = make_song("172-86.mp3")
    scan_json("--quodlibet")
    for left in index_file.parent.glob(f"{index_file.name}*"):
        left.unlink()
    scan_json()

    pacetag("undo", "--all")

    assert texts(song) == texts(song, "TXXX:PACE") == []
