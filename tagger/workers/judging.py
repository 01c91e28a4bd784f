"""The worker's side: load the network once, then judge one song after the other."""

import ctypes
import importlib
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from multiprocessing import parent_process
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from pacetag.model.audio.stored import StoredSound
from pacetag.model.errors import DecodeError, ModelError, ReadError, TooShortError
from pacetag.model.judgement import Analysis
from pacetag.model.stderr import native_noise
from pacetag.tagger.errors import JudgeLoadError
from pacetag.tagger.logs.logger import silence_libraries
from pacetag.tagger.tags.safety.disk import read_through

if TYPE_CHECKING:
    from pacetag.tagger.workers.stored import Fetched

# There is one worker per processor, so threads of maths libraries would only compete.
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

    def file(self, path: Path | StoredSound) -> Analysis:
        """Judge a sound file. Raises DecodeError or TooShortError."""


@dataclass(frozen=True, kw_only=True)
class JudgeRef:
    """A judge by name, so that each worker can load it for itself."""

    bundle: str  # name of the trained network, as it goes into tags and index
    factory: str  # "module:callable", returns a JudgeLike
    folder: Path | None = None  # of a network of the user's own; the factory then takes it
    device: Literal["cpu", "gpu"] = "cpu"  # what runs it; the factory then takes a "gpu"

    def load(self) -> JudgeLike:
        """Load the judge. Raises ModelError or JudgeLoadError with the reason why it cannot."""
        module, _, name = self.factory.partition(":")
        try:
            made: Callable[..., JudgeLike] | object = importlib.import_module(module)
            for part in name.split("."):
                made = getattr(made, part)
            folder = () if self.folder is None else (self.folder,)
            device = {} if self.device == "cpu" else {"device": self.device}
            return made(*folder, **device)  # type: ignore[operator]
        except ModelError:
            raise
        except Exception as error:  # most likely a broken numerical library
            raise JudgeLoadError(
                f"the trained network cannot be started ({type(error).__name__}: {error}); "
                "reinstall pacetag"
            ) from error


@dataclass(frozen=True, kw_only=True)
class AnalysisError:
    """Why a song could not be analysed."""

    reason: str
    too_short: bool = False
    system_fault: bool = False  # such as the disk's, not the song's; it may pass
    lost: bool = field(default=False, compare=False)  # its worker died or ran out of time
    trace: str | None = field(default=None, compare=False, repr=False)  # traceback, for the log


AnalysisResult = Analysis | AnalysisError


@dataclass(frozen=True, kw_only=True)
class WorkerReply:
    """What a worker sends about one song."""

    result: AnalysisResult
    seconds: float = 0.0  # that it took
    noise: tuple[str, ...] = ()  # lines that libraries wrote to standard error meanwhile
    fetched: "Fetched | None" = None  # of a song in a store


def serve(pipe: "Connection[Any, Any]", ref: JudgeRef) -> None:
    """Judge the songs that come through the pipe, one after the other, until it ends.

    Sends None once the network is loaded, or the ModelError or JudgeLoadError that keeps every song
    from being judged; then a WorkerReply for each song.
    """
    prepare()
    try:
        judge = ref.load()
    except (ModelError, JudgeLoadError) as error:
        pipe.send(error)
        return
    with suppress(EOFError, OSError):  # the parent has closed its end
        pipe.send(None)
        while True:
            pipe.send(hear(judge, pipe.recv()))


def prepare() -> None:
    """Make this process a worker: one thread for maths, silent, and killed with its parent."""
    for variable in THREAD_VARIABLES:
        os.environ[variable] = "1"
    silence_libraries()
    parent = parent_process()
    if parent is None:
        return
    _silence_stderr()
    threading.Thread(target=_exit_with, args=(parent,), daemon=True).start()
    if sys.platform == "linux":
        _request_death_signal(parent)


def _silence_stderr() -> None:
    """Leave standard error, and so perhaps a terminal, to the parent.

    What is written there while a song is judged goes into the parent's log, warnings included.
    """
    import logging

    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - as light as can be
        os.dup2(nowhere.fileno(), 2)
    handler = logging.StreamHandler(sys.stderr)
    handler.setLevel(logging.WARNING)
    handler.setFormatter(logging.Formatter("%(name)s: %(message)s"))
    logging.getLogger().addHandler(handler)


def _exit_with(parent: BaseProcess) -> None:
    """Exit when the parent ends: one that is killed cannot tell its workers."""
    parent.join()
    os._exit(1)


def _request_death_signal(parent: BaseProcess) -> None:
    """Have the kernel do the same, since a hanging decoder may block this process's threads.

    The signal comes when the parent's thread that started this process ends.
    """
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent.pid:  # it has ended already
        os._exit(1)


def hear(judge: JudgeLike, song: Path | str, *, quiet: bool = True) -> WorkerReply:
    """Return the analysis of a file or of a URL, or why there is none; never raises for a bad file.

    Decoders mistake a failing disk for a damaged file. So a song that seems damaged is read
    through and judged once more, by when a brief fault of the system has passed. Unless `quiet`,
    what libraries write to standard error stays there, as does what other threads write.
    """
    noise: list[str] = []
    fetched: Fetched | None = None
    began = time.perf_counter()
    with native_noise(noise.append) if quiet else nullcontext():
        if isinstance(song, Path):
            result = _hear_twice(judge, song)
        else:
            result, fetched = _hear_stored(judge, song)
    seconds = time.perf_counter() - began
    return WorkerReply(result=result, seconds=seconds, noise=tuple(noise), fetched=fetched)


def _hear_stored(judge: JudgeLike, url: str) -> "tuple[AnalysisResult, Fetched | None]":
    from pacetag.tagger.workers.stored import stored_song

    fetched = None
    try:
        with stored_song(url) as (sound, fetched):
            return _hear(judge, sound), fetched
    except OSError as error:
        return _refused(error), fetched
    except Exception as error:  # of the store's library
        return AnalysisError(reason=_broke_off(error), trace=trace_of(error)), fetched


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


def _hear(judge: JudgeLike, sound: Path | StoredSound) -> AnalysisResult:
    path = sound if isinstance(sound, Path) else sound.path
    try:
        return judge.file(sound).rounded()
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
        return AnalysisError(reason=_broke_off(error), trace=trace_of(error))


def _broke_off(error: Exception) -> str:
    return f"judging broke off ({type(error).__name__}: {error})"


def trace_of(error: Exception) -> str | None:
    """The end of an error's traceback with its causes, short enough to be sent."""
    try:
        return "".join(traceback.format_exception(error))[-LONGEST_TRACE:]
    except Exception:  # the log can do without
        return None


def without_path(error: Exception, path: Path) -> str:
    """An error's sentence without the path that begins it, since the outcome names the song."""
    return str(error).removeprefix(f"{path}: ")
