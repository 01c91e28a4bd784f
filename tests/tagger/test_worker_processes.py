"""One worker process: its answer about a song, and how its death is reported."""

import signal
from pathlib import Path
from typing import Any

import pytest

from pacetag.tagger.workers.judging import AnalysisError, hear
from pacetag.tagger.workers.process import cause_of_death


def test_a_judge_that_raises_an_unexpected_error_spoils_one_song_only() -> None:
    class Judge:
        def file(self, path: object) -> Any:
            raise OSError(5, "Input/output error")

    assert hear(Judge(), Path("a.mp3")).result == AnalysisError(
        reason="cannot be read: Input/output error", system_fault=True
    )


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (-signal.SIGKILL, "was killed, perhaps for lack of memory"),
        (-signal.SIGSEGV, "died (SIGSEGV), which a damaged file"),
        (-signal.SIGABRT, "died (SIGABRT), which a damaged file"),
        (-40, "died (signal 40), which a damaged file"),
        (3, "died (exit code 3), which a damaged file"),
        (None, "died (for an unknown reason), which a damaged file"),
    ],
)
def test_the_end_of_a_worker_is_reported_in_words(code: int | None, words: str) -> None:
    assert cause_of_death(code).startswith(f"the process that judged it {words}")
