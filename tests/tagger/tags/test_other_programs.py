"""Programs that are not ours read what was written, and think the files are sound."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from pacetag.tagger.tags.writer import write_tags
from tests.tagger.tags.conftest import Song

FIELDS = {"pace": ["172", "86"], "pacetag": ["1 bundle=b paces=172.34@0.98 audio=00ff"]}


def needs(program: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(not shutil.which(program), reason=f"{program} is not installed")


def run(*command: str | Path) -> str:
    done = subprocess.run(command, check=False, capture_output=True, errors="replace")
    assert done.returncode == 0, done.stderr
    return done.stdout


def fields_of(path: Path) -> dict[str, str]:
    shown = json.loads(
        run("ffprobe", "-v", "error", "-show_format", "-show_streams", "-of", "json", path)
    )
    tags = {**shown["streams"][0].get("tags", {}), **shown["format"].get("tags", {})}
    return {name.upper(): value for name, value in tags.items()}


@needs("ffprobe")
def test_ffprobe_reads_the_fields(song: Song) -> None:
    before = fields_of(song.path)

    write_tags(song.path, {**FIELDS, "bpm": ["172"]})

    tags = fields_of(song.path)
    # ffmpeg shows the first of several values in MP4, and joins them elsewhere.
    assert tags.pop("PACE") in ("172;86", "172/86", "172")
    assert tags.pop("PACETAG") == FIELDS["pacetag"][0]
    found = {tags.pop(name, None) for name in ("TBPM", "TBP", "BPM")} - {None}
    assert found == (set() if song.path.suffix == ".m4a" else {"172"})  # it never shows tmpo
    assert tags == before


@needs("ffmpeg")
def test_ffmpeg_has_no_more_complaints_than_before(song: Song) -> None:
    report = song.path.with_name("report")

    def complaints() -> list[str]:
        with report.open("w") as said:
            command = ["ffmpeg", "-v", "warning", "-i", str(song.path), "-map", "0:a"]
            subprocess.run([*command, "-f", "null", "-"], check=True, stderr=said)
        # It numbers its lines by addresses: "[mov @ 0x5581] stream 0, timescale not set"
        return [line.rpartition("]")[2] for line in report.read_text().splitlines()]

    before = complaints()
    write_tags(song.path, FIELDS)

    assert complaints() == before


@needs("exiftool")
@pytest.mark.parametrize("kind", ["mp3-v23", "mp3-v24", "mp3-v22", "flac", "ogg", "opus", "m4a"])
def test_exiftool_reads_the_fields(copy_of: Callable[[str], Song], kind: str) -> None:
    song = copy_of(kind)
    warnings = run("exiftool", "-a", "-Warning", song.path)
    write_tags(song.path, {**FIELDS, "bpm": ["172"]})

    shown = run("exiftool", "-a", "-s", song.path)

    assert FIELDS["pacetag"][0] in shown
    assert re.search(r"\(?PACE\)?[ :]+172", shown, re.IGNORECASE)
    assert re.search(r"(BeatsPerMinute|Bpm) +: 172", shown)
    assert run("exiftool", "-a", "-Warning", song.path) == warnings


@needs("kid3-cli")
@pytest.mark.parametrize("kind", ["mp3-v23", "mp3-v24", "flac", "ogg", "opus", "m4a"])
def test_kid3_reads_and_keeps_the_fields(copy_of: Callable[[str], Song], kind: str) -> None:
    song = copy_of(kind)
    write_tags(song.path, FIELDS)

    shown = run("kid3-cli", "-c", "get all 2", song.path)

    assert FIELDS["pacetag"][0] in shown
    assert "172" in shown
    assert "Låt" in shown
