"""The files that services are installed by: any name is quoted as each system reads it."""

import plistlib
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from pacetag.tagger.service import launchd, scheduled, systemd
from pacetag.tagger.service.marks import is_ours, marked
from pacetag.tagger.service.values import PROGRAM, Service, ServiceError, watching

NASTY = 'Mu sic %h $HOME ${x} \'a"b""c\' é – -x ;#'
SPACE = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"


def service_for(*roots: Path, **more: Any) -> Service:
    options: dict[str, Any] = {"typed": True, "index_typed": False, "jobs": 2}
    return watching(roots, index=Path("/data/index"), **(options | more))


@pytest.fixture
def nasty(tmp_path: Path) -> Path:
    folder = tmp_path / NASTY
    folder.mkdir()
    return folder


@pytest.mark.outside("systemd-analyze")
@pytest.mark.usefixtures("home")
def test_systemd_takes_the_unit_without_a_word(
    nasty: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PACETAG_CONFIG", str(nasty / "config.toml"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    unit = tmp_path / systemd.UNIT
    unit.write_text(marked(systemd.text(service_for(nasty, Path("/music/-x"), jobs=1))))

    done = subprocess.run(
        ["systemd-analyze", "--user", "verify", unit], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_unit_names_folders_as_systemd_reads_them(tmp_path: Path) -> None:
    """Compared with what `systemd --user --test` 252 made of such a unit."""
    text = systemd.text(service_for(Path("/mu sic/50% $x \"y\" 'z'")))

    assert 'watch" "--wait" "--" "/mu sic/50%% $$x \\"y\\" \'z\'"\n' in text
    folders = next(line for line in text.splitlines() if line.startswith("ReadWritePaths="))
    assert shlex.split(folders.partition("=")[2]) == ["-/mu sic/50%% $x \"y\" 'z'"]


def test_a_unit_may_write_the_folders_of_music_index_and_log_and_no_other() -> None:
    text = systemd.text(service_for(Path("/a"), Path("/a/b"), more=[Path("/log")]))

    lines = text.splitlines()
    assert [line for line in lines if line.startswith("ReadWritePaths=")] == [
        f'ReadWritePaths="-{folder}"' for folder in ("/a", "/data", "/log")
    ]
    expected = (
        "Type=notify",
        "PrivateUsers=yes",
        "ProtectSystem=strict",
        "NoNewPrivileges=yes",
        "Nice=19",
    )
    for line in (*expected, "IOSchedulingClass=idle", "PrivateTmp=yes", "MemoryMax=1536M"):
        assert line in lines


def test_a_unit_may_be_left_unconfined() -> None:
    text = systemd.text(service_for(Path("/a"), confined=False))

    assert "ProtectSystem" not in text
    assert "ReadWritePaths" not in text
    assert "NoNewPrivileges=yes" in text


def test_launchd_gets_every_argument_as_it_is(nasty: Path, tmp_path: Path) -> None:
    agent = plistlib.loads(launchd.text(service_for(nasty), tmp_path / "log").encode())

    assert agent["ProgramArguments"] == [*PROGRAM, "watch", "--wait", "--", str(nasty)]
    assert agent["KeepAlive"] == {"SuccessfulExit": False}
    assert agent["ProcessType"] == "Background"


def test_a_task_starts_the_watcher_in_the_linux_under_windows() -> None:
    folder = Path("/mu sic/a \"b\" & <c> 'é'")

    text = scheduled.text(service_for(folder), distribution="Debian")

    root = ElementTree.fromstring(text.encode("utf-16"))
    assert root.findtext(f".//{SPACE}Command") == "wsl.exe"
    arguments = root.findtext(f".//{SPACE}Arguments") or ""
    assert arguments.startswith("--distribution Debian --exec ")
    assert arguments.endswith(r""" watch --wait -- "/mu sic/a \"b\" & <c> 'é'" """.rstrip())


@pytest.mark.parametrize(
    ("render", "name"),
    [
        (systemd.text, "a\nb"),
        (systemd.text, "a\\b"),
        (systemd.text, "a\udcff"),
        (lambda service: launchd.text(service, Path("/log")), "a\tb"),
        (lambda service: scheduled.text(service, distribution=None), "%TEMP%"),
    ],
)
def test_a_name_that_a_system_cannot_have_is_refused(
    render: Callable[[Service], str], name: str
) -> None:
    with pytest.raises(ServiceError, match="cannot hold such a name"):
        render(service_for(Path("/music") / name))


def test_variables_that_name_files_are_kept_as_absolute_paths(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PACETAG_CONFIG", "my.toml")
    monkeypatch.setenv("PACETAG_BPM", "if-missing")

    found = service_for(tmp_path).environment

    assert found["PACETAG_CONFIG"] == str(tmp_path / "my.toml")
    assert found["PACETAG_BPM"] == "if-missing"


def test_roots_and_index_of_the_settings_are_left_to_them() -> None:
    plain = service_for(Path("/a"), typed=False)
    named = service_for(Path("/a"), typed=False, index_typed=True)

    assert plain.command == (*PROGRAM, "watch", "--wait")
    assert named.command == (*PROGRAM, "watch", "--wait", "--index", "/data/index")
    assert plain.writable == (Path("/a"), Path("/data"))


def test_a_mark_tells_what_pacetag_wrote_from_what_was_changed_since() -> None:
    text = marked(systemd.text(service_for(Path("/a"))))

    assert is_ours(text)
    assert not is_ours(text.replace("Nice=19", "Nice=18"))
    assert not is_ours("[Unit]\n")
    assert is_ours(marked(launchd.text(service_for(Path("/a")), Path("/log"))))
    assert is_ours(marked(scheduled.text(service_for(Path("/a")), distribution=None)))
