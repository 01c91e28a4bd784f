"""What `doctor` says of packages, extras, encodings, settings, targets and the watcher."""

import io
import json
import os
import sys
from collections.abc import Callable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pytest

from pacetag.tagger.config.table import SHARE_VARIABLE
from pacetag.tagger.doctor import configured, program
from pacetag.tagger.doctor.results import CheckResult, State
from pacetag.tagger.doctor.subject import Subject
from pacetag.tagger.service.installing import ServiceFacts
from pacetag.tagger.service.kinds import Kind


@pytest.fixture
def config(tmp_path: Path) -> Callable[[str], None]:
    """Write the file of settings."""

    def write(text: str) -> None:
        file = tmp_path / "config/pacetag/config.toml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    return write


def versions(monkeypatch: pytest.MonkeyPatch, known: Mapping[str, str | None]) -> None:
    """Have packages be of these versions, or not be there."""

    def told(name: str) -> str:
        if known.get(name, "") is None:
            raise PackageNotFoundError(name)
        return known.get(name) or version(name)

    monkeypatch.setattr(program, "version", told)


def test_the_packages_that_the_project_names_are_listed() -> None:
    (result,) = program.packages(Subject())

    assert result.state is State.OK
    assert f"numpy {version('numpy')}" in result.what
    assert "librosa" not in result.what


@pytest.mark.parametrize(
    ("there", "said"),
    [
        ({"av": None}, "av is not installed"),
        ({"numpy": "1.24.9"}, "numpy 1.24.9 does not suit: pacetag needs numpy>=1.26"),
        ({"typer": "0.29.1"}, "typer 0.29.1 does not suit"),
    ],
)
def test_a_package_that_is_not_there_or_does_not_suit_is_a_fault(
    there: dict[str, str | None], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions(monkeypatch, there)

    first, last = program.packages(Subject())

    assert (first.state, last.state) == (State.FAULT, State.OK)
    assert said in first.what
    assert (first.advice or "").startswith(f"{sys.executable} -m pip install ")


@pytest.mark.parametrize(
    ("there", "requirement", "suits"),
    [
        ("1.26", "numpy>=1.26", True),
        ("1.26.0rc1", "numpy>=1.26", True),
        ("1.9", "numpy>=1.26", False),
        ("0.28.9", "typer<0.29,>=0.15", True),
        ("0.29", "typer<0.29,>=0.15", False),
        ("5", "anything", True),
    ],
)
def test_versions_are_compared_as_numbers(there: str, requirement: str, suits: bool) -> None:
    assert program._suits(there, requirement) is suits


def test_an_extra_that_is_missing_says_what_it_adds(monkeypatch: pytest.MonkeyPatch) -> None:
    versions(monkeypatch, {"matplotlib": None})

    results = list(program.extras(Subject()))

    assert {each.state for each in results} == {State.OK}
    (plot,) = [each for each in results if "not installed: plot" in each.what]
    assert "`--plot`" in plot.what
    assert plot.advice == f"{sys.executable} -m pip install 'matplotlib>=3.8'"


def test_an_encoding_that_lacks_signs_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    narrow = io.TextIOWrapper(io.BytesIO(), encoding="latin-1")
    monkeypatch.setattr(sys, "stdout", narrow)

    (result,) = program.terminal(Subject())

    assert result.state is State.WARNING
    assert "latin-1" in result.what


@pytest.mark.parametrize(("system", "state"), [("darwin", State.WARNING), ("win32", State.FAULT)])
def test_systems_on_which_it_was_not_run_are_told_so(
    system: str, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", system)

    *_, result = program.program(Subject())

    assert result.state is state


def test_a_python_that_was_not_tried_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 99, 0))

    _, result, _ = program.program(Subject())

    assert (result.state, result.figure) == (State.WARNING, 99)


def test_settings_that_are_right_are_counted(
    config: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(SHARE_VARIABLE)
    config("jobs = 2\n[playlist]\ntolerance = '3%'\n")

    (result,) = configured.settings(Subject())

    assert (result.state, result.figure) == (State.OK, 3)  # PACETAG_INDEX is set as well


@pytest.mark.parametrize(
    ("text", "said", "advice"),
    [
        ("jbos = 2\n", "line 1: there is no setting `jbos`", "did you mean `jobs`?"),
        ("jobs = \n", "is not TOML", configured.OF_FILE),
        ("jobs = 0\n", "`jobs` must be a whole number", configured.OF_FILE),
    ],
)
def test_each_fault_of_the_settings_is_told(
    text: str, said: str, advice: str, config: Callable[[str], None]
) -> None:
    config(text)

    (result,) = configured.settings(Subject())

    assert (result.state, result.advice) == (State.FAULT, advice)
    assert said in result.what


def test_targets_that_are_not_there_are_warnings_and_wrong_ones_faults(
    config: Callable[[str], None], tmp_path: Path
) -> None:
    (tmp_path / "there").mkdir()
    config(
        f"[target.watch]\npath = '{tmp_path}/unplugged'\n"
        f"[target.card]\npath = '{tmp_path}/there'\n"
        "[target.phone]\nformat = 'opus'\n"
    )

    watch, card, phone = configured.targets(Subject())

    assert (watch.state, card.state, phone.state) == (State.WARNING, State.OK, State.FAULT)
    assert watch.what == f"{tmp_path}/unplugged: there is no such folder, so nothing is copied"
    assert (watch.advice or "").startswith("connect the player of target `watch`")
    assert phone.what == "[target.phone]: there is no path"
    assert phone.advice == 'write path = "/media/me/WATCH/Music"'


def watcher(index: Path, **told: Any) -> None:
    folder = index.parent / "watchers"
    folder.mkdir(parents=True)
    (folder / "1.json").write_text(json.dumps({"pid": 1, "version": "0.0.1", **told}))


def test_a_watcher_that_was_killed_is_a_warning(index_file: Path) -> None:
    watcher(index_file)

    *_, result = configured.service(Subject())

    assert (result.state, "was killed" in result.what) == (State.WARNING, True)


def test_a_watcher_of_another_version_is_a_warning(index_file: Path) -> None:
    import fcntl

    watcher(index_file, doing="sweeping")
    lock = os.open(index_file.parent / "watchers/1.lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(lock, fcntl.LOCK_EX)

    *_, result = configured.service(Subject())

    os.close(lock)
    assert result.what == "the watcher (process 1, pacetag 0.0.1) is not of this version"


def _facts(**known: Any) -> ServiceFacts:
    base: dict[str, Any] = {"installed": True, "changed": False, "running": True, "told": ()}
    return ServiceFacts(kind=Kind.SYSTEMD, file=Path("/x.service"), **{**base, **known})


@pytest.mark.parametrize(
    ("known", "states"),
    [
        ({"installed": False}, [State.OK]),
        ({}, [State.OK]),
        ({"running": False}, [State.WARNING]),
        ({"refusal": "systemctl: failed; log in"}, [State.WARNING]),
        ({"changed": True}, [State.OK, State.WARNING]),
    ],
)
def test_the_service_is_told_as_the_system_knows_it(
    known: dict[str, Any], states: list[State], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(configured, "facts", lambda _: _facts(**known))

    results: list[CheckResult] = list(configured.service(Subject()))

    assert [each.state for each in results] == states
    assert all(each.advice for each in results if each.state is not State.OK)
