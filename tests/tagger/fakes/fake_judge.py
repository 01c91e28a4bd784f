"""A judge that knows the answer from the file's name, for tests of everything around judging.

Worker processes load it by name, as they load the real one. It notes every song that it is asked
about in the file that FAKE_JUDGE_LOG names.
"""

import ctypes
import errno
import logging
import os
import re
import resource
import signal
import time
import warnings
from pathlib import Path
from threading import Thread

from pacetag.model.audio.stored import StoredSound
from pacetag.model.errors import BundleError, DecodeError, TooShortError
from pacetag.model.judgement import Analysis, Pace, compatible_paces

NAME = "fake-1"


class FakeJudge:
    """Hears 172.3 and 86.2 in "172.3-86.2 anything.mp3"; some words make it fail."""

    name = NAME

    def __init__(self) -> None:
        self._asked = set[Path]()

    def file(self, sound: Path | StoredSound) -> Analysis:
        """Judge a name. Raises, sleeps or dies if the name says so."""
        path = sound if isinstance(sound, Path) else sound.path
        log = os.environ.get("FAKE_JUDGE_LOG")
        if log:
            with Path(log).open("ab") as file:
                file.write(os.fsencode(path.name) + b"\n")
        if "noisy" in path.name:
            os.write(2, b"[libmpg123] error: a frame is odd\n")
            warnings.warn("something is old", stacklevel=1)
            logging.getLogger("numba").warning("no place for a cache")
            Thread(target=lambda: 1 / 0).start()
        if "slow" in path.name:
            time.sleep(0.4)
        if "failing" in path.name and Path(os.environ["FAKE_JUDGE_FAULT"]).exists():
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        if "shaky" in path.name and path not in self._asked:
            self._asked.add(path)
            raise DecodeError(path, "its end is missing")
        while "circling" in path.name:
            pass
        if "endless" in path.name:
            time.sleep(600)
        if "stuck" in path.name:  # as native code can, which keeps all threads waiting
            ctypes.PyDLL(None).sleep(600)
        if "deadly" in path.name:
            os._exit(9)
        if "killed" in path.name:  # as the system does where memory is short
            os.kill(os.getpid(), signal.SIGKILL)
        if "crashing" in path.name:
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            ctypes.string_at(0)
        if "greedy" in path.name:
            resource.setrlimit(resource.RLIMIT_AS, (1 << 30, resource.RLIM_INFINITY))
            bytearray(2 << 30)
        if "short" in path.name:
            raise TooShortError(path, 3.0, 12.0)
        if "broken" in path.name:
            raise DecodeError(path, "it is not audio")
        if "buggy" in path.name:
            raise ZeroDivisionError("division by zero")
        named = [float(number) for number in re.findall(r"\d{2,3}(?:\.\d+)?", path.stem)]
        tempos = [
            Pace(bpm=bpm, confidence=round(0.98 - 0.05 * rank, 2)) for rank, bpm in enumerate(named)
        ]
        return Analysis(
            paces=compatible_paces(tempos),
            duration=180.0,
            stability=0.012 if "wandering" in path.name else 0.001,
            tempo_segments=(100.0, 141.4142) if "changing" in path.name else (),
            intensity=0.6249 if "driving" in path.name else None,
            metre=next((word for word in ("duple", "triple") if word in path.name), None),
            candidates=(*tempos, Pace(bpm=133.0, confidence=0.1)),  # not a pace: too unsure
        )


def load() -> FakeJudge:
    """A judge, as `Judge` makes one."""
    return FakeJudge()


def load_nothing(_folder: Path | None = None) -> FakeJudge:
    """What a damaged installation does."""
    raise BundleError("bundle.json: missing; reinstall pacetag")


def die(_folder: Path | None = None) -> FakeJudge:
    """What a broken native library does when it is loaded."""
    os._exit(7)


def die_once() -> FakeJudge:
    """What happens where memory is short for a moment."""
    first = Path(os.environ["FAKE_JUDGE_FIRST"])
    if not first.exists():
        first.touch()
        die()
    return load()
