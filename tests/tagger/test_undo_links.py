"""A song with several names is one file in the log, written under any of them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pacetag.db.index import SongIndex
from pacetag.tagger.tags.held import held_fields
from pacetag.tagger.workers import pool
from pacetag.tagger.workers.judging import JudgeRef
from tests.tagger.writing import write_tags

MakeSong = Callable[..., Path]
Run = Callable[..., Any]
Fields = dict[str, list[str]]

pytestmark = pytest.mark.usefixtures("worker_threads")


@pytest.fixture
def names(make_song: MakeSong, library: Path) -> tuple[Path, Path]:
    """One song under two names, with a BPM."""
    song = make_song("a/172-86.flac")
    write_tags(song, {"bpm": ["90"]})
    (library / "b").mkdir()
    other = library / "b" / song.name
    other.hardlink_to(song)
    return song, other


def held(song: Path) -> Fields:
    return held_fields(song, ("pace", "pacetag", "bpm"))


def newer_ear(monkeypatch: pytest.MonkeyPatch) -> None:
    ref = JudgeRef(bundle="fake-2", factory="fake_judge:load")
    monkeypatch.setattr(pool, "shipped_judge", lambda: ref)


@pytest.mark.parametrize("how", ["another network", "another BPM", "both"])
@pytest.mark.parametrize("what", ["--all", "folder", "first", "second"])
def test_what_was_written_through_both_names_is_taken_back(
    names: tuple[Path, Path],
    pacetag: Run,
    scan_json: Run,
    library: Path,
    monkeypatch: pytest.MonkeyPatch,
    how: str,
    what: str,
) -> None:
    first, second = names
    before = held(first)
    scan_json(first)
    pacetag("undo", first)
    scan_json(second)
    if how != "another BPM":
        newer_ear(monkeypatch)
    scan_json("--force", "--bpm", "never" if how == "another network" else "overwrite", first)
    assert held(first)["pacetag"] != []
    chosen = {"folder": library, "first": first, "second": second}.get(what, what)

    done = pacetag("undo", chosen)

    assert held(first) == held(second) == before
    assert first.samefile(second)
    assert (done.exit_code, done.stdout[:10]) == (0, "1 restored")
    assert pacetag("undo", library).stdout.startswith("0 restored, 2 had nothing to undo")


def test_a_run_is_taken_back_by_the_name_that_is_named(
    names: tuple[Path, Path], pacetag: Run, scan_json: Run
) -> None:
    first, second = names
    before = held(first)
    scan_json("--bpm", "overwrite", first)

    assert pacetag("undo", "--run", "1", second.parent).stdout.startswith("1 restored")

    assert held(first) == before


def test_a_run_is_taken_back_by_the_name_that_is_left(
    names: tuple[Path, Path], pacetag: Run, scan_json: Run
) -> None:
    first, second = names
    before = held(first)
    scan_json("--bpm", "overwrite")
    first.unlink()

    assert pacetag("undo", "--run", "1").stdout == "1 restored, 0 had nothing to undo, 0 failed\n"

    assert held(second) == before


def test_what_was_undone_by_one_name_is_undone_by_the_other(
    names: tuple[Path, Path], pacetag: Run, scan_json: Run
) -> None:
    first, second = names
    scan_json()
    pacetag("undo", first)

    runs = [json.loads(line) for line in pacetag("undo", "--list", "--json").stdout.splitlines()]
    assert [(run["files"], run["undone"]) for run in runs] == [(1, 0), (1, 1)]
    assert scan_json(second).outcomes == {second.name: "tagged"}
    assert held(first)["pace"] == ["172", "86"]


def test_both_names_may_move(
    names: tuple[Path, Path], pacetag: Run, scan_json: Run, library: Path
) -> None:
    before = held(names[0])
    scan_json("--bpm", "overwrite")
    for name in names:
        name.rename(library / f"172-86 of {name.parent.name}.flac")
    scan_json("--bpm", "overwrite", "--force")

    pacetag("undo", library)

    assert held(library / "172-86 of a.flac") == before
    assert pacetag("undo", "--all").stderr == ""


def test_moved_twins_are_distinguished(
    make_song: MakeSong, pacetag: Run, scan_json: Run, library: Path
) -> None:
    """Even where their new names say nothing."""
    songs = [make_song(f"172-86 {name}.flac", seed=1) for name in "ab"]
    for song, bpm in zip(songs, ("90", "91"), strict=True):
        write_tags(song, {"bpm": [bpm]})
    scan_json("--bpm", "overwrite")
    songs[0].rename(library / "172-86 y.flac")
    songs[1].rename(library / "172-86 x.flac")

    pacetag("undo", library)

    assert held(library / "172-86 y.flac")["bpm"] == ["90"]
    assert held(library / "172-86 x.flac")["bpm"] == ["91"]


def test_another_programs_bpm_in_a_copy_stays(
    make_song: MakeSong, pacetag: Run, scan_json: Run, library: Path
) -> None:
    song, copy = make_song("172-86.flac"), library / "172-86 copy.flac"
    write_tags(song, {"bpm": ["90"]})
    scan_json("--bpm", "overwrite")
    copy.write_bytes(song.read_bytes())
    write_tags(copy, {"bpm": ["123"]})

    pacetag("undo", library)

    assert (held(song)["bpm"], held(song)["pace"]) == (["90"], [])
    assert (held(copy)["bpm"], held(copy)["pace"]) == (["123"], [])


def test_undoing_twice_brings_nothing_back(
    names: tuple[Path, Path], pacetag: Run, scan_json: Run, library: Path
) -> None:
    """Even where the first name is another file by now."""
    first, second = names
    before = held(first)
    scan_json()
    content = first.read_bytes()
    first.unlink()
    first.write_bytes(content)

    for _ in range(3):
        pacetag("undo", "--force", library)
        assert held(first) == held(second) == before


def test_the_number_of_a_file_that_is_gone_says_nothing_of_the_next(
    make_song: MakeSong, pacetag: Run, scan_json: Run, library: Path, index_file: Path
) -> None:
    songs = [make_song(f"172-86 {name}.flac", seed=1) for name in "ab"]
    for song, bpm in zip(songs, ("90", "91"), strict=True):
        write_tags(song, {"bpm": [bpm]})
    scan_json("--bpm", "overwrite")
    songs[0].unlink()
    with SongIndex.open(index_file) as index:  # as a file system may do with it
        index._db.execute(
            "UPDATE tag_writes SET inode = ? WHERE path = ?",
            [str(songs[1].stat().st_ino + 1), str(songs[1])],
        )
        index._db.execute(
            "UPDATE tag_writes SET inode = ? WHERE path = ?",
            [str(songs[1].stat().st_ino), str(songs[0])],
        )

    pacetag("undo", library)

    assert held(songs[1])["bpm"] == ["91"]
