"""Commands with a user's network that crashes its process while it is loaded."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pacetag.tagger.workers import pool
from pacetag.tagger.workers.judging import JudgeRef

Run = Callable[..., Any]


@pytest.fixture
def deadly(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ref = JudgeRef(bundle="own-1", factory="fake_judge:die", folder=tmp_path)
    monkeypatch.setattr(pool, "shipped_judge", lambda: ref)


SAID = "pacetag: no process to judge songs could be started: exit code 7"


@pytest.mark.usefixtures("deadly")
@pytest.mark.parametrize("options", [[], ["--evidence", "90", "120"]], ids=str)
def test_show_outlives_a_network_that_ends_its_process(
    options: list[str], pacetag: Run, make_song: Callable[..., Path], tmp_path: Path
) -> None:
    done = pacetag("show", make_song("172.flac"), *options)

    assert done.exit_code == 1
    assert done.stderr == f"{SAID}; the network in {tmp_path} is damaged\n"


@pytest.mark.usefixtures("deadly")
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_evaluate_outlives_it_too(
    jobs: str, pacetag: Run, make_song: Callable[..., Path], tmp_path: Path
) -> None:
    table = tmp_path / "set.csv"
    table.write_text(f"file,paces\n{make_song('172.flac')},172\n{make_song('86.flac')},86\n")

    done = pacetag("evaluate", table, "--jobs", jobs)

    assert done.exit_code == 1
    assert done.stderr.startswith(SAID)
    assert done.stderr.count("\n") == 1


def test_the_reason_why_it_cannot_be_loaded_is_reported(
    pacetag: Run,
    make_song: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    ref = JudgeRef(bundle="own-1", factory="fake_judge:load_nothing", folder=tmp_path)
    monkeypatch.setattr(pool, "shipped_judge", lambda: ref)

    done = pacetag("show", make_song("172.flac"))

    assert (done.exit_code, done.stderr) == (
        1,
        "pacetag: bundle.json: missing; reinstall pacetag\n",
    )
