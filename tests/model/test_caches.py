"""Libraries get other cache folders where their usual ones cannot be written."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from pacetag.model import caches
from pacetag.model.caches import use_writable_caches

VARIABLES = ("NUMBA_CACHE_DIR", "MPLCONFIGDIR", "KERAS_HOME")


@pytest.fixture(autouse=True)
def usual(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home that is a file, as good as none, and librosa in a folder that may not be written."""
    for variable in (*VARIABLES, "XDG_CACHE_HOME"):
        monkeypatch.setenv(variable, "")
    home = tmp_path / "home"
    home.touch()
    monkeypatch.setenv("HOME", str(home))
    spec = SimpleNamespace(submodule_search_locations=[str(home / "librosa")])
    monkeypatch.setattr(caches, "find_spec", lambda _: spec)
    monkeypatch.setattr(caches, "_MADE", [])
    monkeypatch.setattr("atexit.register", lambda *_, **__: None)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


def named() -> dict[str, str]:
    use_writable_caches()
    return {variable: os.environ[variable] for variable in VARIABLES}


def test_without_a_home_there_is_a_private_temporary_folder(tmp_path: Path) -> None:
    found = named()

    (folder,) = tmp_path.glob("pacetag-caches-*")
    assert folder.stat().st_mode & 0o777 == 0o700
    assert all(Path(place).parent == folder for place in found.values())
    assert named() == found  # and a second time it is kept


def test_a_home_that_can_be_written_is_left_to_the_libraries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "new" / "home"))

    assert set(named().values()) == {""}


def test_what_the_user_says_is_kept_if_it_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "mine"))
    monkeypatch.setenv("MPLCONFIGDIR", str(tmp_path / "home" / "never"))

    found = named()

    assert found["NUMBA_CACHE_DIR"] == str(tmp_path / "mine")
    assert "pacetag-caches-" in found["MPLCONFIGDIR"]


def test_numba_may_keep_things_beside_the_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = SimpleNamespace(submodule_search_locations=[str(tmp_path)])
    monkeypatch.setattr(caches, "find_spec", lambda _: spec)

    assert named()["NUMBA_CACHE_DIR"] == ""


@pytest.mark.parametrize("cause", ["read-only", "full"])
def test_a_home_of_others_or_on_a_full_disk_is_as_good_as_none(
    cause: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "of others"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    if cause == "full":
        none = SimpleNamespace(free=3 * 4096)
        monkeypatch.setattr(shutil, "disk_usage", lambda _: none)
    else:
        monkeypatch.setattr(os, "access", lambda *_: False)

    assert all("pacetag-caches-" in place for place in named().values())


PROBE = """
import os, sys
from pathlib import Path
from pacetag.tagger.evaluating.judges import JudgeName
from pacetag.tagger.evaluating.run import judge_ref_of
from pacetag.tagger.plots.image_files import check_kind
{use}
print(os.environ["MPLCONFIGDIR"], os.path.isdir(os.path.dirname(os.environ["MPLCONFIGDIR"])))
"""


@pytest.mark.parametrize("use", ["check_kind(Path('plot.png'))", "judge_ref_of(JudgeName.FOLD)"])
def test_what_uses_an_extra_has_the_folder_until_it_ends(use: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROBE.format(use=use)],
        env={**os.environ, "HOME": str(tmp_path / "home"), "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    place, there = done.stdout.splitlines()[-1].split()
    assert there == "True"
    assert not Path(place).parent.exists()


def test_a_command_of_a_plain_install_makes_no_folder(tmp_path: Path) -> None:
    probe = (
        "import os, sys\n"
        "from pacetag.tagger.cli import app\n"
        "try: app(['undo', '--all', '--index', sys.argv[1]])\n"
        "finally: print(os.environ['NUMBA_CACHE_DIR'] or 'as it was')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe, tmp_path / "index.db"],
        env={**os.environ, "HOME": str(tmp_path / "home"), "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "as it was"
