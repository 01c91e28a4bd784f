"""`--nice`: the whole family of processes lets others go first."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

MakeSong = Callable[..., Path]
Start = Callable[..., subprocess.Popen[str]]


def _family(parent: int) -> set[int]:
    """A process with all that it started, in any of its threads."""
    children = Path(f"/proc/{parent}/task").glob("*/children")
    return {parent} | {int(pid) for file in children for pid in file.read_text().split()}


def _priority(pid: int) -> tuple[int, int, str]:
    """How nice a process is, its scheduling policy, and the class of its access to disks."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    disks = subprocess.run(["ionice", "-p", str(pid)], capture_output=True, text=True, check=True)
    return int(fields[16]), int(fields[38]), disks.stdout.strip()


def _judging(process: subprocess.Popen[str], log: Path) -> set[int]:
    while not log.exists():
        assert process.poll() is None
        time.sleep(0.02)
    return _family(process.pid)


@pytest.mark.parametrize("command", ["scan", "watch"])
def test_nice_puts_every_process_behind_all_others(
    command: str, make_song: MakeSong, pacetag_process: Start, library: Path, tmp_path: Path
) -> None:
    make_song("endless.mp3")
    process = pacetag_process(command, library, "--jobs", "1", "--nice")

    family = _judging(process, tmp_path / "judged")

    assert len(family) >= 2
    assert {_priority(pid) for pid in family} == {(19, os.SCHED_IDLE, "idle")}
    os.killpg(process.pid, signal.SIGKILL)


def test_without_it_they_are_as_important_as_others(
    make_song: MakeSong, pacetag_process: Start, library: Path, tmp_path: Path
) -> None:
    make_song("endless.mp3")
    process = pacetag_process("scan", library, "--jobs", "1")

    family = _judging(process, tmp_path / "judged")

    assert len(family) >= 2
    assert {_priority(pid) for pid in family} == {_priority(os.getpid())}
    os.killpg(process.pid, signal.SIGKILL)
