"""Where the index lies."""

from pathlib import Path

import pytest

from pacetag.tagger.settings import default_jobs, index_path


def test_the_option_beats_the_variable_which_beats_the_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PACETAG_INDEX", str(tmp_path / "variable.sqlite3"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))

    assert index_path(tmp_path / "option.sqlite3") == tmp_path / "option.sqlite3"
    assert index_path() == tmp_path / "variable.sqlite3"
    monkeypatch.delenv("PACETAG_INDEX")
    assert index_path().parts[-2:] == ("pacetag", "index.sqlite3")


def test_relative_and_home_paths_become_absolute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))

    assert index_path(Path("i.sqlite3")) == tmp_path / "i.sqlite3"
    assert index_path(Path("~/i.sqlite3")) == tmp_path / "home" / "i.sqlite3"


def test_there_is_at_least_one_worker() -> None:
    assert default_jobs() >= 1
