"""The live bar, on a real (pseudo) terminal, and the words around it."""

import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pacetag.tagger.wording import clock, histogram_lines, printable, songs

FAKES = Path(__file__).parent / "fakes"


def test_on_a_terminal_a_bar_shows_rate_and_time_left_and_failures_pass_above_it(
    make_song: Callable[..., Path], library: Path
) -> None:
    for number in range(100, 104):
        make_song(f"slow {number}.mp3")
    make_song("[red]broken[bold].mp3")
    terminal, other_end = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, FAKES / "pacetag_with_fake_judge.py", "scan", library, "--jobs", "1"],
        stdout=subprocess.PIPE,
        stderr=other_end,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "300"},
        text=True,
    )
    os.close(other_end)
    shown = _read_all(terminal)
    output, _ = process.communicate(timeout=30)

    plain = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown)
    assert re.search(r"[1-9]/5 ", plain)
    assert re.search(r"\d\.\d songs/s", plain)
    assert re.search(r"0:00:0\d", plain)
    assert f"{library}/[red]broken[bold].mp3: cannot decode audio: it is not audio" in plain
    assert "\x1b" not in output
    assert "4 tagged, 0 unchanged, 0 skipped, 1 failed" in output
    assert process.returncode == 1


def _read_all(terminal: int) -> str:
    chunks = []
    try:
        while chunk := os.read(terminal, 65_536):
            chunks.append(chunk)
    except OSError:  # how Linux says that the other end is closed
        pass
    os.close(terminal)
    return b"".join(chunks).decode()


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, "0:00"), (59.6, "1:00"), (185, "3:05"), (3765, "1:02:45")]
)
def test_durations_read_like_a_clock(seconds: float, said: str) -> None:
    assert clock(seconds) == said


def test_names_cannot_steer_the_terminal() -> None:
    assert printable("a\x1b[31m\nb\udce9é") == "a\ufffd[31m\ufffdb\ufffdé"


def test_one_song_and_many() -> None:
    assert [songs(1), songs(0), songs(12_345)] == ["1 song", "0 songs", "12\u00a0345 songs"]


def test_the_histogram_has_a_bar_for_each_bin_between_the_first_and_the_last() -> None:
    assert histogram_lines(((70, 0), (80, 1), (100, 1000), (110, 0)), width=10) == [
        " 80-89   # 1",
        " 90-99   0",
        "100-109  ########## 1000",
    ]
    assert histogram_lines(((70, 0),)) == []


def test_the_command_answers_any_argument(pacetag: Callable[..., Any]) -> None:
    assert pacetag("--version").stdout.startswith("pacetag ")
    assert pacetag("nonsense").exit_code == 2
    assert pacetag("scan").exit_code == 2
    assert pacetag("scan", ".", "--jobs", "0").exit_code == 2
    assert pacetag("scan", ".", "--bpm", "always").exit_code == 2
