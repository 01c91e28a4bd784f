"""Other programs read the tags that pacetag wrote and accept the files as valid."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from pacetag.tagger.tags.reader import read_tags
from tests.tagger.tags.conftest import Song
from tests.tagger.tags.encoding import ENCODED, ENCODERS, encode_anew
from tests.tagger.tags.making import TITLES
from tests.tagger.writing import write_tags

FIELDS = {"pace": ["172", "86"], "pacetag": ["1 bundle=b paces=172.34@0.98 audio=00ff"]}

EXIFTOOL = ["mp3-v23", "mp3-v24", "mp3-v22", "flac", "ogg", "opus", "m4a"]
EXIFTOOL += ["oga", "wav", "wav-front", "aiff", "aifc", "ape"]  # of others it shows little
KID3 = ["mp3-v23", "mp3-v24", "flac", "ogg", "opus", "m4a"]
KID3 += ["oga", "spx", "wav", "aiff", "dsf", "wma", "ape", "ape-v1", "wv", "mpc"]
# ffmpeg discards ID3 in WAV where there is a LIST of INFO, and sees no APE tag before ID3v1.
UNSEEN = ("wav", "wav-front", "ape-v1")
CHECKERS = {  # container: a program that reads files of it to the end, and complains
    "flac": ["flac", "--test", "--silent", "--warnings-as-errors"],
    "ogg": ["ogginfo", "-q"],
    "opus": ["opusinfo", "-q"],
    "oga": ["flac", "--test", "--silent", "--warnings-as-errors"],
    "wv": ["wvunpack", "-q", "-v"],
}


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


@pytest.mark.parametrize(
    "suffix",
    [
        pytest.param(suffix, marks=pytest.mark.outside(command.split()[0]))
        for suffix, command in ENCODERS.items()
    ],
)
def test_the_songs_that_are_kept_are_what_their_encoders_make(suffix: str, tmp_path: Path) -> None:
    kept, made = (
        Song(path, suffix[1:], None).decode().astype(float)
        for path in (ENCODED / f"song{suffix}", encode_anew(tmp_path / f"song{suffix}"))
    )

    assert kept.shape == made.shape
    assert np.corrcoef(kept.ravel(), made.ravel())[0, 1] > 0.9


@pytest.mark.outside("ffprobe")
def test_ffprobe_reads_the_fields(song: Song) -> None:
    before = fields_of(song.path)

    write_tags(song.path, {**FIELDS, "bpm": ["172"]})

    tags = fields_of(song.path)
    if song.kind in UNSEEN:
        assert tags == before
        return
    # ffmpeg shows one of several values in MP4, APE and ASF, and joins them elsewhere.
    assert tags.pop("PACE") in ("172;86", "172/86", "172", "86")
    assert tags.pop("PACETAG") == FIELDS["pacetag"][0]
    names = ("TBPM", "TBP", "BPM", "WM/BEATSPERMINUTE")
    found = {tags.pop(name, None) for name in names} - {None}
    assert found == (set() if song.path.suffix == ".m4a" else {"172"})  # it never shows tmpo
    if song.kind == "mp3-ape":  # ffmpeg sees only the copies in the new tag
        before |= {"TITLE": "Låt", "ARTIST": "One"}
    assert tags == before


@pytest.mark.outside("ffmpeg")
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


@pytest.mark.outside("exiftool")
def test_exiftool_reads_the_fields(copy_of: Callable[[str], Song]) -> None:
    songs = {kind: copy_of(kind).path for kind in EXIFTOOL}
    warnings = exiftool("-Warning", *songs.values())
    for song in songs.values():
        write_tags(song, {**FIELDS, "bpm": ["172"]})

    shown = exiftool("-s", *songs.values())

    for kind, song in songs.items():
        assert FIELDS["pacetag"][0] in shown[song], kind
        assert re.search(r"\(?PACE\)?[ :]+172", shown[song], re.IGNORECASE), kind
        assert re.search(r"(BeatsPerMinute|Bpm) +: 172", shown[song]), kind
    assert exiftool("-Warning", *songs.values()) == warnings


def exiftool(option: str, *songs: Path) -> dict[Path, str]:
    """What it shows of each song; one process, since it takes a while to start."""
    _, *parts = re.split(r"^======== (.*)\n", run("exiftool", "-a", option, *songs), flags=re.M)
    shown = dict(zip(map(Path, parts[::2]), parts[1::2], strict=True))
    assert shown.keys() == set(songs)
    return shown


@pytest.mark.outside("kid3-cli")
@pytest.mark.parametrize("kind", KID3)
def test_kid3_reads_and_keeps_the_fields(copy_of: Callable[[str], Song], kind: str) -> None:
    song = copy_of(kind)
    write_tags(song.path, FIELDS)

    shown = run("kid3-cli", "-c", "get all 2", song.path)

    assert FIELDS["pacetag"][0] in shown
    assert "172" in shown
    assert "Låt" in shown


@pytest.mark.parametrize(
    "container",
    [pytest.param(name, marks=pytest.mark.outside(call[0])) for name, call in CHECKERS.items()],
)
def test_the_reference_tools_find_nothing_wrong(
    copy_of: Callable[[str], Song], container: str
) -> None:
    # ffmpeg, which made the bare Ogg FLAC, leaves a wrong checksum of the sound in it.
    kinds = {kind for kind in TITLES if kind.partition("-")[0] == container} - {"oga-bare"}
    for kind in sorted(kinds):
        song = copy_of(kind)
        before = checked(song)
        assert before[0] == 0

        write_tags(song.path, {**FIELDS, "bpm": ["172"]})

        assert checked(song) == before


def checked(song: Song) -> tuple[int, str]:
    done = subprocess.run(
        [*CHECKERS[song.container], song.path], check=False, capture_output=True, errors="replace"
    )
    return done.returncode, done.stderr


@pytest.mark.outside("wvtag")
def test_wavpacks_own_tagger_reads_and_keeps_the_fields(copy_of: Callable[[str], Song]) -> None:
    path = copy_of("wv").path
    write_tags(path, FIELDS)

    assert FIELDS["pacetag"][0] in run("wvtag", "-q", "-l", path)
    run("wvtag", "-q", "-w", "Comment=by another", path)

    assert read_tags(path).pace == ("172", "86")


@pytest.mark.outside("metaflac")
def test_metaflac_reads_the_fields(copy_of: Callable[[str], Song]) -> None:
    path = copy_of("flac").path
    write_tags(path, FIELDS)

    shown = run("metaflac", "--show-tag=PACE", "--show-tag=PACETAG", path)

    assert shown.splitlines() == ["PACE=172", "PACE=86", f"PACETAG={FIELDS['pacetag'][0]}"]
