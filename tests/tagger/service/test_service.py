"""`pacetag service`, with stand-ins for the programs that keep services."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pacetag.db.index import SongIndex
from pacetag.db.kept import KeptPlaylist
from pacetag.tagger.service.marks import is_ours
from tests.tagger.service.conftest import Program

Run = Callable[..., Any]
Ran = Callable[[], list[str]]
STATE = "ActiveState=active\nSubState=running\nUnitFileState=enabled\nMainPID=42\nNRestarts=0"


@pytest.fixture
def unit(home: Path, program: Program, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the unit comes to lie; a stand-in for systemctl is there."""
    monkeypatch.setattr("sys.platform", "linux")
    program("systemctl", prints=STATE)
    return home / ".config/systemd/user/pacetag.service"


def test_installing_writes_the_unit_and_starts_it(
    pacetag: Run, unit: Path, library: Path, index_file: Path, ran: Ran
) -> None:
    done = pacetag("service", "install", library)

    assert done.exit_code == 0, done.output
    text = unit.read_text()
    assert is_ours(text)
    assert f'"{library}"' in text
    assert f'ReadWritePaths="-{index_file.parent}"' in text
    assert index_file.parent.is_dir()
    assert ran() == [
        "systemctl --user daemon-reload",
        "systemctl --user enable pacetag.service",
        "systemctl --user start pacetag.service",
    ]
    assert done.stdout.splitlines() == [
        f"{unit}: installed",
        "The watcher is running. `pacetag status` says what it does.",
        "It ends when you log out; `loginctl enable-linger` has it run from start-up on.",
    ]


def test_installing_again_leaves_a_running_watcher_alone(
    pacetag: Run, unit: Path, library: Path, ran: Ran
) -> None:
    pacetag("service", "install", library)
    before = unit.stat()
    ran()

    done = pacetag("service", "install", library)

    after = unit.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert not any("restart" in line or "reload" in line for line in ran())
    assert done.stdout.splitlines()[0] == f"{unit}: is as it should be"


def test_other_folders_change_the_unit_and_start_the_watcher_afresh(
    pacetag: Run, unit: Path, library: Path, tmp_path: Path, ran: Ran
) -> None:
    pacetag("service", "install", library)
    ran()

    done = pacetag("service", "install", library, tmp_path / "home")

    assert done.stdout.splitlines()[0] == f"{unit}: changed"
    assert ran()[-1] == "systemctl --user restart pacetag.service"


@pytest.mark.parametrize("made", ["by hand", "by hand afterwards", "as a link"])
@pytest.mark.parametrize("command", ["install", "uninstall"])
def test_a_unit_that_pacetag_did_not_write_stays(
    command: str, made: str, pacetag: Run, unit: Path, library: Path, ran: Ran
) -> None:
    if made == "by hand afterwards":
        pacetag("service", "install", library)
        unit.write_text(unit.read_text() + "# mine\n")
    else:
        unit.parent.mkdir(parents=True)
        unit.write_text("[Service]\nExecStart=/bin/true\n")
    if made == "as a link":
        unit.rename(unit.with_name("mine"))
        unit.symlink_to(unit.with_name("mine"))
    before = unit.read_bytes()
    ran()

    done = pacetag("service", command, *([library] if command == "install" else []))

    assert done.exit_code == 1
    assert "was left as it is" in done.stderr
    assert unit.read_bytes() == before
    assert ran() == []


@pytest.mark.parametrize("kind", ["systemd", "launchd", "windows"])
def test_printing_touches_nothing(
    kind: str, pacetag: Run, home: Path, library: Path, index_file: Path, ran: Ran
) -> None:
    done = pacetag("service", "install", "--print", "--for", kind, library)

    assert done.exit_code == 0, done.output
    assert is_ours(done.stdout)
    assert str(library) in done.stdout
    assert list(home.iterdir()) == []
    assert not index_file.parent.exists()
    assert ran() == []


def test_the_service_may_write_the_playlists_that_it_keeps_fresh(
    pacetag: Run, library: Path, index_file: Path, tmp_path: Path
) -> None:
    lists = tmp_path / "lists"
    index_file.parent.mkdir(parents=True)
    with SongIndex.open(index_file) as index:
        index.kept.keep(
            KeptPlaylist(
                target=f"{lists}/run.m3u8", folder="/", arguments=("--cadence=165",), hash="0"
            )
        )

    done = pacetag("service", "install", "--print", "--for", "systemd", library)

    lines = done.stdout.splitlines()
    assert any(line.startswith("ReadWritePaths=") and str(lists) in line for line in lines)


def test_uninstalling_removes_the_unit_and_nothing_else(
    pacetag: Run, unit: Path, library: Path, index_file: Path, ran: Ran
) -> None:
    pacetag("service", "install", library)
    other = unit.with_name("other.service")
    other.touch()
    ran()

    done = pacetag("service", "uninstall")

    assert done.exit_code == 0
    assert list(unit.parent.iterdir()) == [other]
    assert index_file.parent.is_dir()
    assert ran()[:2] == [
        "systemctl --user disable --now pacetag.service",
        "systemctl --user daemon-reload",
    ]
    assert pacetag("service", "uninstall").stdout == "The watcher is not installed.\n"


def test_what_the_manager_says_is_passed_on_with_a_remedy(
    pacetag: Run, unit: Path, library: Path, program: Program
) -> None:
    program("systemctl", complains="Failed to connect to bus: No medium found", code=1)

    done = pacetag("service", "install", library)

    assert done.exit_code == 1
    assert "failed: Failed to connect to bus: No medium found; a user's services" in done.stderr
    assert "loginctl enable-linger" in done.stderr


def test_a_system_without_a_manager_is_told_what_to_do(
    pacetag: Run, unit: Path, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")

    done = pacetag("service", "install", library)

    assert done.exit_code == 1
    assert "this system has no systemctl" in done.stderr


def test_the_status_holds_what_the_manager_knows(pacetag: Run, unit: Path, library: Path) -> None:
    before = pacetag("service", "status", "--json")
    pacetag("service", "install", library)
    after = pacetag("service", "status", "--json")

    assert (before.exit_code, after.exit_code) == (1, 0)
    assert json.loads(before.stdout)["installed"] is False
    found = json.loads(after.stdout)
    assert (found["installed"], found["changed"], found["running"]) == (True, False, True)
    assert found["manager"]["MainPID"] == "42"
    assert f"{unit}\nActiveState: active\n" in pacetag("service", "status").stdout


def test_it_is_started_and_stopped_only_where_it_is_installed(
    pacetag: Run, unit: Path, library: Path, ran: Ran
) -> None:
    assert pacetag("service", "start").exit_code == 1
    pacetag("service", "install", library)
    ran()

    assert pacetag("service", "start").exit_code == pacetag("service", "stop").exit_code == 0
    assert ran()[-1] == "systemctl --user stop pacetag.service"


@pytest.mark.usefixtures("home")
def test_the_logs_are_those_of_the_journal(program: Program, ran: Ran, pacetag: Run) -> None:
    program("journalctl")

    assert pacetag("service", "logs", "-n", "7").exit_code == 0
    assert ran() == [
        "journalctl --user --unit=pacetag.service --lines=7 --output=short-iso --no-pager"
    ]


def test_an_agent_of_launchd_is_taken_out_before_it_is_put_in(
    home: Path, program: Program, pacetag: Run, library: Path, ran: Ran
) -> None:
    program("launchctl")

    done = pacetag("service", "install", "--for", "launchd", library)

    assert done.exit_code == 0, done.output
    assert (home / "Library/LaunchAgents/org.pacetag.watch.plist").exists()
    assert [line.split()[1] for line in ran()] == ["bootout", "bootstrap", "kickstart"]


@pytest.mark.usefixtures("home")
def test_a_scheduled_task_is_made_from_a_file_that_windows_can_open(
    program: Program, pacetag: Run, library: Path, ran: Ran
) -> None:
    program("schtasks.exe")
    program("wslpath", prints=r"\\wsl.localhost\Debian\pacetag.task.xml")

    done = pacetag("service", "install", "--for", "windows", library)

    assert done.exit_code == 0, done.output
    assert ran()[1:] == [
        r"schtasks.exe /Create /F /TN pacetag /XML \\wsl.localhost\Debian\pacetag.task.xml",
        "schtasks.exe /Run /TN pacetag",
    ]


def test_without_folders_those_of_the_settings_are_watched(
    pacetag: Run, unit: Path, library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = pacetag("service", "install")
    config = tmp_path / "config.toml"
    config.write_text(f'[watch]\nroots = ["{library}", "/not/there/yet"]\n')
    monkeypatch.setenv("PACETAG_CONFIG", str(config))

    done = pacetag("service", "install")

    assert missing.exit_code == 2
    assert "write `roots` into [watch]" in missing.stderr
    assert done.exit_code == 0, done.output
    assert '"watch" "--wait"\n' in unit.read_text()
    assert 'ReadWritePaths="-/not/there/yet"' in unit.read_text()
