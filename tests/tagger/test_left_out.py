"""What a scan passes over is said once at its end, and songs that lie there are not offered."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from pacetag.tagger.tags.reader import read_tags

MakeSong = Callable[..., Path]
Run = Callable[..., Any]

pytestmark = pytest.mark.usefixtures("worker_threads")

DENIED = PermissionError(13, "Permission denied")


def summary(found: Any) -> dict[str, Any]:
    return dict(json.loads(found.result.stdout.splitlines()[-1]))


def offered(pacetag: Run) -> list[str]:
    listed = json.loads(pacetag("playlist", "--cadence", "120", "--json").stdout)
    return sorted(Path(song["path"]).name for song in listed["songs"])


@contextmanager
def locked(monkeypatch: pytest.MonkeyPatch, folder: Path, error: OSError) -> Iterator[None]:
    """A folder that cannot be listed; root, whom tests may run as, is never refused."""
    listing = os.scandir

    def refuse(path: Any) -> Any:
        if not isinstance(path, int) and os.fspath(path) == os.fspath(folder):
            raise error
        return listing(path)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(os, "scandir", refuse)
        yield


def test_songs_whose_names_begin_with_dots_are_scanned(
    make_song: MakeSong, scan_json: Run, library: Path
) -> None:
    for name in ("...And So On/120.mp3", ".38 Band/130.mp3", "...140.mp3"):
        make_song(name)
    for name in (".Trash-1000/150.mp3", "._160.mp3", ".git/170.mp3"):
        make_song(name)

    assert scan_json().outcomes == {
        "120.mp3": "tagged",
        "130.mp3": "tagged",
        "...140.mp3": "tagged",
    }
    assert scan_json(library / "._160.mp3").outcomes == {"._160.mp3": "tagged"}
    assert scan_json(library / ".git").outcomes == {"170.mp3": "tagged"}


def test_folders_of_trash_are_reported_by_number_and_name(
    make_song: MakeSong, scan_json: Run, pacetag: Run, library: Path
) -> None:
    make_song("120.mp3")
    for name in ("#recycle/130.mp3", "a/@eaDir/140.mp3"):
        make_song(name)

    assert summary(scan_json())["passed_over"]["folders"] == [
        f"{library}/#recycle",
        f"{library}/a/@eaDir",
    ]
    assert (
        "2 folders of trash, snapshots or thumbnails passed over (#recycle, a/@eaDir); "
        "name one to have it scanned.\n"
    ) in pacetag("scan", library).stdout
    make_song("b/@eaDir/150.mp3")
    make_song("c/@eaDir/160.mp3")
    assert "4 folders of trash, snapshots or thumbnails passed over (#recycle, a/@eaDir, " in (
        pacetag("scan", library).stdout
    )


def test_songs_of_the_index_in_the_trash_are_no_longer_offered_until_they_are_named(
    make_song: MakeSong, scan_json: Run, pacetag: Run, library: Path
) -> None:
    make_song("120.mp3")
    song = make_song("#recycle/120 b.mp3")
    scan_json(library / "#recycle")
    assert offered(pacetag) == ["120 b.mp3"]

    found = scan_json()
    assert (summary(found)["passed_over"]["songs"], summary(found)["missing"]) == (1, 0)
    assert offered(pacetag) == ["120.mp3"]
    assert summary(scan_json())["passed_over"]["songs"] == 0  # once
    scan_json(song)
    assert "1 song of the index lies in such a folder and is no longer offered.\n" in (
        pacetag("scan", library).stdout
    )

    both = scan_json(library, library / "#recycle")
    assert both.songs["120 b.mp3"]["reason"] == "is back"
    assert summary(both)["passed_over"] == {"folders": [], "hidden": [], "songs": 0, "files": {}}
    assert offered(pacetag) == ["120 b.mp3", "120.mp3"]


def test_an_undo_of_the_folder_above_takes_back_what_was_tagged_by_name(
    make_song: MakeSong, scan_json: Run, pacetag: Run, library: Path
) -> None:
    songs = [make_song("#recycle/120.mp3"), make_song("._130.mp3"), make_song(".git/140.mp3")]
    book = make_song("150.m4a").rename(library / "150.m4b")
    songs.append(book)
    assert set(scan_json(*songs).outcomes.values()) == {"tagged"}

    said = pacetag("undo", library)

    assert said.exit_code == 0, said.output
    assert [read_tags(song).pace for song in songs] == [()] * 4


def test_files_that_may_hold_music_are_counted_and_can_be_named(
    make_song: MakeSong, scan_json: Run, pacetag: Run, library: Path
) -> None:
    make_song("120.mp3")
    book = make_song("130.m4a").rename(library / "130.m4b")
    for name in ("a/x.WebM", "y.m4b", "z.mod", "go.mod", "cover.jpg", "._w.m4b", ".git/v.m4b"):
        (library / name).parent.mkdir(exist_ok=True)
        (library / name).write_bytes(b"?")

    assert summary(scan_json())["passed_over"]["files"] == {"m4b": 2, "mod": 1, "webm": 1}
    assert (
        "4 files passed over that may hold music: 2 .m4b, 1 .mod, 1 .webm; name them to have them "
        "scanned: `pacetag scan FILE`; convert .mod to FLAC or another kind of song first.\n"
    ) in pacetag("scan", library).stdout
    found = scan_json(book, library / "z.mod", library / "cover.jpg")
    assert found.outcomes == {"130.m4b": "tagged"}
    assert summary(found)["passed_over"]["files"] == {"mod": 1}


def test_hidden_songs_are_counted_and_can_be_named(
    make_song: MakeSong, scan_json: Run, pacetag: Run, library: Path
) -> None:
    """One lower-case word after a dot may be a band's name or a folder hidden on purpose."""
    make_song("120.mp3")
    for name in (".hack/a/130.mp3", "x/.moe/140.mp3", ".calva.mp3", ".deep/a/b/150.mp3"):
        make_song(name)
    for name in ("._w.mp3", ".git/150.mp3", ".stversions/160.mp3", ".cache/a/170.mp3"):
        make_song(name)

    hidden = summary(scan_json())["passed_over"]["hidden"]

    assert hidden == [f"{library}/{name}" for name in (".calva.mp3", ".hack", "x/.moe")]
    assert (
        "3 hidden songs or folders of songs passed over (.calva.mp3, .hack, x/.moe); "
        "name one to have it scanned.\n"
    ) in pacetag("scan", library).stdout
    found = scan_json(library, library / ".hack")
    assert found.outcomes == {"120.mp3": "unchanged", "130.mp3": "tagged"}
    assert summary(found)["passed_over"]["hidden"] == hidden[:1] + hidden[2:]


def test_nothing_is_reported_where_nothing_was_passed_over(
    make_song: MakeSong, pacetag: Run, library: Path
) -> None:
    make_song("120.mp3")

    assert "passed over" not in pacetag("scan", library).output


@pytest.mark.parametrize("below", ["album", ""])
@pytest.mark.parametrize("error", [DENIED, OSError(5, "Input/output error")], ids=["EACCES", "EIO"])
def test_a_folder_that_cannot_be_listed_is_named_and_its_songs_stay(
    below: str,
    error: OSError,
    make_song: MakeSong,
    scan_json: Run,
    pacetag: Run,
    library: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("120.mp3", "album/120 b.mp3"):
        make_song(name)
    scan_json()

    with locked(monkeypatch, library / below, error):
        found = scan_json()
        said = pacetag("scan", library)
        undone = pacetag("undo", "--dry-run", library)

    why = f"cannot be listed: {error.strerror}"
    assert (found.result.exit_code, said.exit_code, undone.exit_code) == (1, 1, 1)
    assert summary(found)["unreadable"] == [{"path": str(library / below), "reason": why}]
    shown = below or library.name
    assert said.stderr == f"1 folder could not be looked into:\n  {shown}: {why}\n"
    assert f"{shown}: {why}" in undone.stderr
    assert offered(pacetag) == ["120 b.mp3", "120.mp3"]
    assert scan_json().result.exit_code == 0


def test_a_folder_that_goes_away_during_the_walk_is_no_fault(
    make_song: MakeSong, scan_json: Run, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_song("120.mp3")
    make_song("album/130.mp3")

    with locked(monkeypatch, library / "album", FileNotFoundError(2, "No such file")):
        found = scan_json()

    assert (found.result.exit_code, summary(found)["unreadable"]) == (0, [])


def test_a_link_that_cannot_be_followed_is_named_and_one_to_nothing_is_not(
    make_song: MakeSong, scan_json: Run, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_song("120.mp3")
    (library / "gone").symlink_to("nowhere")
    (library / "gone.mp3").symlink_to("nowhere.mp3")
    (library / "ring").symlink_to("ring")
    assert scan_json().result.exit_code == 0

    long = library / "long"
    long.symlink_to("x" * 4000 + "/" + "y" * 90)
    (entry,) = summary(scan_json())["unreadable"]
    assert (entry["path"], entry["reason"]) == (
        str(long),
        "cannot be looked at: File name too long",
    )


@pytest.mark.parametrize("named", ["", "album"])
def test_a_folder_without_rights_is_named_also_where_it_was_asked_for(
    named: str, make_song: MakeSong, scan_json: Run, library: Path, pacetag: Run
) -> None:
    song = make_song("album/120.mp3")
    scan_json()
    song.parent.chmod(0)
    try:
        if os.access(song.parent, os.R_OK):
            pytest.skip("root may read all")
        found = scan_json(library / named)
        undone = pacetag("undo", "--dry-run", library / named)
    finally:
        song.parent.chmod(0o755)

    assert (found.result.exit_code, undone.exit_code) == (1, 1)
    why = "cannot be listed: Permission denied"
    assert summary(found)["unreadable"] == [{"path": str(song.parent), "reason": why}]
    assert undone.stderr == f"album: {why}\n"
    assert offered(pacetag) == ["120.mp3"]


def test_a_check_that_only_tags_change_knows_what_was_named(
    make_song: MakeSong, pacetag: Run, library: Path
) -> None:
    book = make_song("150.m4a").rename(library / "150.m4b")
    shutil.copy(book, library / "other.txt")

    done = pacetag("scan", book, "--read-only-check", library)

    assert (done.exit_code, "nothing but tags has changed" in done.stdout) == (0, True)
