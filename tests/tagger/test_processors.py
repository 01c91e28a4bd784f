"""How many processors there are to use."""

import os
from pathlib import Path

import pytest

from pacetag.tagger import processors
from pacetag.tagger.processors import usable_processors
from pacetag.tagger.settings import default_jobs


@pytest.fixture
def groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Control groups of which this process is in the innermost, on a machine with 8 processors."""
    folder = tmp_path / "cgroup"
    (folder / "user" / "session").mkdir(parents=True)
    membership = tmp_path / "membership"
    membership.write_text("4:memory:/elsewhere\n0::/user/session\n")
    monkeypatch.setattr(processors, "CGROUPS", folder)
    monkeypatch.setattr(processors, "MEMBERSHIP", membership)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    return folder


def test_without_a_quota_all_processors_are_used(groups: Path) -> None:
    (groups / "user" / "cpu.max").write_text("max 100000\n")

    assert usable_processors() == default_jobs() == 8


@pytest.mark.parametrize(
    ("quota", "count"),
    [("300000 100000", 3), ("150000 100000", 2), ("5000 100000", 1), ("1600000 100000", 8)],
)
def test_a_quota_is_kept_and_parts_of_a_processor_round_up(
    quota: str, count: int, groups: Path
) -> None:
    (groups / "user" / "session" / "cpu.max").write_text(f"{quota}\n")

    assert usable_processors() == count


def test_the_narrowest_of_all_groups_around_counts(groups: Path) -> None:
    (groups / "cpu.max").write_text("600000 100000\n")
    (groups / "user" / "cpu.max").write_text("200000 100000\n")
    (groups / "user" / "session" / "cpu.max").write_text("400000 100000\n")

    assert usable_processors() == 2


def test_what_cannot_be_read_or_understood_counts_for_nothing(
    groups: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (groups / "user" / "cpu.max").write_text("what is this\n")
    assert usable_processors() == 8

    monkeypatch.setattr(processors, "MEMBERSHIP", groups / "nowhere")
    assert usable_processors() == 8


def test_where_nobody_tells_the_affinity_the_machine_counts(
    groups: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: None)

    assert usable_processors() == 1
