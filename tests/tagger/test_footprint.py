"""How many threads and how much memory the command and its workers take."""

import multiprocessing
import re
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pacetag.model.bundle import DEFAULT_NAME
from pacetag.model.judgement import Analysis
from pacetag.tagger.cancellation import signals_held
from pacetag.tagger.workers.judging import JudgeRef
from pacetag.tagger.workers.process import WorkerProcess

MakeSong = Callable[..., Path]
Start = Callable[..., subprocess.Popen[str]]

MOST_OF_WORKER = 250_000  # kB
MOST_OF_COMMAND = 80_000  # kB


def status(pid: int) -> dict[str, int]:
    """What the system says of a process: threads, and kB of memory, VmHWM at its highest."""
    text = Path(f"/proc/{pid}/status").read_text()
    return {name: int(value) for name, value in re.findall(r"^(\w+):\s+(\d+)", text, re.MULTILINE)}


@pytest.mark.parametrize("suffix", [".mp3", ".m4a", ".flac", ".opus", ".ogg"])
def test_a_worker_hears_on_one_thread_and_in_little_memory(suffix: str, root: Path) -> None:
    song = next((root / "sample_audio").glob(f"*{suffix}"))
    with signals_held():
        ref = JudgeRef(bundle=DEFAULT_NAME, factory="pacetag.model.judge:Judge")
        worker = WorkerProcess[Path](ref)
    (process,) = multiprocessing.active_children()
    assert process.pid is not None
    try:
        assert worker.pipe.recv() is None
        worker.judge(song, limit=60)
        threads = set[int]()
        while not worker.pipe.poll(0.001):
            threads.add(status(process.pid)["Threads"])
        assert isinstance(worker.pipe.recv().result, Analysis)

        assert threads == {2}  # the other one sleeps until the parent ends
        assert status(process.pid)["VmHWM"] < MOST_OF_WORKER
    finally:
        worker.kill()


def test_the_command_takes_little_memory(
    make_song: MakeSong, pacetag_process: Start, library: Path, tmp_path: Path
) -> None:
    for number in range(100, 120):
        make_song(f"{number}.mp3")
    make_song("endless.mp3")
    process = pacetag_process("scan", library, "--jobs", "2")
    log = tmp_path / "judged"
    while not log.exists() or len(log.read_text().splitlines()) < 21:
        assert process.poll() is None
        time.sleep(0.02)

    assert status(process.pid)["VmHWM"] < MOST_OF_COMMAND
