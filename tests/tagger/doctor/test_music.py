"""What `doctor` says of folders with music: absent, read-only, refused, and too many to watch."""

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pacetag.db.mounts import Mount
from pacetag.tagger.doctor import music as checks
from pacetag.tagger.doctor.results import CheckResult, State
from pacetag.tagger.doctor.subject import LONGEST_WALK, Subject
from pacetag.tagger.library.presence import Place, Presence
from pacetag.tagger.service.state import watches_in_use
from pacetag.tagger.watch.inotify import Inotify

MakeSong = Callable[..., Path]


def bad(results: Any) -> list[CheckResult]:
    return [each for each in results if each.state is not State.OK]


@pytest.fixture
def songs(make_song: MakeSong, library: Path) -> list[Path]:
    return [make_song(name) for name in ("a/1.mp3", "a/2.flac", "b/3.ogg")]


def test_a_folder_whose_songs_may_be_written_is_well(songs: list[Path], library: Path) -> None:
    (result,) = checks.music(Subject(paths=[library]))

    assert (result.state, result.figure) == (State.OK, len(songs))
    assert result.what == f"{library}: 3 songs in 3 folders, and all may be tagged"


def test_without_a_folder_it_says_how_to_name_one() -> None:
    (result,) = checks.music(Subject())

    assert (result.state, "pacetag doctor FOLDER" in (result.advice or "")) == (State.OK, True)


def test_the_folders_of_the_settings_are_checked(
    songs: list[Path], library: Path, tmp_path: Path
) -> None:
    config = tmp_path / "config/pacetag/config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(f"[watch]\nroots = ['{library}', '{tmp_path}/unplugged']\n")

    absent, there = checks.music(Subject())

    assert (absent.state, there.state) == (State.FAULT, State.OK)
    assert f"{tmp_path}/unplugged: there is no such folder" in absent.what


def test_songs_that_are_read_only_are_counted_with_the_remedy(
    songs: list[Path], library: Path
) -> None:
    songs[0].chmod(0o444)

    (result,) = bad(checks.music(Subject(paths=[library])))

    assert (result.state, result.figure) == (State.WARNING, 1)
    assert "of 3 songs 1 may not be tagged: the file is read-only" in result.what
    assert result.advice == "`chmod u+w` changes that"


def test_a_folder_in_which_no_file_can_be_made_is_named(songs: list[Path], library: Path) -> None:
    (library / "b").chmod(0o555)
    try:
        (result,) = bad(checks.music(Subject(paths=[library])))
    finally:
        (library / "b").chmod(0o755)

    assert (result.state, result.figure, result.unit) == (State.WARNING, 1, "folders")
    assert f"no file can be made in 1 folder, such as {library}/b" in result.what


def test_what_a_killed_write_left_is_named(songs: list[Path], library: Path) -> None:
    left = library / "a/.pacetag-0123456789ab.tmp"
    left.write_bytes(b"x")

    (result,) = bad(checks.music(Subject(paths=[library])))

    assert str(left) in result.what
    assert result.advice == f"pacetag scan {library}"
    assert left.exists()


def test_a_disk_that_does_not_answer_is_a_fault_and_is_not_walked(
    library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Presence, "of", lambda _, paths: dict.fromkeys(paths, Place.SILENT))

    subject = Subject(paths=[library])
    (result,) = checks.music(subject)

    assert (result.state, subject.surveys) == (State.FAULT, [])
    assert "does not answer" in result.what


def test_a_large_library_is_looked_at_for_a_while_only(songs: list[Path], library: Path) -> None:
    moments = iter([0.0, 1.0, *[LONGEST_WALK + 2] * 99])

    (result,) = checks.music(Subject(paths=[library], clock=lambda: next(moments)))

    assert f"at least (after {LONGEST_WALK:.0f} s) 0 songs in 1 folder" in result.what


def test_enough_watches_are_well(library: Path) -> None:
    (result,) = checks.watches(Subject(paths=[library]))

    assert result.state is State.OK
    assert "1 folder to watch" in result.what


def test_watches_of_other_processes_count_too(library: Path) -> None:
    program = (
        "import sys\nfrom pacetag.tagger.watch.inotify import Inotify\n"
        "kernel = Inotify()\nkernel.watch(sys.argv[1])\nprint()\ninput()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, library],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout
        other.stdout.readline()

        own, every = watches_in_use(), watches_in_use(every=True)

        other.communicate("\n")
    assert own == 0
    assert every is not None
    assert every >= 1


@pytest.mark.parametrize(("limit", "used"), [(2, 0), (100, 99)])
def test_a_low_limit_of_watches_names_the_command_that_raises_it(
    limit: int, used: int, songs: list[Path], library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "watch_limit", lambda: limit)
    monkeypatch.setattr(checks, "watches_in_use", lambda *, every: used)

    (result,) = checks.watches(Subject(paths=[library]))

    assert (result.state, result.figure) == (State.WARNING, limit)
    assert result.advice == "sudo sysctl fs.inotify.max_user_watches=1048576"


@pytest.mark.parametrize(
    ("error", "state", "advice"),
    [
        (errno.EMFILE, State.WARNING, "sudo sysctl fs.inotify.max_user_instances=1024"),
        (errno.ENOSYS, State.OK, None),
    ],
)
def test_where_nothing_can_be_watched_it_says_why(
    error: int, state: State, advice: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused() -> None:
        raise OSError(error, os.strerror(error))

    monkeypatch.setattr(checks, "Inotify", refused)

    (result,) = checks.watches(Subject())

    assert (result.state, result.advice) == (state, advice)


def test_a_limit_that_only_a_try_shows_is_told(
    library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a container, whose limit stands elsewhere."""

    def refused(_: Inotify, __: str) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Inotify, "watch", refused)

    (result,) = checks.watches(Subject(paths=[library]))

    assert result.state is State.WARNING
    assert "the system's limit of folders watched at once is reached" in result.what
    assert result.advice == "sudo sysctl fs.inotify.max_user_watches=1048576"


def test_a_folder_on_a_file_server_is_polled(
    library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mount = Mount(place=str(library), kind="cifs", options=frozenset())
    monkeypatch.setattr("pacetag.db.mounts.mounts", lambda: [mount])

    warned, limits = checks.watches(Subject(paths=[library]))

    assert (warned.state, limits.state) == (State.WARNING, State.OK)
    assert "lies on cifs" in warned.what
    assert "0 folders to watch" in limits.what


def test_faults_of_the_settings_do_not_end_the_check(library: Path, tmp_path: Path) -> None:
    config = tmp_path / "config/pacetag/config.toml"
    config.parent.mkdir(parents=True)
    config.write_text("nonsense = 1\n")

    assert Subject().roots == []
    assert [each.state for each in checks.music(Subject(paths=[library]))] == [State.OK]


def test_watches_of_other_users_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 54_321)

    assert watches_in_use(every=True) == 0


def test_songs_of_another_user_need_room_for_tags(
    songs: list[Path], library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 54_321)

    (result,) = bad(checks.music(Subject(paths=[library])))

    assert (result.state, result.figure) == (State.WARNING, len(songs))
    assert "it belongs to another user, so it must have room for tags" in result.what
    assert result.advice == "`chown` makes it yours"
