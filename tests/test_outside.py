"""No test sees a program or font that it does not name; missing ones are listed at the end."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.outside import packages

ROOT = Path(__file__).parent.parent
SUITE = """
import shutil, subprocess
from pathlib import Path
import pytest
from pacetag.model.training.sources.tools import SHARE
from tests.outside import needs

@pytest.fixture(scope="module")
@needs("flac")
def long_lived():
    return shutil.which("flac"), shutil.which("metaflac")

@pytest.mark.outside("flac", "TimGM6mb.sf2")
def test_named(long_lived):
    assert shutil.which("flac") and shutil.which("metaflac") is None
    assert [each.name for each in SHARE.rglob("*.sf2")] == ["TimGM6mb.sf2"]
    assert subprocess.run(["flac"]).returncode == 0

@pytest.mark.outside("metaflac")
def test_a_fixture_that_lives_on_sees_its_own_needs_only(long_lived):
    assert shutil.which("flac") and long_lived[0] and long_lived[1] is None

def test_not_named():
    assert shutil.which("flac") is None and not any(SHARE.rglob("*.sf2"))
    with pytest.raises(FileNotFoundError):
        subprocess.run(["flac"])

def test_round_about():
    subprocess.run([PLACE + "/flac"])
"""


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A machine with two programs and a font."""
    for name in ("usr/bin/flac", "usr/bin/metaflac", "usr/share/sounds/sf2/TimGM6mb.sf2"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("#!/bin/sh\n")
        path.chmod(0o755)
    return tmp_path / "usr"


def run_suite(machine: Path, *options: str, suite: str = SUITE) -> str:
    """Run the tests above as pytest runs those of the project, on that machine."""
    folder = machine.parent / "suite"
    folder.mkdir()
    (folder / "conftest.py").write_text((ROOT / "tests/conftest.py").read_text())
    (folder / "test_it.py").write_text(f"PLACE = {os.fspath(machine / 'bin')!r}\n{suite}")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-c", "pyproject.toml"]
    done = subprocess.run(
        [*command, os.fspath(folder), *options],
        cwd=ROOT,
        env={
            **os.environ,
            "PATH": f"{machine / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "PACETAG_SHARE": os.fspath(machine / "share"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


def test_a_test_sees_what_it_names_and_nothing_else(machine: Path) -> None:
    said = run_suite(machine)

    assert "1 failed, 3 passed" in said
    assert "FAILED" in said
    assert "flac is run, but not named as outside" in said


def test_missing_programs_are_reported_with_the_command_that_installs_them(machine: Path) -> None:
    (machine / "bin/metaflac").unlink()

    said = run_suite(machine, "-k", "named or lives")

    assert "2 passed, 1 skipped" in said
    assert said.endswith("Tests skipped: 1. They need metaflac.\nsudo apt-get install flac\n")


def test_on_a_bare_machine_all_that_names_something_is_skipped(machine: Path) -> None:
    said = run_suite(machine, "--bare")

    assert "1 failed, 1 passed, 2 skipped" in said  # what goes round PATH is found there, too
    assert said.endswith("sudo apt-get install flac timgm6mb-soundfont\n")


def test_a_name_that_the_table_lacks_is_an_error(machine: Path) -> None:
    said = run_suite(machine, suite='import pytest\n@pytest.mark.outside("x")\ndef test(): ...\n')

    assert "not in tests/outside.py: x" in said


def test_the_gate_installs_what_the_table_names() -> None:
    """By a Python that has nothing but its standard library."""
    command = [sys.executable, "-I", "-S", os.fspath(ROOT / "tests/outside.py")]

    done = subprocess.run(command, capture_output=True, text=True, check=True)

    assert done.stdout.split() == packages()
    assert "python3 tests/outside.py" in (ROOT / ".ci/run").read_text()
