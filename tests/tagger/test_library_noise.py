"""Messages that libraries print go to the log and never to the screen."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

MakeSong = Callable[..., Path]
Start = Callable[..., Any]

SAID = ("[libmpg123] error: a frame is odd", "something is old", "numba: no place for a cache")
COMMANDS = [
    ("scan", "SONG", "--jobs", "1"),
    ("scan", "SONG", "--jobs", "1", "--dry-run"),
    ("show", "SONG"),
    ("evaluate", "SET", "--jobs", "1"),
]


@pytest.fixture
def words(make_song: MakeSong, tmp_path: Path) -> dict[str, str]:
    """A song whose decoder complains, and a set with it."""
    song = make_song("172 noisy.mp3")
    table = tmp_path / "set.csv"
    table.write_text(f"file,paces\n{song},172\n")
    return {"SONG": str(song), "SET": str(table)}


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_nothing_of_it_is_shown(
    command: tuple[str, ...], words: dict[str, str], pacetag_process: Start
) -> None:
    process = pacetag_process(*(words.get(word, word) for word in command))
    _, complaints = process.communicate(timeout=120)

    assert (process.returncode, complaints) == (0, "")


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_all_of_it_is_in_the_log(
    command: tuple[str, ...], words: dict[str, str], pacetag_process: Start, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    process = pacetag_process(*(words.get(word, word) for word in command), "--log-file", log)
    process.communicate(timeout=120)

    text = log.read_text()
    for sentence in SAID:
        assert sentence in text


def test_a_set_heard_by_several_processes_is_as_quiet(
    words: dict[str, str], make_song: MakeSong, pacetag_process: Start
) -> None:
    second = make_song("120 noisy.mp3")
    with Path(words["SET"]).open("a") as table:
        table.write(f"{second},120\n")
    process = pacetag_process("evaluate", words["SET"], "--jobs", "2")
    _, complaints = process.communicate(timeout=120)

    assert (process.returncode, complaints) == (0, "")


FLOOD = """
import os, sys
from pacetag.model.stderr import native_noise
lines = []
with native_noise(lines.append):
    for number in range(100_000):
        try:
            os.write(2, b"line %d\\n" % number)
        except BlockingIOError:
            pass
sys.stderr.write(f"{len(lines)} {lines[0]}")
"""


def test_a_flood_of_complaints_neither_blocks_nor_fills_the_log() -> None:
    done = subprocess.run(
        [sys.executable, "-c", FLOOD], capture_output=True, text=True, timeout=60, check=True
    )

    assert done.stderr == "20 line 0"


THREADS = """
import os, threading, time
from pacetag.model.stderr import native_noise
def listen(number):
    for _ in range(200):
        with native_noise(lambda line: None):
            os.write(2, b"noise\\n")
            time.sleep(0.0005 * number)
threads = [threading.Thread(target=listen, args=(number,)) for number in range(3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
os.write(2, b"at the end\\n")
"""


def test_threads_that_listen_at_once_leave_standard_error_as_it_was() -> None:
    done = subprocess.run(
        [sys.executable, "-c", THREADS], capture_output=True, text=True, timeout=60, check=True
    )

    assert done.stderr.endswith("at the end\n")
