"""`scan --dry-run` reports the fields of each song before and after."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mutagen.flac
import pytest

from pacetag.tagger.output import progress
from pacetag.tagger.output.progress import LiveReporter
from pacetag.tagger.scanning.outcomes import Outcome, SongOutcome
from pacetag.tagger.tags.changes import FieldChange, change_lines, field_changes
from pacetag.tagger.tags.reader import read_tags

MakeSong = Callable[..., Path]
Run = Callable[..., Any]

pytestmark = pytest.mark.usefixtures("worker_threads")


def edit_flac(song: Path, **fields: str | list[str]) -> None:
    audio: Any = mutagen.flac.FLAC(song)  # type: ignore[no-untyped-call]
    audio.update(fields)
    audio.save()


def test_each_field_is_shown_before_and_after(
    make_song: MakeSong, scan_json: Run, index_file: Path
) -> None:
    song = make_song("172-86.flac")
    edit_flac(song, BPM=["90", "45"])
    content = song.read_bytes()

    found = scan_json("--dry-run", "--bpm", "overwrite")

    changes = found.songs[song.name]["changes"]
    assert changes.pop("pacetag")["new"][0].startswith("1 bundle=fake-1 ")
    assert changes == {
        "pace": {"old": [], "new": ["172", "86"]},
        "bpm": {"old": ["90", "45"], "new": ["172"]},
    }
    assert song.read_bytes() == content
    assert not index_file.exists()


def test_what_it_says_is_what_is_written(make_song: MakeSong, scan_json: Run) -> None:
    song = make_song("172-86.flac")
    edit_flac(song, BPM=["90"])

    said = scan_json("--dry-run", "--bpm", "overwrite").songs[song.name]["changes"]
    done = scan_json("--bpm", "overwrite").songs[song.name]["changes"]

    assert said == done
    tags = read_tags(song)
    assert [list(tags.pace), [tags.pacetag], list(tags.bpm)] == [
        said[name]["new"] for name in ("pace", "pacetag", "bpm")
    ]


def test_only_fields_that_differ_are_named(make_song: MakeSong, scan_json: Run) -> None:
    song = make_song("172.flac")
    scan_json()

    assert scan_json("--dry-run").songs[song.name]["changes"] == {}
    assert scan_json("--dry-run", "--bpm", "if-missing").songs[song.name]["changes"] == {
        "bpm": {"old": [], "new": ["172"]}
    }


def test_songs_that_fail_or_are_only_indexed_have_no_changes(
    make_song: MakeSong, scan_json: Run
) -> None:
    make_song("broken.mp3")
    make_song("120.mp3").chmod(0o444)

    found = scan_json("--dry-run")

    assert [song["changes"] for song in found.songs.values()] == [{}, {}]


def test_values_of_others_cannot_disturb_the_terminal() -> None:
    changes = field_changes({"bpm": ["9\x1b[2J0", "sm\udcf8r"]}, {"bpm": []})

    assert change_lines(changes) == ["    BPM      9\ufffd[2J0 | sm\ufffdr -> nothing"]


def test_the_bar_gives_way_to_each_song_and_its_fields(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "REDRAWN", 0.0)
    change = FieldChange(name="bpm", old=("90",), new=("172",))
    song = SongOutcome(path="/a.mp3", outcome=Outcome.TAGGED, changes=(change,))

    with LiveReporter(1, dry_run=True) as reporter:
        reporter.song(song)

    shown = capsys.readouterr().err
    assert shown.index("/a.mp3") < shown.index("    BPM      90 -> 172")


def test_the_changes_of_a_dry_run_are_json_even_where_values_are_no_text(
    make_song: MakeSong, pacetag: Run, library: Path
) -> None:
    song = make_song("172.flac")
    edit_flac(song, BPM=["\u2028", "ten"])

    done = pacetag("scan", "--dry-run", "--json", "--jobs", "1", "--bpm", "overwrite", library)

    first = json.loads(done.stdout.splitlines()[0])
    assert first["changes"]["bpm"]["old"] == ["\u2028", "ten"]


def test_text_shows_paths_below_what_was_named_and_json_whole_ones(
    make_song: Callable[..., Path], pacetag: Callable[..., Any], library: Path
) -> None:
    song = make_song("album/172.mp3")
    broken = make_song("album/broken.mp3")

    said = pacetag("scan", library, "--jobs", "1", "--dry-run")
    as_json = pacetag("scan", library, "--jobs", "1", "--json")
    taken_back = pacetag("undo", library / "album", "--dry-run")

    assert "  album/172.mp3  (would be written)" in said.stdout.splitlines()[0]
    assert said.stderr.startswith("1 song failed:\n  album/broken.mp3: cannot decode audio")
    assert str(library) not in said.output
    assert {json.loads(line).get("path") for line in as_json.stdout.splitlines()[:-1]} == {
        str(song),
        str(broken),
    }
    assert taken_back.stdout.startswith("172.mp3: would be restored")
