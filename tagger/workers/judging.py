"""A worker process's side: load the network once, judge one song after the other."""

import ctypes
import importlib
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import parent_process
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Protocol

from pacetag.model.errors import DecodeError, ModelError, ReadError, TooShortError
from pacetag.model.judgement import Analysis
from pacetag.model.stderr import native_noise
from pacetag.tagger.errors import JudgeLoadError
from pacetag.tagger.logs.logger import silence_libraries
from pacetag.tagger.tags.safety.disk import read_through

# One worker a processor is the plan; a maths library that starts its own threads would undo it.
THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)

LONGEST_TRACE = 8_000  # characters

_PR_SET_PDEATHSIG = 1  # of prctl: the signal to get when the parent ends


class JudgeLike(Protocol):
    """Turns a sound file into an analysis."""

    def file(self, path: Path) -> Analysis:
        """Judge a sound file. Raises DecodeError or TooShortError."""


@dataclass(frozen=True, kw_only=True)
class JudgeRef:
    """Which judge listens: by name, so that a worker can load it for itself."""

    bundle: str  # name of the trained network, as it goes into tags and index
    factory: str  # "module:callable", returns a JudgeLike

    def load(self) -> JudgeLike:
        """The judge. Raises ModelError or JudgeLoadError, saying why there is none."""
        module, _, name = self.factory.partition(":")
        try:
            made: Callable[[], JudgeLike] | object = importlib.import_module(module)
            for part in name.split("."):
                made = getattr(made, part)
            return made()  # type: ignore[operator]
        except ModelError:
            raise
        except Exception as error:  # a broken installation of a numerical library, most likely
            raise JudgeLoadError(
                f"the trained network cannot be started ({type(error).__name__}: {error}); "
                "reinstall pacetag"
            ) from error


@dataclass(frozen=True, kw_only=True)
class AnalysisError:
    """Why nothing could be heard in a song."""

    reason: str
    too_short: bool = False
    system_fault: bool = False  # of the disk, say, and not of the song: it may be over next time
    trace: str | None = field(default=None, compare=False, repr=False)  # traceback, for the log


AnalysisResult = Analysis | AnalysisError


@dataclass(frozen=True, kw_only=True)
class WorkerReply:
    """What a worker sends about one song."""

    result: AnalysisResult
    noise: tuple[str, ...] = ()  # lines that libraries wrote to standard error meanwhile


def serve(line: "Connection[Any, Any]", ear: JudgeRef) -> None:
    """Judge the songs that come down the line, one after the other, until it ends.

    Sends None once the network is loaded, or the ModelError or JudgeLoadError that keeps every song
    from being judged; then a WorkerReply for each song.
    """
    prepare()
    try:
        judge = ear.load()
    except (ModelError, JudgeLoadError) as error:
        line.send(error)
        return
    with suppress(EOFError, OSError):  # the parent has hung up
        line.send(None)
        while True:
            line.send(hear(judge, line.recv()))


def prepare() -> None:
    """Make this process a worker: one thread for maths, and an end when its parent ends."""
    for variable in THREAD_VARIABLES:
        os.environ[variable] = "1"
    silence_libraries()
    parent = parent_process()
    if parent is None:
        return
    _be_silent()
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    if sys.platform == "linux":
        _be_killed_with(parent)


def _be_silent() -> None:
    """Leave standard error, and the terminal that it may be, to the parent.

    What is written there while a song is heard goes to the parent's log, warnings as well.
    """
    import logging

    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - as light as can be
        os.dup2(nowhere.fileno(), 2)
    handler = logging.StreamHandler(sys.stderr)
    handler.setLevel(logging.WARNING)
    handler.setFormatter(logging.Formatter("%(name)s: %(message)s"))
    logging.getLogger().addHandler(handler)


def _end_with(parent: BaseProcess) -> None:
    """A killed parent tells nobody; without this its workers would wait for ever."""
    parent.join()
    os._exit(1)


def _be_killed_with(parent: BaseProcess) -> None:
    """Have the system do it: a decoder that hangs may keep this process's other threads waiting.

    It counts the end of the parent's thread that started this process as the parent's.
    """
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent.pid:  # too late to be told
        os._exit(1)


def hear(judge: JudgeLike, path: Path) -> WorkerReply:
    """The song's paces, or the reason why there are none; never raises for a bad file.

    Decoders take a disk that fails for a damaged file. So a song that seems to be at fault is read
    through, and judged once more: what the system refused for a moment only is over by then.
    """
    noise: list[str] = []
    with native_noise(noise.append):
        found = _hear_twice(judge, path)
    return WorkerReply(result=found, noise=tuple(noise))


def _hear_twice(judge: JudgeLike, path: Path) -> AnalysisResult:
    found = _hear(judge, path)
    if isinstance(found, Analysis) or found.system_fault:
        return found
    refusal = read_through(path)
    if refusal is not None:
        return _refused(refusal)
    return _hear(judge, path)


def _refused(error: OSError) -> AnalysisError:
    reason = f"cannot be read: {error.strerror or error}"
    return AnalysisError(reason=reason, system_fault=True, trace=trace_of(error))


def _hear(judge: JudgeLike, path: Path) -> AnalysisResult:
    try:
        return judge.file(path).rounded()
    except TooShortError as error:
        return AnalysisError(reason=without_path(error, path), too_short=True)
    except ReadError as error:
        reason = without_path(error, path)
        return AnalysisError(reason=reason, system_fault=True, trace=trace_of(error))
    except DecodeError as error:
        return AnalysisError(reason=without_path(error, path), trace=trace_of(error))
    except OSError as error:
        return _refused(error)
    except MemoryError as error:
        reason = "there was not enough memory to judge it"
        return AnalysisError(reason=reason, system_fault=True, trace=trace_of(error))
    except Exception as error:  # one song must never stop a library
        reason = f"judging broke off ({type(error).__name__}: {error})"
        return AnalysisError(reason=reason, trace=trace_of(error))


def trace_of(error: Exception) -> str | None:
    """The end of an error's traceback with its causes; light enough to be sent."""
    try:
        return "".join(traceback.format_exception(error))[-LONGEST_TRACE:]
    except Exception:  # nothing depends on it
        return None


def without_path(error: Exception, path: Path) -> str:
    """An error's sentence without the path that begins it, since the outcome names the song."""
    return str(error).removeprefix(f"{path}: ")
