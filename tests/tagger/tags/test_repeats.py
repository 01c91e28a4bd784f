"""A value that a program wrote twice is read once, and shuffled values count as equal."""

# mypy: disable-error-code="no-untyped-call"
# mutagen has no types, and these helpers speak to it in every line.

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mutagen import File, apev2, asf, id3
from mutagen._vorbis import VCommentDict

from pacetag.tagger.tags.fields import BPM, PACE
from pacetag.tagger.tags.fingerprint import file_fingerprint
from pacetag.tagger.tags.reader import read_tags
from tests.tagger.tags.conftest import Song
from tests.tagger.writing import write_tags

Run = Callable[..., Any]

VERSIONS: list[dict[str, list[str]]] = [
    {"pace": ["172", "86"], "pacetag": ["x" * 90]},
    {"pace": [], "pacetag": []},
]


def asf_names(path: Path) -> list[str]:
    """The names of all attributes in their order, pacetag's aside."""
    tags: Any = asf.ASF(path).tags
    return [name.upper() for name, _ in tags if name not in ("PACE", "PACETAG")]


@pytest.mark.outside("ffmpeg")
def test_title_and_artist_that_ffmpeg_writes_twice_into_wma_are_read_once(
    copy_of: Callable[[str], Song],
) -> None:
    """Into the content description, and once more among the attributes."""
    song = copy_of("flac")
    path = song.path.with_name("by ffmpeg.wma")
    named = {"title": "A, B", "artist": "One/Two; Three", "album": "C", "genre": "D"}
    options = [each for name, text in named.items() for each in ("-metadata", f"{name}={text}")]
    command = ["ffmpeg", "-v", "error", "-i", str(song.path), "-map", "0:a", *options, str(path)]
    subprocess.run(command, check=True)
    names = asf_names(path)
    assert (names.count("TITLE"), names.count("AUTHOR")) == (2, 2)
    sound, before = file_fingerprint(path), path.read_bytes()

    for fields in VERSIONS:
        write_tags(path, fields)

        tags = read_tags(path)
        assert (tags.title, tags.artist) == (named["title"], named["artist"])
        assert (tags.album, tags.genre) == (named["album"], named["genre"])
        assert tags.pace == tuple(fields["pace"])
        assert file_fingerprint(path) == sound
        assert asf_names(path) == names
    assert path.read_bytes() == before


def repeat_artist(path: Path, *values: str) -> None:
    """Give a song these values for its artist, in any kind of tag."""
    audio: Any = File(path)
    if audio.tags is None:
        audio.add_tags()
    if isinstance(audio.tags, id3.ID3):
        audio.tags.add(id3.TPE1(encoding=3, text=list(values)))
    elif isinstance(audio.tags, VCommentDict):
        audio.tags["ARTIST"] = list(values)
    elif isinstance(audio.tags, apev2.APEv2):
        audio.tags["Artist"] = list(values)
    elif isinstance(audio.tags, asf.ASFTags):
        audio.tags["Author"] = list(values)
    else:
        audio.tags["\xa9ART"] = list(values)
    audio.save()


@pytest.mark.parametrize(
    "kind", ["mp3-v24", "flac", "ogg", "opus", "spx", "oga", "m4a", "wav", "wma", "ape", "wv"]
)
def test_equal_values_are_read_once_and_others_are_kept(
    copy_of: Callable[[str], Song], kind: str
) -> None:
    path = copy_of(kind).path
    repeat_artist(path, "One", "Two", "One ", "one", "Two")

    assert read_tags(path).artist == "One; Two; one"


def test_paces_that_are_held_twice_count_once() -> None:
    assert PACE.split(["83/165", "83", " 165"]) == ("83", "165")
    assert PACE.same(["83", "165", "83"], ["83", "165"])
    assert not PACE.same(["165", "83"], ["83", "165"])


def test_shuffled_paces_are_alike_and_other_ones_are_not() -> None:
    assert PACE.alike(["165", "82"], ["82", "165"])
    assert not PACE.alike(["165"], ["82", "165"])
    assert not BPM.alike(["165", "82"], ["82", "165"])


@pytest.mark.usefixtures("worker_threads")
def test_undo_takes_back_paces_that_another_program_shuffled(
    copy_of: Callable[[str], Song], library: Path, scan_json: Run, pacetag: Run
) -> None:
    """Kid3 and Strawberry write several values of a WMA field in another order."""
    path = Path(shutil.copy(copy_of("wma").path, library / "172-86.wma"))
    scan_json()
    audio: Any = asf.ASF(path)
    assert list(map(str, audio["PACE"])) == ["172", "86"]
    audio["PACE"] = ["86", "172"]
    audio.save()

    done = pacetag("undo", library)

    assert done.stdout == "1 restored, 0 had nothing to undo, 0 failed\n"
    tags = read_tags(path)
    assert (tags.pace, tags.pacetag) == ((), None)


@pytest.mark.outside("kid3-cli")
@pytest.mark.usefixtures("worker_threads")
def test_undo_takes_back_what_kid3_saved_again(
    copy_of: Callable[[str], Song], library: Path, scan_json: Run, pacetag: Run
) -> None:
    path = Path(shutil.copy(copy_of("wma").path, library / "172-86.wma"))
    sound = file_fingerprint(path)
    scan_json()
    subprocess.run(["kid3-cli", "-c", "set comment saved", path], check=True, capture_output=True)
    assert file_fingerprint(path) == sound

    done = pacetag("undo", library)

    assert done.stdout == "1 restored, 0 had nothing to undo, 0 failed\n"
    tags = read_tags(path)
    assert (tags.title, tags.pace, tags.pacetag) == ("Låt", (), None)
