"""A log's file in JSON, and what happens when it has grown large."""

import json
import logging
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pacetag.tagger.logs.files import LogForm
from pacetag.tagger.logs.handlers import start_log
from pacetag.tagger.logs.logger import info

MakeSong = Callable[..., Path]
Run = Callable[..., Any]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "pacetag.log"


@pytest.fixture
def begin(log: Path) -> Iterator[Callable[..., Callable[[], None]]]:
    """Start a log; it ends with the test."""
    ends: list[Callable[[], None]] = []

    def start(**form: Any) -> Callable[[], None]:
        end = start_log(verbose=False, file=log, spared=[], form=LogForm(**form))
        ends.append(end)
        return end

    yield start
    for end in ends[len(ends) - len(logging.getLogger("pacetag").handlers) :]:
        end()


def numbers(file: Path) -> list[int]:
    """The numbers of the lines "line N"."""
    return [int(found) for found in re.findall(r"line (\d+)\n", file.read_text())]


@pytest.mark.usefixtures("worker_threads")
def test_each_song_is_an_object_with_its_outcome(
    make_song: MakeSong, pacetag: Run, library: Path, log: Path
) -> None:
    song, bad = make_song("172.flac"), make_song("buggy.flac")

    pacetag("scan", "--jobs", "1", "--log-file", log, "--log-json", library)

    objects = [json.loads(line) for line in log.read_text().splitlines()]
    assert all({"time", "pacetag", "level", "area", "text"} <= each.keys() for each in objects)
    decided = {each["song"]: each for each in objects if each["area"] == "scan" and "song" in each}
    good = decided[str(song)]
    assert (good["level"], good["outcome"], good["paces"]) == ("info", "tagged", [172.0])
    assert (good["analysed"], good["written"]) == (True, True)
    assert decided[str(bad)]["reason"].startswith("judging broke off (ZeroDivisionError")
    assert any("Traceback (most recent call last):" in each.get("trace", []) for each in objects)


def test_a_log_of_either_form_is_gone_on_with(pacetag: Run, log: Path) -> None:
    pacetag("stats", "--log-file", log, "--log-json")
    pacetag("stats", "--log-file", log)
    done = pacetag("stats", "--log-file", log, "--log-json")

    assert done.exit_code == 1  # there is no index
    assert log.read_text().startswith('{"time": ')
    assert len(log.read_text().splitlines()) > 3


def test_json_may_be_set_and_turned_off_again(
    pacetag: Run, log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "config.toml"
    config.write_text(f'log-file = "{log}"\nlog-json = true\nlog-size = 0.001\nlog-count = 2\n')
    monkeypatch.setenv("PACETAG_CONFIG", str(config))

    pacetag("stats", "--no-log-json")
    assert not log.read_text().startswith("{")
    for _ in range(20):
        pacetag("stats")

    assert log.read_text().startswith("{")
    assert sorted(path.name for path in tmp_path.glob("pacetag.log*")) == [
        "pacetag.log",
        "pacetag.log.1",
        "pacetag.log.2",
    ]


def test_a_large_log_is_put_aside_and_the_oldest_dropped(
    begin: Callable[..., Any], log: Path
) -> None:
    begin(most=400, older=2)

    for number in range(30):
        info("test", f"line {number}")

    files = [log.with_name(f"{log.name}.{number}") for number in (2, 1)]
    kept = [number for file in (*files, log) for number in numbers(file)]
    assert kept == list(range(kept[0], 30))
    assert all(file.stat().st_size <= 400 for file in (*files, log))
    assert len(list(log.parent.glob("pacetag.log*"))) == 3


def test_without_older_ones_it_is_emptied(begin: Callable[..., Any], log: Path) -> None:
    begin(most=400, older=0)

    for number in range(30):
        info("test", f"line {number}")

    assert numbers(log)[-1] == 29
    assert log.stat().st_size <= 400
    assert list(log.parent.glob("pacetag.log*")) == [log]


@pytest.mark.parametrize("kind", ["text", "link", "folder"])
def test_a_foreign_file_in_the_way_stays_and_the_log_grows(
    kind: str, begin: Callable[..., Any], log: Path, tmp_path: Path
) -> None:
    other = log.with_name(f"{log.name}.1")
    if kind == "folder":
        other.mkdir()
    else:
        place = other if kind == "text" else tmp_path / "mine"
        place.write_text("my notes\n")
        if kind == "link":
            other.symlink_to(place)
    begin(most=400, older=2)

    for number in range(30):
        info("test", f"line {number}")

    assert numbers(log) == list(range(30))
    assert other.is_dir() if kind == "folder" else other.read_text() == "my notes\n"


def test_a_log_that_another_process_put_aside_is_followed(
    begin: Callable[..., Any], log: Path
) -> None:
    begin()
    info("test", "line 1")

    log.rename(log.with_name(f"{log.name}.1"))
    info("test", "line 2")

    assert numbers(log) == [2]
    assert numbers(log.with_name(f"{log.name}.1")) == [1]


def test_a_foreign_file_that_took_its_name_is_left_alone(
    begin: Callable[..., Any], log: Path
) -> None:
    begin()
    info("test", "line 1")
    moved = log.with_name("moved")
    os.rename(log, moved)  # noqa: PTH104
    log.write_text("my notes\n")

    info("test", "line 2")

    assert log.read_text() == "my notes\n"
    assert numbers(moved) == [1, 2]
