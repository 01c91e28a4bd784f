"""Start a network of the user's own in another process first: a hostile file can end it."""

from pathlib import Path
from typing import Any

from pacetag.tagger.cancellation import signals_held
from pacetag.tagger.errors import JudgeLoadError
from pacetag.tagger.workers.judging import JudgeRef
from pacetag.tagger.workers.process import WorkerProcess, end_in_words

TIMEOUT = 300.0  # s to load a network; a second is usual


def load_judge(ref: JudgeRef) -> Any:
    """The judge, for this process. Raises ModelError or JudgeLoadError, with the reason."""
    try_judge(ref)
    return ref.load()


def try_judge(ref: JudgeRef) -> None:
    """Load a network of the user's own in a process of its own first.

    What LiteRT makes of a hostile file is beyond Python's reach; the shipped one is known to be
    sound by its hash. Raises ModelError or JudgeLoadError.
    """
    if ref.folder is None:
        return
    with signals_held():
        worker = WorkerProcess[Path](ref)
    try:
        said = (
            worker.pipe.recv()
            if worker.pipe.poll(TIMEOUT)
            else JudgeLoadError(_refusal(ref, "it hung"))
        )
    except (EOFError, OSError):
        said = JudgeLoadError(_refusal(ref, end_in_words(worker.reap())))
    finally:
        worker.kill()
    if isinstance(said, Exception):
        raise said


def _refusal(ref: JudgeRef, how: str) -> str:
    return (
        f"no process to judge songs could be started: {how}; the network in {ref.folder} is damaged"
    )
