"""The place of the index, and the number of worker processes."""

import os
from pathlib import Path

import pytest

from pacetag.tagger import settings
from pacetag.tagger.errors import UsageError
from pacetag.tagger.index.lock import index_lock
from pacetag.tagger.settings import default_jobs, index_path, usual_indexes
from pacetag.tagger.tags.safety.disk import hold


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


def test_links_are_followed_whichever_way_the_index_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, link = tmp_path / "real" / "songs.db", tmp_path / "link.db"
    real.parent.mkdir()
    link.symlink_to(real)
    monkeypatch.setenv("PACETAG_INDEX", str(link))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    (tmp_path / "share").symlink_to(tmp_path / "elsewhere")

    assert index_path() == index_path(link) == real
    monkeypatch.delenv("PACETAG_INDEX")
    assert index_path() == tmp_path / "elsewhere" / "pacetag" / "index.sqlite3"


def test_turns_of_a_link_exclude_those_of_the_real_name(tmp_path: Path) -> None:
    real, link = tmp_path / "real" / "songs.db", tmp_path / "link.db"
    real.parent.mkdir()
    link.symlink_to(real)
    folder = os.open(real.parent, os.O_RDONLY)

    with index_lock(index_path(link)):
        assert not hold(folder)
    assert hold(folder)
    os.close(folder)


def test_where_there_is_no_home_an_option_or_the_variable_must_name_the_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PACETAG_INDEX", "XDG_DATA_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("os.path.expanduser", lambda path: path)

    with pytest.raises(UsageError, match="no home folder to keep an index in; name a file with"):
        index_path()
    assert usual_indexes() == []
    assert index_path(tmp_path / "songs.db") == tmp_path / "songs.db"


@pytest.fixture
def groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nested control groups with this process in the innermost, on a machine with 8 processors."""
    folder = tmp_path / "cgroup"
    (folder / "user" / "session").mkdir(parents=True)
    membership = tmp_path / "membership"
    membership.write_text("4:memory:/elsewhere\n0::/user/session\n")
    monkeypatch.setattr(settings, "CGROUPS", folder)
    monkeypatch.setattr(settings, "MEMBERSHIP", membership)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    return folder


def test_without_a_quota_all_processors_are_used(groups: Path) -> None:
    (groups / "user" / "cpu.max").write_text("max 100000\n")

    assert default_jobs() == 8


@pytest.mark.parametrize(
    ("quota", "count"),
    [("300000 100000", 3), ("150000 100000", 2), ("5000 100000", 1), ("1600000 100000", 8)],
)
def test_a_quota_is_kept_and_parts_of_a_processor_round_up(
    quota: str, count: int, groups: Path
) -> None:
    (groups / "user" / "session" / "cpu.max").write_text(f"{quota}\n")

    assert default_jobs() == count


def test_the_narrowest_of_all_groups_around_counts(groups: Path) -> None:
    (groups / "cpu.max").write_text("600000 100000\n")
    (groups / "user" / "cpu.max").write_text("200000 100000\n")
    (groups / "user" / "session" / "cpu.max").write_text("400000 100000\n")

    assert default_jobs() == 2


def test_what_cannot_be_read_or_understood_counts_for_nothing(
    groups: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (groups / "user" / "cpu.max").write_text("what is this\n")
    assert default_jobs() == 8

    monkeypatch.setattr(settings, "MEMBERSHIP", groups / "nowhere")
    assert default_jobs() == 8


def test_without_an_affinity_the_processors_of_the_machine_count(
    groups: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: None)

    assert default_jobs() == 1
