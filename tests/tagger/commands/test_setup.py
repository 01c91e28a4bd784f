"""`pacetag setup`: programs' files are found, changed whole or not at all, and put back."""

import errno
import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import PIPE
from typing import Any

import pytest
from typer.testing import CliRunner

from pacetag.tagger.cli import app
from pacetag.tagger.integrations import applying, backups, running
from pacetag.tagger.integrations.table import PROGRAMS

Run = Callable[..., Any]

NAMES = [program.name for program in PROGRAMS]
CHANGED = [program.name for program in PROGRAMS if program.change is not None]
INI = "[setting]\npreserved_tags=comment, mood\n; mine\n"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own, in which no program runs."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / ".config"))
    for name in ("BEETSDIR", "CMUS_HOME", "QUODLIBET_USERDIR", "PICARD_CONFIG_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(running, "_commands", lambda: iter(()))
    return folder


@pytest.fixture
def picard(home: Path) -> Path:
    """Picard's settings at their usual place."""
    file = home / ".config/MusicBrainz/Picard.ini"
    file.parent.mkdir(parents=True)
    file.write_text(INI)
    return file


@pytest.fixture
def setup(pacetag: Run) -> Callable[..., dict[str, Any]]:
    """Run the command with --json, and return its object."""

    def run(*words: str | Path, code: int = 0) -> dict[str, Any]:
        done = pacetag("setup", "--json", *words)
        assert done.exit_code == code, done.output
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    return run


def copies(file: Path) -> list[Path]:
    return sorted(file.parent.glob(f"{file.name}.pacetag-backup-*"))


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_all_programs_are_listed(pacetag: Run) -> None:
    done = pacetag("setup")
    lines = pacetag("setup", "--json").stdout.splitlines()

    assert all(f" {name} " in done.stdout for name in NAMES)
    assert [json.loads(line)["program"] for line in lines] == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_each_is_described_and_nothing_is_written(
    name: str, pacetag: Run, home: Path, setup: Run
) -> None:
    shown = pacetag("setup", name)
    told = setup(name)

    assert shown.exit_code == 0
    assert told["sees"] in shown.stdout
    assert told["steps"]
    assert all(step in shown.stdout for step in told["steps"])
    assert list(home.rglob("*")) == []


def test_the_change_is_shown_made_and_taken_back(picard: Path, setup: Run, pacetag: Run) -> None:
    picard.chmod(0o640)
    shown = pacetag("setup", "picard").stdout
    assert "-preserved_tags=comment, mood" in shown
    assert "+preserved_tags=comment, mood, pace, pacetag, quodlibet::pace" in shown
    assert picard.read_text() == INI

    (copy,) = setup("picard", "--apply")["safety_copies"]

    assert "pacetag" in picard.read_text()
    assert Path(copy).read_text() == INI
    assert copies(picard) == [Path(copy)]
    assert [path.stat().st_mode & 0o777 for path in (picard, Path(copy))] == [0o640] * 2
    again = setup("picard", "--apply")
    assert (again["files"][0]["state"], again["safety_copies"]) == ("done", [])

    assert setup("picard", "--undo")["restored_from"] == copy

    assert contents(picard.parent) == {picard: INI.encode()}
    assert pacetag("setup", "picard", "--undo").exit_code == 1


def test_changes_are_taken_back_one_by_one(home: Path, setup: Run) -> None:
    file = home / ".config/cmus/rc"
    file.parent.mkdir(parents=True)
    file.write_text("set softvol=true\n")

    setup("cmus", "--apply", "--cadence", "165")
    between = file.read_bytes()
    setup("cmus", "--apply", "--cadence", "180")
    assert len(copies(file)) == 2
    setup("cmus", "--undo")
    assert file.read_bytes() == between
    setup("cmus", "--undo")

    assert contents(file.parent) == {file: b"set softvol=true\n"}


def test_the_command_that_takes_a_change_back_is_told(home: Path, pacetag: Run) -> None:
    (home / ".kodi/userdata").mkdir(parents=True)
    told = pacetag("setup", "kodi", "--cadence", "186", "--apply").stdout
    command = next(part for part in told.split("`") if part.startswith("pacetag setup kodi --undo"))

    done = pacetag(*shlex.split(command)[1:])

    assert done.exit_code == 0
    assert contents(home) == {}


def test_a_file_that_pacetag_made_goes_again(home: Path, setup: Run, pacetag: Run) -> None:
    folder = home / ".config/quodlibet"
    folder.mkdir(parents=True)

    made = setup("quodlibet", "--apply")

    file = folder / "lists/queries.saved"
    assert file.read_text().endswith("Cadence 165\n")
    assert [path.name.endswith("-absent") for path in copies(file)] == [True]
    assert made["files"][0]["state"] == "changed"
    assert setup("quodlibet", "--undo")["restored_from"] is None
    assert contents(folder) == {}
    setup("quodlibet", "--apply")
    told = pacetag("setup", "quodlibet", "--undo").stdout
    assert told == f"{file}: was removed, since pacetag had made it\n"


def test_what_was_changed_since_is_not_taken_back(picard: Path, pacetag: Run, setup: Run) -> None:
    setup("picard", "--apply")
    picard.write_text(picard.read_text() + "more=1\n")
    before = contents(picard.parent)

    done = pacetag("setup", "picard", "--undo")

    assert done.exit_code == 1
    assert copies(picard)[0].name in done.stderr
    assert contents(picard.parent) == before


def test_a_folder_is_no_file_with_a_change_to_take_back(home: Path, pacetag: Run) -> None:
    (home / "in it").mkdir()

    done = pacetag("setup", "beets", "--undo", "--file", home)

    assert done.exit_code == 1
    assert f"{home}: is a folder, not a file; there is nothing to take back" in done.stderr


def test_a_link_stays_one(picard: Path, home: Path, setup: Run) -> None:
    real = home / "dotfiles.ini"
    shutil.move(picard, real)
    picard.symlink_to(real)

    setup("picard", "--apply")

    assert picard.is_symlink()
    assert "pacetag" in real.read_text()
    assert len(copies(real)) == 1
    setup("picard", "--undo")
    assert picard.is_symlink()
    assert real.read_text() == INI


def test_a_file_with_several_names_is_left_alone(picard: Path, home: Path, pacetag: Run) -> None:
    (home / "other").hardlink_to(picard)

    done = pacetag("setup", "picard", "--apply")

    assert done.exit_code == 1
    assert "has several names" in done.stderr
    assert (picard.read_text(), copies(picard)) == (INI, [])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe[\0s\0",
        b"ID3\x04\0\0\0\0\0\0",
        b"[persist]\n",
        b"[setting]\npreserved_tags=@\n",
    ],
)
def test_a_file_that_is_not_understood_is_left_alone_with_the_lines_to_add(
    picard: Path, pacetag: Run, content: bytes
) -> None:
    picard.write_bytes(content)

    done = pacetag("setup", "picard", "--apply")

    assert done.exit_code == 1
    assert "it is left alone: add by hand what it lacks of these lines" in done.stdout
    assert "    preserved_tags=pace, pacetag, quodlibet::pace" in done.stdout
    assert contents(picard.parent) == {picard: content}
    assert pacetag("setup", "picard").exit_code == 0


@pytest.mark.parametrize("name", CHANGED)
def test_a_song_or_an_index_is_never_changed(
    name: str, pacetag: Run, make_song: Callable[..., Path], tmp_path: Path
) -> None:
    database = tmp_path / "index.sqlite3"
    subprocess.run(
        [sys.executable, "-c", "import sqlite3, sys; d = sqlite3.connect(sys.argv[1]);"
         "d.execute('CREATE TABLE a (b)'); d.commit()", database],
        check=True,
    )  # fmt: skip
    for file in (make_song("a.mp3"), make_song("a.flac"), database):
        before = file.read_bytes()

        done = pacetag("setup", name, "--file", file, "--apply")

        assert done.exit_code == 1
        assert (file.read_bytes(), copies(file)) == (before, [])


@pytest.mark.parametrize(
    ("command", "runs"),
    [
        (["/usr/bin/picard"], True),
        (["python3", "/usr/bin/picard"], True),
        ([r"C:\Program Files\MusicBrainz Picard\picard.exe"], True),
        (["vi", "/home/me/picard"], False),
        (["python3", "-m", "http.server"], False),
        ([""], False),
    ],
)
def test_a_program_that_would_write_its_file_anew_must_end_first(
    picard: Path, pacetag: Run, monkeypatch: pytest.MonkeyPatch, command: list[str], *, runs: bool
) -> None:
    monkeypatch.setattr(running, "_commands", lambda: iter([command]))

    done = pacetag("setup", "picard", "--apply")

    assert done.exit_code == int(runs)
    assert ("picard runs now" in done.stderr) is runs
    assert ("pacetag" in picard.read_text()) is not runs
    assert len(copies(picard)) == int(not runs)


def test_running_programs_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    with subprocess.Popen(["cat"], stdin=PIPE, stdout=PIPE) as process:
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            os.write(process.stdin.fileno(), b"\n")
            os.read(process.stdout.fileno(), 1)  # the system has its name once it answers
            assert running.running_among(["no-such-program", "cat"]) == "cat"
            monkeypatch.setattr(running, "_PROC", Path("/nowhere"))
            listed = [word for command in running._commands() for word in command]
            assert not listed or "cat" in listed  # by ps, where there is one
        finally:
            process.kill()


def test_a_full_disk_leaves_the_file_and_no_copy(
    picard: Path, pacetag: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    for place in (
        "pacetag.tagger.tags.safety.replace.flush",
        "pacetag.tagger.tags.safety.disk.flush",
    ):
        with monkeypatch.context() as patch:
            patch.setattr(place, fail)

            done = pacetag("setup", "picard", "--apply")

        assert done.exit_code == 1
        assert "No space left on device" in done.stderr
        assert contents(picard.parent) == {picard: INI.encode()}


def test_an_interruption_after_the_change_keeps_the_copy(
    picard: Path, monkeypatch: pytest.MonkeyPatch, setup: Run, pacetag: Run
) -> None:
    put = applying._put

    def interrupted(*arguments: Any) -> None:
        put(*arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(applying, "_put", interrupted)
    pacetag("setup", "picard", "--apply")
    monkeypatch.setattr(applying, "_put", put)

    assert len(copies(picard)) == 1
    setup("picard", "--undo")
    assert picard.read_text() == INI


def test_a_change_at_the_same_moment_is_not_lost(
    picard: Path, pacetag: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = backups.make_backup

    def changed(*arguments: Any) -> Path:
        found = make(*arguments)
        picard.write_text(f"{INI}other=1\n")
        return found

    monkeypatch.setattr(applying, "make_backup", changed)

    done = pacetag("setup", "picard", "--apply")

    assert done.exit_code == 1
    assert picard.read_text() == f"{INI}other=1\n"


def test_a_read_only_file_is_said(picard: Path, pacetag: Run) -> None:
    picard.chmod(0o400)

    done = pacetag("setup", "picard", "--apply")

    assert done.exit_code == 1
    assert "read-only" in done.stderr
    assert copies(picard) == []


def test_of_several_files_one_must_be_named(
    picard: Path, home: Path, pacetag: Run, setup: Run
) -> None:
    other = home / ".var/app/org.musicbrainz.Picard/config/MusicBrainz/Picard.ini"
    other.parent.mkdir(parents=True)
    other.write_text(INI)

    done = pacetag("setup", "picard", "--apply")

    assert done.exit_code == 2
    assert str(other) in done.stderr
    assert len(setup("picard")["files"]) == 2
    setup("picard", "--file", other, "--apply")
    assert (picard.read_text(), "pacetag" in other.read_text()) == (INI, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["winamp"], "is no program that pacetag knows"),
        (["navidrom"], "did you mean `navidrome`?"),
        (["--apply"], "name the program"),
        (["picard", "--apply", "--undo"], "either --apply or --undo"),
        (["foobar2000", "--apply"], "`pacetag setup foobar2000` says what you can do there"),
        (["mpd", "--cadence", "1650"], "--cadence must be"),
    ],
)
def test_wrong_usage_is_said(pacetag: Run, words: list[str], said: str) -> None:
    done = pacetag("setup", *words)

    assert done.exit_code == 2
    assert said in done.stderr


def test_a_shell_completes_the_names_of_programs() -> None:
    asked = {"_PACETAG_COMPLETE": "complete_bash", "COMP_WORDS": "pacetag setup na"}

    done = CliRunner().invoke(app, prog_name="pacetag", env={**asked, "COMP_CWORD": "2"})

    assert done.stdout.split() == ["navidrome"]


@pytest.mark.parametrize("name", CHANGED)
def test_a_home_that_may_not_be_looked_at_is_like_one_without_programs(
    name: str, pacetag: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(os, "stat", refuse)
    monkeypatch.setattr(os, "lstat", refuse)

    done = pacetag("setup", name)

    assert "broke off" not in done.stderr
    assert done.exit_code == 0


def test_a_program_that_is_not_there_is_said(pacetag: Run) -> None:
    done = pacetag("setup", "picard", "--apply")

    assert done.exit_code == 1
    assert "is not set up on this machine" in done.stderr


@pytest.mark.parametrize(
    ("platform", "variables", "file"),
    [
        ("linux", {}, ".config/quodlibet/lists/queries.saved"),
        ("linux", {"QUODLIBET_USERDIR": "~/ql"}, "ql/lists/queries.saved"),
        ("darwin", {}, ".quodlibet/lists/queries.saved"),
        ("win32", {"APPDATA": "~/Roaming"}, "Roaming/Quod Libet/lists/queries.saved"),
    ],
)
def test_places_are_those_of_the_system(
    setup: Run,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    platform: str,
    variables: dict[str, str],
    file: str,
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    for name, value in variables.items():
        monkeypatch.setenv(name, value.replace("~", str(home)))

    places = setup("quodlibet")["places"]

    assert places[0] == str(home / file)
