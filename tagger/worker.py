"""A worker process's side: load the network once, judge one song after the other."""

import importlib
import os
import threading
from collections.abc import Callable
from ctypes import c_byte
from dataclasses import dataclass
from multiprocessing import parent_process
from pathlib import Path
from typing import Protocol

from pacetag.model.errors import DecodeError, ModelError, TooShortError
from pacetag.tagger.errors import EarError
from pacetag.tagger.paces import JudgementLike, Pace, compatible_paces

# One worker a processor is the plan; a maths library that starts its own threads would undo it.
THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)


class JudgeLike(Protocol):
    """Whatever turns a sound file into a judgement."""

    def file(self, path: Path) -> JudgementLike:
        """Judge a sound file. Raises DecodeError or TooShortError."""


@dataclass(frozen=True, kw_only=True)
class Ear:
    """Which judge listens: by name, so that a worker can load it for itself."""

    bundle: str  # name of the trained network, as it goes into tags and index
    factory: str  # "module:callable", returns a JudgeLike

    def load(self) -> JudgeLike:
        """The judge. Raises ModelError or EarError, saying why there is none."""
        module, _, name = self.factory.partition(":")
        try:
            made: Callable[[], JudgeLike] | object = importlib.import_module(module)
            for part in name.split("."):
                made = getattr(made, part)
            return made()  # type: ignore[operator]
        except ModelError:
            raise
        except Exception as error:  # a broken installation of a numerical library, most likely
            raise EarError(
                f"the trained network cannot be started ({type(error).__name__}: {error}); "
                "reinstall pacetag"
            ) from error


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What was heard in a song; made of plain values, so that the parent needs no numpy."""

    paces: tuple[Pace, ...]  # most confident first
    duration: float  # seconds
    spread: float | None = None  # of the tempo over the song, as a share of it
    changes: tuple[float, ...] = ()  # bpm of its parts in turn, if it changes tempo


@dataclass(frozen=True, kw_only=True)
class Unheard:
    """Why nothing could be heard in a song."""

    reason: str
    too_short: bool = False


Hearing = Heard | Unheard


class _Worker:
    """What this process keeps between songs."""

    ear: Ear
    stop: c_byte  # shared with the parent; a lock could die with the worker that holds it
    judge: JudgeLike | None = None


def prepare(ear: Ear, stop: c_byte) -> None:
    """Make this process a worker: one thread for maths, and an end when its parent ends."""
    for variable in THREAD_VARIABLES:
        os.environ[variable] = "1"
    _Worker.ear, _Worker.stop, _Worker.judge = ear, stop, None
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A killed parent tells nobody; without this its workers would wait for ever."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def listen(path: Path) -> Hearing | None:
    """Judge one song; None when the end was asked for before it began.

    Raises ModelError or EarError when no song can be judged at all.
    """
    if _Worker.stop.value:
        return None
    if _Worker.judge is None:
        _Worker.judge = _Worker.ear.load()
    return hear(_Worker.judge, path)


def hear(judge: JudgeLike, path: Path) -> Hearing:
    """The song's paces, or the reason why there are none; never raises for a bad file."""
    try:
        judgement = judge.file(path)
    except TooShortError as error:
        return Unheard(reason=without_path(error, path), too_short=True)
    except DecodeError as error:
        return Unheard(reason=without_path(error, path))
    except OSError as error:
        return Unheard(reason=f"cannot be read: {error.strerror or error}")
    except Exception as error:  # one song must never stop a library
        return Unheard(reason=f"judging broke off ({type(error).__name__}: {error})")
    return Heard(
        paces=compatible_paces(judgement),
        duration=float(judgement.duration),
        spread=None if judgement.spread is None else round(float(judgement.spread), 5),
        changes=tuple(round(float(bpm), 2) for bpm in judgement.changes),
    )


def without_path(error: Exception, path: Path) -> str:
    """An error's sentence without the path that begins it, since the outcome names the song."""
    return str(error).removeprefix(f"{path}: ")
