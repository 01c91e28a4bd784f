"""Small real songs in every container, a judge that needs no network, and the real command."""

import itertools
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import av
import numpy as np
import pytest
import soundfile
import typer.testing
from numpy.typing import NDArray
from typer.main import get_command
from typer.testing import CliRunner, Result

from pacetag.tagger.cli import app
from pacetag.tagger.workers import pool
from pacetag.tagger.workers import process as worker_process
from pacetag.tagger.workers.judging import THREAD_VARIABLES, JudgeRef
from tests.tagger.clusters import small_cluster

FAKES = Path(__file__).parent / "fakes"
FAKE_JUDGE = JudgeRef(bundle="fake-1", factory="fake_judge:load")
RATE = 48_000  # Hz, which every encoder takes
WRITERS = {
    ".mp3": ("MP3", "MPEG_LAYER_III"),
    ".flac": ("FLAC", "PCM_16"),
    ".ogg": ("OGG", "VORBIS"),
    ".opus": ("OGG", "OPUS"),
    ".wav": ("WAV", "PCM_16"),
}

MakeSong = Callable[..., Path]


def _noise(seed: int) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(0, 0.1, RATE // 2).astype(np.float32)


def write_sound(path: Path, samples: NDArray[np.float32], rate: int = RATE) -> None:
    """Encode mono samples in the container of the file's suffix."""
    if path.suffix == ".m4a":
        with av.open(str(path), "w", format="ipod") as container:
            stream = container.add_stream("aac", rate=rate, layout="mono")
            frame = av.AudioFrame.from_ndarray(samples[np.newaxis], "fltp", "mono")
            frame.sample_rate = rate
            for packet in (*stream.encode(frame), *stream.encode(None)):
                container.mux(packet)
        return
    form, subtype = WRITERS[path.suffix]
    soundfile.write(path, samples, rate, format=form, subtype=subtype)


@cache
def _encoded(suffix: str, seed: int, folder: Path) -> bytes:
    path = folder / f"{seed}{suffix}"
    write_sound(path, _noise(seed))
    return path.read_bytes()


@pytest.fixture(scope="session", autouse=True)
def one_command_line() -> Iterator[None]:
    """Have typer build the command line once, instead of for every command in a test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(typer.testing, "_get_command", cache(get_command))
        yield


@pytest.fixture(scope="session")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that keeps encoded sounds for the session."""
    return tmp_path_factory.mktemp("sounds")


@pytest.fixture
def make_song(library: Path, sounds: Path) -> MakeSong:
    """Put a song of half a second into the library; each has another sound."""
    seeds = itertools.count()

    def make(name: str, *, seed: int | None = None) -> Path:
        path = library / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_encoded(path.suffix, next(seeds) if seed is None else seed, sounds))
        return path

    return make


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A folder for songs."""
    folder = tmp_path / "music"
    folder.mkdir()
    return folder


@pytest.fixture
def index_file(tmp_path: Path) -> Path:
    """The index that the command uses in this test."""
    return tmp_path / "data" / "index.sqlite3"


@pytest.fixture(autouse=True)
def own_world(tmp_path: Path, index_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep tests away from the user's files, and judge without the trained network."""
    monkeypatch.setenv("PACETAG_INDEX", str(index_file))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("PACETAG_CONFIG", raising=False)
    monkeypatch.setenv("FAKE_JUDGE_LOG", str(tmp_path / "judged"))
    monkeypatch.syspath_prepend(str(FAKES))
    monkeypatch.setattr(pool, "shipped_judge", lambda: FAKE_JUDGE)


class WorkerThread(threading.Thread):
    """A worker in a thread instead of a process, since that starts at once."""

    exitcode: int | None = 0
    pid: int | None = None

    def __init__(self, *, target: Callable[..., None], args: Any, name: str) -> None:
        line, ref = args
        own_line: Connection[Any, Any] = Connection(os.dup(line.fileno()))  # its copy gets closed
        super().__init__(target=target, args=(own_line, ref), name=name)

    def kill(self) -> None:
        """Do nothing: the thread ends when its connection is closed next."""


@pytest.fixture
def worker_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Judge in threads, for tests that are not about worker processes."""
    for variable in THREAD_VARIABLES:
        monkeypatch.setenv(variable, "1")
    threads = SimpleNamespace(Pipe=multiprocessing.Pipe, Process=WorkerThread)
    monkeypatch.setattr(worker_process, "_CONTEXT", threads)


@pytest.fixture
def judged(tmp_path: Path) -> Callable[[], list[str]]:
    """Return the names of songs that the fake judge heard since the last call, sorted."""
    log = tmp_path / "judged"

    def names() -> list[str]:
        found = log.read_text().splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        return sorted(found)

    return names


@pytest.fixture(scope="session")
def cluster_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file in which the judge of the Dask cluster notes the songs that it is asked about."""
    return tmp_path_factory.mktemp("cluster") / "judged"


@pytest.fixture(scope="session")
def scheduler(cluster_log: Path) -> Iterator[str]:
    """The address of a Dask cluster with one worker, in a process of its own."""
    with small_cluster(FAKE_JUDGE_LOG=str(cluster_log)) as cluster:
        yield cluster.address


@dataclass(frozen=True, kw_only=True)
class Scanned:
    """The output of `scan --json`."""

    result: Result
    songs: dict[str, dict[str, Any]]  # by file name
    counts: dict[str, int]

    @property
    def outcomes(self) -> dict[str, str]:
        """Outcomes by file name."""
        return {name: song["outcome"] for name, song in self.songs.items()}


Pacetag = Callable[..., Result]
ScanJson = Callable[..., Scanned]


@pytest.fixture
def pacetag() -> Pacetag:
    """Run the command in this process."""

    def run(*arguments: str | Path) -> Result:
        return CliRunner().invoke(app, [os.fspath(argument) for argument in arguments])

    return run


@pytest.fixture
def scan_json(pacetag: Pacetag, library: Path) -> ScanJson:
    """Scan the library, or the paths that are given, and parse the output."""

    def run(*arguments: str | Path) -> Scanned:
        places = [a for a in arguments if isinstance(a, Path)] or [library]
        options = [a for a in arguments if not isinstance(a, Path)]
        result = pacetag("scan", "--json", "--jobs", "1", *options, *places)
        *songs, last = [json.loads(line) for line in result.stdout.splitlines()]
        return Scanned(
            result=result,
            songs={Path(song["path"]).name: song for song in songs},
            counts=last["counts"],
        )

    return run


def processes_of(group: int) -> list[int]:
    """Return the processes of a process group that have not ended."""
    found = []
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, process_group = file.read_text().rsplit(")", 1)[1].split()[:3]
        except OSError:
            continue
        if int(process_group) == group and state != "Z":
            found.append(int(file.parent.name))
    return found


@pytest.fixture
def pacetag_process(library: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start the command in a process group of its own, as a terminal does."""

    def hear_ctrl_c() -> None:
        """Restore SIGINT: processes that a script starts in the background ignore it."""
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    running: list[subprocess.Popen[str]] = []

    def start(
        *arguments: str | Path, script: str = "pacetag_with_fake_judge.py"
    ) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, FAKES / script, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=hear_ctrl_c,
        )
        running.append(process)
        return process

    yield start
    for process in running:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
