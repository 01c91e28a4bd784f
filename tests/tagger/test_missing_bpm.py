"""`--bpm if-missing` treats a BPM without a tempo as missing; undo restores it."""

# mypy: disable-error-code="no-untyped-call"

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mutagen import apev2, asf, flac, id3, mp4, oggvorbis

from pacetag.tagger.scanning.wanted_tags import is_tempo
from pacetag.tagger.tags.held import held_fields
from tests.tagger.tags.encoding import encode

Run = Callable[..., Any]

NONE = [
    "0",
    "0.0",
    "0,0",
    "",
    " ",
    "000",
    "-12",
    "\N{MINUS SIGN}120",
    "nan",
    "none",
    "0 bpm",
    "0/0",
]
SOME = ["174.5", "174,5", "174 bpm", "174bpm", "ca. 174", "120-140", "0/174", "(174)", "0.5"]

pytestmark = pytest.mark.usefixtures("worker_threads")


@pytest.mark.parametrize("value", NONE)
def test_nothing_zero_and_words_are_no_tempo(value: str) -> None:
    assert not is_tempo(value)


@pytest.mark.parametrize("value", SOME)
def test_a_number_above_zero_is_one(value: str) -> None:
    assert is_tempo(value)


def _id3(path: Path, values: list[str]) -> None:
    tag = id3.ID3()
    tag.add(id3.TIT2(encoding=3, text="Title"))
    tag.add(id3.TBPM(encoding=1, text=values))
    tag.add(id3.TXXX(encoding=3, desc="Z", text="last"))
    tag.save(path, padding=lambda _: 2000)


def _comments(kind: type) -> Callable[[Path, list[str]], None]:
    def dress(path: Path, values: list[str]) -> None:
        audio: Any = kind(path)
        audio["TITLE"], audio["bpm"], audio["DATE"] = "Title", values, "1999"
        audio.save(padding=lambda _: 3000)

    return dress


def _ape(path: Path, values: list[str]) -> None:
    tag: Any = apev2.APEv2()
    tag["Title"], tag["Bpm"], tag["Year"] = "A longer title", values, "1999"
    tag.save(path)


def _asf(path: Path, values: list[str]) -> None:
    audio: Any = asf.ASF(path)
    audio["Title"], audio["WM/BeatsPerMinute"] = "Title", values
    audio.save(padding=lambda _: 3000)


def _mp4(path: Path, values: list[str]) -> None:
    audio: Any = mp4.MP4(path)
    audio["\xa9nam"], audio["tmpo"], audio["\xa9alb"] = "Title", [int(v) for v in values], "Album"
    audio.save(padding=lambda _: 3000)


DRESSERS: dict[str, Callable[[Path, list[str]], None]] = {
    ".mp3": _id3,
    ".flac": _comments(flac.FLAC),
    ".ogg": _comments(oggvorbis.OggVorbis),
    ".wv": _ape,
    ".wma": _asf,
    ".m4a": _mp4,
}


def _songs(folder: Path, kinds: dict[str, list[list[str]]]) -> dict[Path, list[str]]:
    """A song of each kind with each list of values of BPM."""
    songs = {}
    for suffix, lists in kinds.items():
        plain = encode(folder.parent / f"plain{suffix}")
        for number, values in enumerate(lists):
            song = Path(shutil.copy(plain, folder / f"172-86 {chr(65 + number)}{suffix}"))
            DRESSERS[suffix](song, values)
            songs[song] = values
    return songs


def _bpm(song: Path) -> list[str]:
    return held_fields(song, ["bpm"])["bpm"]


def test_a_bpm_that_says_no_tempo_is_written_and_put_back_to_the_byte(
    library: Path, scan_json: Run, pacetag: Run
) -> None:
    lists = [[value] for value in NONE] + [["0", "0.0"]]
    kinds = dict.fromkeys(DRESSERS, lists) | {".m4a": [["0"], ["-3"], ["0", "0"]]}
    songs = _songs(library, kinds)
    before = {song: song.read_bytes() for song in songs}

    scan_json("--bpm", "if-missing")

    assert {song.name: _bpm(song) for song in songs} == {song.name: ["172"] for song in songs}
    assert pacetag("undo", "--all").exit_code == 0
    assert [song.name for song in songs if song.read_bytes() != before[song]] == []


def test_a_bpm_that_says_one_stays(library: Path, scan_json: Run) -> None:
    lists = [[value] for value in SOME] + [["0", "174"], ["", "174,5"]]
    kinds = dict.fromkeys(DRESSERS, lists) | {".m4a": [["174"], ["0", "174"]]}
    songs = _songs(library, kinds)
    before = {song: _bpm(song) for song in songs}

    scan_json("--bpm", "if-missing")

    assert {song.name: _bpm(song) for song in songs} == {song.name: before[song] for song in songs}


def test_a_bpm_in_a_tag_of_an_older_kind_counts(library: Path, scan_json: Run) -> None:
    songs = {value: encode(library / f"172-86 {value}.mp3") for value in ("128", "0")}
    for value, song in songs.items():
        tag: Any = apev2.APEv2()
        tag["BPM"] = value
        tag.save(song)

    scan_json("--bpm", "if-missing")

    assert {value: _bpm(song) for value, song in songs.items()} == {"128": ["128"], "0": ["172"]}


@pytest.mark.parametrize("content", [b"\0", b"\3", b"\0\0", b"\1\xff\xfe", b"\1\xff\xfe0\0\0\0"])
def test_frames_without_a_number_come_back_to_the_byte(
    content: bytes, library: Path, scan_json: Run, pacetag: Run
) -> None:
    song = encode(library / "172-86.mp3")
    frames = b"TIT2\0\0\0\2\0\0\0T" + b"TBPM\0\0\0" + bytes([len(content)]) + b"\0\0" + content
    frames += b"TALB\0\0\0\2\0\0\0A" + bytes(900)
    size = bytes([len(frames) >> 7, len(frames) & 0x7F])
    song.write_bytes(b"ID3\4\0\0\0\0" + size + frames + song.read_bytes())
    before = song.read_bytes()

    scan_json("--bpm", "if-missing")

    assert _bpm(song) == ["172"]
    assert pacetag("undo", "--all").exit_code == 0
    assert song.read_bytes() == before
