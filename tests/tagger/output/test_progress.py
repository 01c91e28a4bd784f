"""The progress bar, on a real terminal."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from rich.progress import Progress, TaskID

from pacetag.tagger.output import progress
from pacetag.tagger.scanning.outcomes import Outcome, SongOutcome
from tests.tagger.terminals import appeared

SAMPLES = Path(__file__).parents[3] / "sample_audio"


def on_a_terminal(*arguments: str) -> tuple[int, str]:
    """Run pacetag on a pseudo-terminal; its exit code and all that appeared there."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "pacetag.tagger.cli", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "120"},
    ) as process:
        os.close(theirs)
        text = appeared(ours)
    return process.returncode, text


def test_a_terminal_shows_a_bar_with_rate_and_count_and_then_the_summary(tmp_path: Path) -> None:
    fake = tmp_path / "music" / "not music.mp3"
    fake.parent.mkdir()
    fake.write_text("words " * 1_000)

    code, seen = on_a_terminal(
        "scan", str(fake.parent), str(SAMPLES / "10-fog.opus"), "--dry-run",
        "--index", str(tmp_path / "index.sqlite3"),
    )  # fmt: skip

    assert code == 1
    assert "songs/s" in seen
    assert "2/2" in seen
    assert "not music.mp3: cannot decode audio" in seen
    assert "1 failed" in seen


def test_songs_that_pass_by_fast_move_the_bar_now_and_then_and_to_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn: list[int] = []
    update = Progress.update

    def noted(bar: Progress, task: TaskID, *, completed: int, description: str) -> None:
        drawn.append(completed)
        update(bar, task, completed=completed, description=description)

    monkeypatch.setattr(Progress, "update", noted)
    monkeypatch.setattr(progress, "REDRAWN", 3_600.0)
    reporter = progress.LiveReporter(1_000)
    with reporter:
        for number in range(1_000):
            heard = number == 500
            reporter.song(SongOutcome(path="/a", outcome=Outcome.UNCHANGED, analysed=heard))

    assert drawn == [1, 501, 1_000]
