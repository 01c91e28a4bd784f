"""An index that is gone, cut short, of a newer pacetag, or not an index: nothing is lost silently.

What the songs held before pacetag's first write lies in the index alone. So an index that is cut
short is refused and left as it is: from it the values can still be had, from a new one never.
"""

import json
import os
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import mutagen.flac
import pytest

from pacetag.tagger.tags.reader import read_tags

MakeSong = Callable[..., Path]
Run = Callable[..., Any]
COUNT = 40  # songs; the index takes some dozens of pages then
LONG = bool(os.environ.get("PACETAG_LONG_TESTS"))

pytestmark = pytest.mark.usefixtures("worker_threads")


@pytest.fixture
def songs(make_song: MakeSong, scan_json: Run, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """A scanned library, in which every song had a BPM of its own before."""
    monkeypatch.setattr("os.fsync", lambda _: None)
    made = [make_song(f"{100 + number}.flac") for number in range(COUNT)]
    for number, song in enumerate(made):
        audio: Any = mutagen.flac.FLAC(song)  # type: ignore[no-untyped-call]
        audio["bpm"] = str(number + 40)
        audio.save()
    assert scan_json("--bpm", "overwrite").counts["tagged"] == COUNT
    return made


def _is_as_before(songs: list[Path]) -> bool:
    return [read_tags(song).bpm for song in songs] == [
        (str(number + 40),) for number in range(len(songs))
    ]


def _alone(index_file: Path) -> int:
    """Put all into the one file, and return its length."""
    with closing(sqlite3.connect(index_file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for suffix in ("-wal", "-shm"):
        index_file.with_name(index_file.name + suffix).unlink(missing_ok=True)
    return index_file.stat().st_size


def test_an_index_that_was_deleted_is_built_again_from_the_tags_without_judging(
    songs: list[Path], scan_json: Run, pacetag: Run, judged: Run, index_file: Path, library: Path
) -> None:
    playlist = pacetag("playlist", "--cadence", "110", "--json").stdout
    judged()
    _alone(index_file)
    index_file.unlink()

    again = scan_json()

    assert judged() == []
    assert (again.result.exit_code, again.counts["songs"]) == (0, COUNT)
    assert _paths(pacetag("playlist", "--cadence", "110", "--json").stdout) == _paths(playlist)
    assert pacetag("undo", library).exit_code == 0
    tags = [read_tags(song) for song in songs]
    assert [(each.pace, each.pacetag) for each in tags] == [((), None)] * COUNT


def _paths(playlist: str) -> list[str]:
    return [song["path"] for song in json.loads(playlist)["songs"]]


def test_an_index_of_a_newer_pacetag_is_refused_and_left_as_it_is(
    songs: list[Path], pacetag: Run, index_file: Path, library: Path
) -> None:
    with closing(sqlite3.connect(index_file)) as connection:
        connection.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
            " VALUES ('pacetag', '9999_wonders', '2030-01-01')"
        )
        connection.commit()
    _alone(index_file)
    content = index_file.read_bytes()

    for command in (
        ("scan", library),
        ("undo", library),
        ("undo", "--list"),
        ("playlist", "--cadence", "110"),
        ("stats",),
        ("problems",),
    ):
        done = pacetag(*command)
        assert done.exit_code == 1, command
        assert re.fullmatch(
            rf"pacetag: {re.escape(str(index_file))}: made by a newer pacetag .*9999_wonders.*"
            r"Update pacetag, .*\n",
            done.stderr,
        ), done.stderr
    assert index_file.read_bytes() == content
    assert len(songs) == COUNT


LENGTHS = ("50", "99", "512", "4096", "9000", ".5", "-5000", "-4096", "-1")


def _lengths(size: int) -> list[int]:
    if LONG:
        return list(range(1024, size, 1024))
    return [int(size * float(n)) if n.startswith(".") else int(n) % size for n in LENGTHS]


@pytest.mark.parametrize("command", ["scan", "undo"])
def test_with_a_cut_index_all_goes_well_or_a_sentence_says_what_to_do_and_it_is_kept(
    command: str, songs: list[Path], pacetag: Run, index_file: Path, library: Path
) -> None:
    size = _alone(index_file)
    whole, written = index_file.read_bytes(), [song.read_bytes() for song in songs]
    refused = 0
    for length in _lengths(size):
        index_file.write_bytes(whole[:length])

        done = pacetag(command, library)

        if done.exit_code == 0:
            assert length > size // 2, length
            assert _is_as_before(songs) is (command == "undo"), length
        else:
            refused += 1
            assert done.exit_code == 1, length
            assert done.stderr.startswith(f"pacetag: {index_file}: the index cannot be read ("), (
                length,
                done.stderr,
            )
            assert "Move the file away" in done.stderr
            assert done.stderr.count("\n") == 1
            if command == "scan":
                assert [song.read_bytes() for song in songs] == written, length
            assert index_file.stat().st_size >= length
        _alone_again(index_file)
        for song, content in zip(songs, written, strict=True):
            song.write_bytes(content)
    assert refused >= 5


def _alone_again(index_file: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        index_file.with_name(index_file.name + suffix).unlink(missing_ok=True)


def test_an_emptied_index_is_built_again(
    songs: list[Path], scan_json: Run, index_file: Path
) -> None:
    """Nothing was left in it that could be lost."""
    _alone(index_file)
    os.truncate(index_file, 0)

    assert scan_json().counts["unchanged"] == len(songs)
