"""Start a network of the user's own in another process first: a hostile file can end it."""

import os
from typing import Any

from pacetag.model.bundle import FOLDER_VARIABLE
from pacetag.tagger.cancellation import signals_held
from pacetag.tagger.errors import JudgeLoadError
from pacetag.tagger.workers.judging import JudgeRef
from pacetag.tagger.workers.process import WorkerProcess, end_in_words

PATIENCE = 300.0  # s to load a network; a second is usual


def load_judge(ear: JudgeRef) -> Any:
    """The judge, for this process. Raises ModelError or JudgeLoadError, with the reason."""
    try_judge(ear)
    return ear.load()


def try_judge(ear: JudgeRef) -> None:
    """Load a network that PACETAG_BUNDLE names in a process of its own first.

    What LiteRT makes of a hostile file is beyond Python's reach; the shipped one is known to be
    sound by its hash. Raises ModelError or JudgeLoadError.
    """
    if not os.environ.get(FOLDER_VARIABLE):
        return
    with signals_held():
        worker = WorkerProcess(ear)
    try:
        said = (
            worker.pipe.recv()
            if worker.pipe.poll(PATIENCE)
            else JudgeLoadError(_refusal("it hung"))
        )
    except (EOFError, OSError):
        said = JudgeLoadError(_refusal(end_in_words(worker.reap())))
    finally:
        worker.kill()
    if isinstance(said, Exception):
        raise said


def _refusal(how: str) -> str:
    return (
        f"no process to judge songs could be started: {how}; PACETAG_BUNDLE names a network that "
        "is damaged"
    )
