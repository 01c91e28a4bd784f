"""Names that a file system allows and that programs stumble over."""

import json
import os
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

import pytest

from pacetag.db.index import SongIndex
from pacetag.tagger.library.walk import walk
from pacetag.tagger.tags.reader import read_tags
from pacetag.tagger.watch.readiness import LONGEST, Readiness, changed_songs

MakeSong = Callable[..., Path]
Run = Callable[..., Any]

pytestmark = pytest.mark.usefixtures("worker_threads")

NAMES = {  # what is odd -> the name; the judge hears the number in it
    "255 bytes": "165" + "é" * 124 + ".mp3",
    "emoji": "165 🏃‍♀️💨🎶.mp3",
    "right to left": "165 \u202eשיר\u202c أغنية.mp3",
    "a newline": "165 one\ntwo\r\nthree.mp3",
    "only a newline": "165\n.mp3",
    "a leading dash": "-165 --cadence.mp3",
    "an option": "--force 165.mp3",
    "not UTF-8": "165 l\udce5t \udcff.mp3",
    "half a sign": "165 \udcc3.mp3",
    "composed": unicodedata.normalize("NFC", "165 Å é.mp3"),
    "decomposed": unicodedata.normalize("NFD", "165 Å é.mp3"),
    "small": "165 case.mp3",
    "capitals": "165 CASE.mp3",
    "a comment": "#EXTINF 165.mp3",
    "spaces": "  165  .mp3",
    "quotes": "165 '\"`$(true)&;|<>*?[a].mp3",
    "a backslash": "165 a\\b.mp3",
    "an address": "http:165.mp3",
    "percent": "165 %41%00.mp3",
    "control signs": "165 \x01\x1b[31m\x7f.mp3",
    "a line separator": "165 \u2028\u0085.mp3",
    "a byte order mark": "\ufeff165.mp3",
}


@pytest.fixture
def songs(make_song: MakeSong) -> list[Path]:
    """One song of each name, each with its own sound."""
    return [make_song(name) for name in NAMES.values()]


def _lines(text: str) -> list[Any]:
    return [json.loads(line) for line in text.split("\n")[:-1]]


def _entries(playlist: bytes, folder: Path) -> list[Path]:
    """What a player makes of an M3U8 file: a line is a path or an address."""
    text = playlist.decode("utf-8")  # strictly
    assert text.startswith("#EXTM3U\n")
    found = []
    for line in text.split("\n")[1:-1]:
        assert "\r" not in line
        if line.startswith("file://"):
            found.append(Path(os.fsdecode(unquote_to_bytes(urlsplit(line).path))))
        elif not line.startswith("#"):
            found.append(folder / line)
    return [Path(os.path.normpath(each)) for each in found]


def test_they_are_scanned_and_tagged(
    songs: list[Path], pacetag: Run, library: Path, index_file: Path
) -> None:
    done = pacetag("scan", "--json", "--jobs", "1", library)

    *found, last = _lines(done.stdout)
    assert done.exit_code == 0
    assert {song["path"] for song in found} == {str(song) for song in songs}
    assert last["counts"]["tagged"] == len(songs)
    assert all(read_tags(song).pace[0] == "165" for song in songs)
    with SongIndex.open(index_file) as index:
        assert all(index.song(str(song)) for song in songs)
    again = pacetag("scan", "--jobs", "1", library)
    assert again.exit_code == 0
    assert f"{len(songs)} unchanged" in again.stdout


@pytest.mark.parametrize("name", NAMES)
def test_one_alone_is_scanned_shown_and_undone(
    name: str, make_song: MakeSong, pacetag: Run, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    song = make_song(NAMES[name])
    before = read_tags(song)
    monkeypatch.chdir(library)
    named = ("--", song.name)  # as one has to where a name begins with a dash

    (scanned, _) = _lines(pacetag("scan", "--json", "--jobs", "1", *named).stdout)
    shown = pacetag("show", "--json", *named)
    plain = pacetag("show", *named)
    wrong = pacetag("undo", "--json", "--", song.name + "x")
    undone = pacetag("undo", "--json", *named)

    assert scanned["path"] == str(song)
    assert scanned["outcome"] == "tagged"
    assert json.loads(shown.stdout)["path"] == str(song)
    assert (shown.exit_code, plain.exit_code, undone.exit_code) == (0, 0, 0)
    assert _lines(undone.stdout)[0]["outcome"] == "restored"
    assert wrong.exit_code == 2
    assert "Traceback" not in wrong.stderr
    assert read_tags(song) == before


def test_playlists_of_them_are_valid(
    songs: list[Path], pacetag: Run, library: Path, tmp_path: Path
) -> None:
    pacetag("scan", "--jobs", "1", library)
    for folder in (tmp_path, library, library / "lists\nof mine"):
        folder.mkdir(exist_ok=True)
        output = folder / "run.m3u8"

        done = pacetag("playlist", "--cadence", "165", "--output", output)

        assert done.exit_code == 0, done.stderr
        assert sorted(_entries(output.read_bytes(), folder)) == sorted(songs)
    output = library / "-out.m3u8"
    assert pacetag("playlist", "--cadence", "165", "--output", output).exit_code == 0


def test_what_is_printed_is_valid(songs: list[Path], pacetag: Run, library: Path) -> None:
    pacetag("scan", "--jobs", "1", library)

    as_json = pacetag("playlist", "--cadence", "165", "--json")
    plain = pacetag("playlist", "--cadence", "165")

    assert {song["path"] for song in json.loads(as_json.stdout)["songs"]} == set(map(str, songs))
    assert as_json.stdout.count("\n") == 1
    assert as_json.stdout.isascii()
    assert plain.exit_code == 0
    assert not any(sign in plain.stdout for sign in "\x1b\r\x01\udce5")
    assert len(_lines(pacetag("undo", "--json", library).stdout)) == len(songs) + 1


def test_what_a_person_sees_has_no_signs_that_command_a_terminal(
    make_song: MakeSong, pacetag: Run, library: Path
) -> None:
    songs = [make_song(f"broken{name}") for name in NAMES.values() if len(name) < 120]

    done = pacetag("scan", "--jobs", "1", "--verbose", library)

    assert done.exit_code == 1
    assert len(done.stderr.split("\n")) >= len(songs)
    assert not any(sign in done.stdout + done.stderr for sign in "\x1b\r\x01\udce5")


def test_the_watcher_sees_them(songs: list[Path], library: Path) -> None:
    found = list(walk([library]))

    assert sorted(found) == sorted(songs)
    assert changed_songs(found, lambda _: None) == (found, [])
    looks, now = Readiness(pause=LONGEST), time.monotonic()
    assert looks.ready(found, now) == []
    assert looks.ready(found, now + LONGEST + 1) == found


def test_twins_that_differ_in_case_or_composition_are_two_songs(
    make_song: MakeSong, pacetag: Run, library: Path
) -> None:
    for first, second in (("composed", "decomposed"), ("small", "capitals")):
        one, two = make_song(NAMES[first]), make_song(NAMES[second])
        assert not one.samefile(two)
    pacetag("scan", "--jobs", "1", library)
    one.unlink()  # the other is not taken for a renamed one

    (song, _) = _lines(pacetag("scan", "--json", "--jobs", "1", library).stdout)[-2:]

    assert song["path"] != str(one)
    assert json.loads(pacetag("stats", "--json").stdout)["missing"] == 1


@pytest.mark.parametrize("kind", ["hard", "symbolic"])
def test_twins_that_are_one_file_are_both_seen_to(
    kind: str, make_song: MakeSong, pacetag: Run, library: Path
) -> None:
    """The first one's tags change the file that the second one was looked at in."""
    song = make_song("165.mp3")
    for number in range(4):
        twin = library / f"165 twin {number}.mp3"
        twin.hardlink_to(song) if kind == "hard" else twin.symlink_to(song)

    done = pacetag("scan", "--json", "--jobs", "4", library)

    *found, last = _lines(done.stdout)
    assert done.exit_code == 0, done.stdout
    assert len(found) == 5
    assert last["counts"]["failed"] == 0
    assert read_tags(song).pace == ("165",)
    assert {Path(each["path"]).stat().st_ino for each in found} == {song.stat().st_ino}


def test_links_in_circles_end(make_song: MakeSong, pacetag: Run, library: Path) -> None:
    song = make_song("165.mp3")
    (library / "self.mp3").symlink_to("self.mp3")
    (library / "up").symlink_to(library)
    (library / "one").symlink_to(library / "two")
    (library / "two").symlink_to(library / "one")
    (library / "nowhere.mp3").symlink_to("gone.mp3")

    done = pacetag("scan", "--json", "--jobs", "1", library)

    *found, last = _lines(done.stdout)
    assert done.exit_code == 0, done.stdout
    assert {Path(each["path"]).name for each in found} == {"165.mp3"}
    assert last["counts"]["failed"] == 0
    assert read_tags(song).pace == ("165",)
    for name in ("self.mp3", "one", "nowhere.mp3"):
        refused = pacetag("scan", library / name)
        assert refused.exit_code == 2, name
        assert refused.stderr.count("\n") == 1


def test_paths_longer_than_the_system_takes_are_passed_over(
    make_song: MakeSong, pacetag: Run, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    song = make_song("165.mp3")
    content = song.read_bytes()
    place = os.open(library, os.O_RDONLY)
    name = "d" * 250
    for _ in range(18):  # 4 500 bytes deep
        os.mkdir(name, dir_fd=place)
        deeper = os.open(name, os.O_RDONLY, dir_fd=place)
        os.close(place)
        place = deeper
    descriptor = os.open("170.mp3", os.O_WRONLY | os.O_CREAT, dir_fd=place)
    os.write(descriptor, content)
    os.close(descriptor)
    os.close(place)

    done = pacetag("scan", "--json", "--jobs", "1", library)
    named = pacetag("scan", "/".join([str(library), *[name] * 18, "170.mp3"]))
    gone = pacetag("undo", "/".join([str(library), *[name] * 18, "170.mp3"]))

    *songs, last = _lines(done.stdout)
    assert done.exit_code == 1
    assert [each["path"] for each in songs] == [str(song)]
    assert [each["reason"] for each in last["unreadable"]] == [
        "cannot be listed: File name too long"
    ]
    for refused in (named, gone):
        assert refused.exit_code == 2
        assert "Traceback" not in refused.stderr
        assert "File name too long" in refused.stderr


def test_a_folder_that_cannot_be_entered_any_deeper_is_at_the_limit(
    make_song: MakeSong, pacetag: Run, library: Path
) -> None:
    """A path of just under 4 096 bytes works, with the hidden file that is written beside it."""
    folder = library
    while len(os.fsencode(folder)) < 3800:
        folder = folder / ("d" * 250)
    song = make_song(str((folder / ("165" + "x" * 120 + ".mp3")).relative_to(library)))

    done = pacetag("scan", "--json", "--jobs", "1", library)

    assert _lines(done.stdout)[0]["outcome"] == "tagged"
    assert read_tags(song).pace == ("165",)
    assert pacetag("undo", library).exit_code == 0
