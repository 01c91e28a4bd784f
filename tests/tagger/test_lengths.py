"""The length found by decoding outlives the index and overrides a file's header."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pacetag.db.index import SongIndex
from pacetag.tagger.tags.pacetag import parse_pacetag
from pacetag.tagger.tags.reader import read_tags
from tests.tagger.writing import write_tags

MakeSong = Callable[..., Path]
Run = Callable[..., Any]

DECODED = 180.0  # seconds, as the fake judge has it of every song; the files last half a second

pytestmark = pytest.mark.usefixtures("worker_threads")


def duration(index_file: Path, song: Path) -> float | None:
    with SongIndex.open(index_file) as index:
        found = index.song(str(song))
    assert found is not None
    return found.duration


def without_length(song: Path) -> str:
    """Make the song's PACETAG one of an earlier version."""
    line = str(read_tags(song).pacetag).replace(f" length={DECODED:.2f}", "")
    assert "length" not in line
    write_tags(song, {"pacetag": [line]})
    return line


@pytest.mark.parametrize("suffix", [".mp3", ".flac", ".ogg", ".opus", ".m4a", ".wav"])
def test_it_is_in_the_tags_and_taken_from_there(
    suffix: str, make_song: MakeSong, scan_json: Run, judged: Run, index_file: Path
) -> None:
    song = make_song(f"172{suffix}")
    scan_json()
    said = parse_pacetag(read_tags(song).pacetag)
    assert said is not None
    assert said.analysis.duration == DECODED
    index_file.unlink()
    judged()

    found = scan_json()

    assert (judged(), found.counts["written"]) == ([], 0)
    assert duration(index_file, song) == DECODED


@pytest.mark.outside("ffmpeg")
def test_a_header_that_is_far_off_is_not_believed_again(
    library: Path, scan_json: Run, index_file: Path
) -> None:
    """Of an MP3 without a count of its frames the first frame's rate is taken for all of it."""
    song = library / "172.mp3"
    sound = "anoisesrc=d=4:a=0.5[a];anullsrc=d=16:cl=mono:r=48000[b];[b][a]concat=v=0:a=1"
    command = ["ffmpeg", "-v", "error", "-filter_complex", sound, "-q:a", "5", "-write_xing", "0"]
    subprocess.run([*command, str(song)], check=True)
    header = read_tags(song).duration
    assert header is not None
    assert header > 22  # of 20
    scan_json()
    index_file.unlink()

    scan_json()

    assert duration(index_file, song) == DECODED


def test_earlier_tags_without_it_are_read_and_not_rewritten_for_that(
    make_song: MakeSong, scan_json: Run, judged: Run, index_file: Path
) -> None:
    song = make_song("172.flac")
    scan_json()
    line = without_length(song)

    for options in ((), ("--force",), ("--bpm", "if-missing")):
        scan_json(*options)
        assert read_tags(song).pacetag == line, options
    index_file.unlink()
    judged()
    assert scan_json().counts["written"] == 0

    assert judged() == []
    assert read_tags(song).pacetag == line
    assert duration(index_file, song) == pytest.approx(0.5, abs=0.1)


def test_words_of_later_versions_stay_as_long_as_the_rest_is_right(
    make_song: MakeSong, scan_json: Run, index_file: Path
) -> None:
    song = make_song("172.flac")
    scan_json()
    line = str(read_tags(song).pacetag).replace(" audio=", " energy=0.7 audio=")
    write_tags(song, {"pacetag": [line]})
    index_file.unlink()

    assert scan_json().counts["written"] == 0
    assert read_tags(song).pacetag == line


def test_a_new_judgement_writes_it(make_song: MakeSong, scan_json: Run) -> None:
    song = make_song("172.flac")
    scan_json()
    without_length(song)
    song = song.rename(song.with_name("90.flac"))

    scan_json("--force")

    said = parse_pacetag(read_tags(song).pacetag)
    assert said is not None
    assert (said.analysis.duration, said.analysis.paces[0].bpm) == (DECODED, 90.0)
