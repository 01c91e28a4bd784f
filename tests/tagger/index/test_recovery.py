"""Every command that opens the index or a song first puts right what a killed one left."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pacetag.tagger.tags.reader import read_tags
from tests.tagger.conftest import MakeSong, Pacetag
from tests.tagger.tags.dying_disk import die, steps_of
from tests.tagger.test_start import modules_of
from tests.tagger.writing import journal_folder, write_tags


@pytest.fixture
def torn(make_song: MakeSong, pacetag: Pacetag, library: Path) -> tuple[Path, bytes]:
    """A scanned song that was half written when its writer died, and what it was."""
    path = make_song("172.mp3")
    pacetag("scan", library)
    content = path.read_bytes()

    def write() -> None:
        write_tags(path, {"pace": ["99"], "pacetag": ["another line"]})

    steps = steps_of(write)
    path.write_bytes(content)
    die(write, steps.index(("pwrite", os.fspath(path))), half=True)
    assert path.read_bytes() != content
    return path, content


@pytest.mark.parametrize(
    "command",
    [
        ("scan", "LIBRARY"),
        ("undo", "LIBRARY"),
        ("show", "SONG"),
        ("stats",),
        ("playlist", "--cadence", "172"),
        ("scan", "LIBRARY", "--index", "ELSEWHERE"),
    ],
    ids=" ".join,
)
def test_a_command_puts_it_right_and_says_so(
    command: tuple[str, ...],
    torn: tuple[Path, bytes],
    pacetag: Pacetag,
    library: Path,
    tmp_path: Path,
) -> None:
    path, content = torn
    places = {"LIBRARY": library, "SONG": path, "ELSEWHERE": tmp_path / "other.sqlite3"}

    done = pacetag(*(places.get(word, word) for word in command))

    assert f"pacetag: {path}: writing its tags was broken off" in done.stderr
    assert "it is as it was before" in done.stderr
    assert list(journal_folder().iterdir()) == []
    assert read_tags(path).pace != ("99",)
    if command[0] not in ("scan", "undo"):
        assert path.read_bytes() == content


def test_the_scan_that_puts_it_right_finds_it_whole(
    torn: tuple[Path, bytes], scan_json: Callable[..., Any]
) -> None:
    scanned = scan_json()

    assert scanned.result.exit_code == 0
    assert scanned.outcomes == {"172.mp3": "unchanged"}
    assert read_tags(torn[0]).pace == ("172",)
    for line in scanned.result.stdout.splitlines():
        json.loads(line)


def test_a_dry_run_leaves_even_that_alone(
    torn: tuple[Path, bytes], pacetag: Pacetag, library: Path
) -> None:
    before = torn[0].read_bytes()

    pacetag("scan", "--dry-run", library)

    assert torn[0].read_bytes() == before
    assert len(list(journal_folder().iterdir())) == 1


def test_a_folder_of_journals_that_cannot_be_handled_is_reported(
    torn: tuple[Path, bytes], pacetag: Pacetag, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pacetag.tagger.tags.safety.journal.Journal.drop", refuse)
    done = pacetag("stats")

    assert done.exit_code == 0
    assert f"{journal_folder()}: unfinished writes cannot be put right" in done.stderr
    assert torn[0].read_bytes() == torn[1]


@pytest.mark.parametrize("command", [["stats"], ["playlist", "--cadence", "172"]], ids=" ".join)
def test_where_nothing_broke_off_nothing_is_imported_for_it(
    command: list[str], tmp_path: Path, make_song: MakeSong, scan_json: Callable[..., Any]
) -> None:
    write_tags(make_song("172.mp3"), {"pace": ["99"]})
    scan_json()

    modules, code = modules_of(tmp_path, *command)

    assert code == 0
    assert "pacetag.tagger.index.recovery" in modules
    assert modules.isdisjoint({"pacetag.tagger.tags.safety.recovery", "mutagen"})
    assert "pacetag.tagger.tags.safety.recovery" in sys.modules
