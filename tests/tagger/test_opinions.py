"""`pacetag love` and `exclude`: kept in tags and index through all that happens to a song."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mutagen
import pytest

from pacetag.db.index import SongIndex
from pacetag.db.records import Opinion
from pacetag.tagger.tags.held import held_fields
from pacetag.tagger.tags.reader import read_tags
from tests.tagger.stored import record, said
from tests.tagger.writing import write_tags

MakeSong = Callable[..., Path]
Run = Callable[..., Any]
NAME = "165-82.flac"

pytestmark = pytest.mark.usefixtures("worker_threads")


@pytest.fixture
def listed(pacetag: Run) -> Run:
    """The names of the files in a playlist at 165."""

    def names() -> list[str]:
        done = pacetag("playlist", "--cadence", "165", "--json")
        return [Path(song["path"]).name for song in json.loads(done.stdout)["songs"]]

    return names


@pytest.fixture
def speak(pacetag: Run) -> Run:
    """Say something of a song, and read what is printed of it."""

    def run(*words: str | Path) -> Any:
        done = pacetag(*words, "--json")
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout.splitlines()[0])

    return run


def _without_index(index_file: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        index_file.with_name(index_file.name + suffix).unlink(missing_ok=True)


def _opinion(index_file: Path, song: Path) -> Opinion | None:
    with SongIndex.open(index_file) as index:
        return index.listening.opinion(record(index_file, song).fingerprint or "")


@pytest.mark.parametrize("suffix", [".mp3", ".flac", ".ogg", ".opus", ".m4a", ".wav"])
def test_an_excluded_song_stays_out_through_scans_and_a_lost_index(
    make_song: MakeSong, scan_json: Run, speak: Run, listed: Run, index_file: Path, suffix: str
) -> None:
    song = make_song(f"165-82{suffix}")
    scan_json()
    paces = read_tags(song).pace

    done = speak("exclude", song)

    assert (done["outcome"], done["opinion"], done["reason"]) == ("said", "excluded", None)
    for options in ((), ("--force",)):
        assert scan_json(*options).counts["written"] == 0
        assert (said(song).opinion, read_tags(song).pace) == ("excluded", paces)
        assert listed() == []
    _without_index(index_file)
    assert scan_json().counts["written"] == 0
    assert listed() == []


def test_a_moved_song_and_the_piece_in_another_format_are_excluded_too(
    make_song: MakeSong, scan_json: Run, speak: Run, listed: Run, library: Path
) -> None:
    song, other = make_song("165-82.flac"), make_song("165-82 again.mp3")
    for each in (song, other):
        audio: Any = mutagen.File(each, easy=True)
        if audio.tags is None:
            audio.add_tags()
        audio["title"], audio["artist"] = "Hill", "Legs"
        audio.save()
    scan_json()
    assert len(listed()) == 1

    speak("exclude", song)
    song.rename(library / "165-82 moved.flac")
    scan_json()

    assert listed() == []


def test_what_was_said_can_be_taken_back(
    make_song: MakeSong, scan_json: Run, speak: Run, listed: Run
) -> None:
    song = make_song(NAME)
    scan_json()
    before = held_fields(song, ["pace", "pacetag"])

    speak("exclude", song)
    kept = speak("love", "--remove", song)
    done = speak("exclude", "--remove", song)

    assert (kept["outcome"], kept["opinion"]) == ("unchanged", "excluded")
    assert (done["outcome"], done["opinion"]) == ("said", None)
    assert held_fields(song, ["pace", "pacetag"]) == before
    assert listed() == [NAME]


def test_a_copy_of_the_file_does_not_bring_back_what_was_withdrawn(
    make_song: MakeSong, scan_json: Run, speak: Run, listed: Run, library: Path
) -> None:
    song = make_song(NAME)
    scan_json()
    speak("exclude", song)
    shutil.copy(song, library / "165-82 copy.flac")
    speak("exclude", "--remove", song)

    scan_json()

    assert len(listed()) == 1
    assert said(library / "165-82 copy.flac").opinion is None


def test_undo_takes_it_back_in_tags_and_index(
    make_song: MakeSong, scan_json: Run, speak: Run, listed: Run, pacetag: Run, index_file: Path
) -> None:
    song = make_song(NAME)
    scan_json()
    speak("love", song)
    with SongIndex.open(index_file) as index:
        love, scan = (run.id for run in index.writes.runs())
    refused = pacetag("undo", "--run", str(scan))
    assert f"you spoke of it since, by run {love}" in refused.stdout + refused.stderr
    loved = held_fields(song, ["pacetag"])

    speak("exclude", song)
    with SongIndex.open(index_file) as index:
        last = index.writes.runs()[0]
    assert last.command == "exclude"
    assert pacetag("undo", "--run", str(last.id)).exit_code == 0

    assert held_fields(song, ["pacetag"]) == loved
    assert _opinion(index_file, song) is Opinion.LOVED
    assert pacetag("undo", "--run", str(love)).exit_code == 0
    assert scan_json().counts["written"] == 0
    assert said(song).opinion is None
    assert listed() == [NAME]


def test_your_paces_and_what_you_said_do_not_touch_each_other(
    make_song: MakeSong, scan_json: Run, speak: Run, pacetag: Run, index_file: Path
) -> None:
    song = make_song(NAME)
    scan_json()

    speak("love", song)
    assert pacetag("set", song, "84").exit_code == 0
    assert (said(song).opinion, record(index_file, song).listener) == ("loved", (84.0,))
    speak("love", "--remove", song)
    assert (said(song).opinion, record(index_file, song).listener) == (None, (84.0,))
    speak("exclude", song)
    assert pacetag("set", "--auto", song).exit_code == 0
    assert (said(song).opinion, record(index_file, song).listener) == ("excluded", None)


def test_a_song_that_was_never_scanned_gets_it_with_its_paces(
    make_song: MakeSong, scan_json: Run, speak: Run, listed: Run
) -> None:
    song = make_song(NAME)
    content = song.read_bytes()

    done = speak("exclude", song)

    assert done["reason"] == "the index alone has it, until `pacetag scan` writes its tags"
    assert song.read_bytes() == content
    scan_json()
    assert said(song).opinion == "excluded"
    assert listed() == []


def test_a_song_that_was_indexed_alone_is_not_written(
    make_song: MakeSong, scan_json: Run, speak: Run, listed: Run
) -> None:
    song = make_song(NAME)
    scan_json("--no-tags")
    content = song.read_bytes()

    speak("exclude", song)

    assert (song.read_bytes(), listed()) == (content, [])


def test_what_else_changed_in_a_file_is_seen_to_by_the_next_scan(
    make_song: MakeSong, scan_json: Run, speak: Run
) -> None:
    song = make_song(NAME)
    scan_json()
    write_tags(song, {"pace": ["82", "165"]})  # another program shuffled them

    speak("love", song)
    scan_json()

    assert (read_tags(song).pace, said(song).opinion) == (("165", "82"), "loved")


def test_a_dry_run_touches_neither_file_nor_index(
    make_song: MakeSong, scan_json: Run, speak: Run, index_file: Path
) -> None:
    song = make_song(NAME)
    scan_json()
    content = song.read_bytes()

    done = speak("love", "--dry-run", song)

    assert done["changes"]["pacetag"]["new"][0].count("opinion=loved") == 1
    assert (song.read_bytes(), _opinion(index_file, song)) == (content, None)


def test_tags_of_your_own_stay_as_they_are(make_song: MakeSong, scan_json: Run, speak: Run) -> None:
    song = make_song(NAME)
    audio: Any = mutagen.File(song)
    audio["PACE"] = "fast"
    audio.save()
    scan_json()

    speak("love", song)

    assert (read_tags(song).pace, said(song).opinion) == (("fast",), "loved")


@pytest.mark.parametrize("command", ["love", "exclude"])
def test_what_is_no_song_is_wrong_usage(pacetag: Run, library: Path, command: str) -> None:
    (library / "notes.txt").write_text("none")

    for name in (library, library / "gone.mp3", library / "notes.txt"):
        done = pacetag(command, name)
        assert done.exit_code == 2
        assert done.stderr.startswith(f"pacetag: {name}: is ")


@pytest.mark.parametrize("command", ["love", "exclude"])
def test_a_song_that_is_not_there_is_named_with_what_to_do(
    pacetag: Run, library: Path, command: str
) -> None:
    said = pacetag(command, library / "gone.mp3").stderr

    assert said.endswith(
        f"gone.mp3: is not there; name songs that are, such as `pacetag {command} song.mp3`\n"
    )
