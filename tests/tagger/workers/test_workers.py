"""The promises of workers, kept in this process, in processes of this machine and in a cluster."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest

from pacetag.model.errors import BundleError
from pacetag.model.judgement import Analysis
from pacetag.tagger.errors import UsageError
from pacetag.tagger.workers import cluster, connection, station
from pacetag.tagger.workers.cluster import ClusterWorkers
from pacetag.tagger.workers.connection import ClusterError
from pacetag.tagger.workers.in_process import InProcess
from pacetag.tagger.workers.judging import AnalysisError, JudgeRef, WorkerReply
from pacetag.tagger.workers.pool import JudgePool
from pacetag.tagger.workers.protocol import Verdict, Workers
from tests.tagger.attacks.cluster import descendants
from tests.tagger.clusters import small_cluster

FAKE_JUDGE = JudgeRef(bundle="fake-1", factory="fake_judge:load")
BROKEN_JUDGE = JudgeRef(bundle="fake-1", factory="fake_judge:load_nothing")
PATIENT = 60.0  # s, more than any of these songs takes

Song = Path | str
MakeWorkers = Callable[..., tuple[Workers[Song], Callable[[int], dict[str, Verdict]]]]


KINDS = ("in process", "pool", "cluster")


@pytest.fixture(params=KINDS)
def make_workers(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MakeWorkers]:
    """Make workers of one kind, and a function that waits for so many of their verdicts."""
    made: list[Workers[Song]] = []

    def make(
        ref: JudgeRef = FAKE_JUDGE,
    ) -> tuple[Workers[Song], Callable[[int], dict[str, Verdict]]]:
        events: SimpleQueue[tuple[Song, Verdict]] = SimpleQueue()

        def done(song: Song, verdict: Verdict) -> None:
            events.put((song, verdict))

        def verdicts(count: int) -> dict[str, Verdict]:
            found: dict[str, Verdict] = {}
            for _ in range(count):
                song, verdict = events.get(timeout=30)
                name = Path(song).name
                assert name not in found
                found[name] = verdict
            assert events.empty()
            return found

        makers: dict[str, Callable[[], Workers[Song]]] = {
            "in process": lambda: InProcess(ref, done=done),
            "pool": lambda: JudgePool(ref, jobs=2, done=done),
            "cluster": lambda: ClusterWorkers(request.getfixturevalue("scheduler"), ref, done=done),
        }
        made.append(makers[request.param]())
        return made[-1], verdicts

    yield make
    for workers in made:
        workers.close()


@pytest.fixture
def songs(tmp_path: Path) -> Callable[[str], Path]:
    """Make files of these names, for workers that look whether a song is there."""

    def make(name: str) -> Path:
        path = tmp_path / name
        path.write_bytes(b"some sound")
        return path

    return make


def result(verdict: Verdict) -> Any:
    assert isinstance(verdict, WorkerReply)
    return verdict.result


def test_each_song_gets_one_verdict_be_it_a_file_or_a_url(
    make_workers: MakeWorkers, songs: Callable[[str], Path]
) -> None:
    workers, verdicts = make_workers()

    workers.submit(songs("172.34-86.2.mp3"), limit=PATIENT)
    workers.submit(songs("broken.mp3"), limit=PATIENT)
    workers.submit(f"file://{songs('120.flac')}", limit=PATIENT)
    workers.submit(f"file://{songs('short.flac')}", limit=PATIENT)
    workers.submit(f"file://{songs('131.flac').with_name('gone.flac')}", limit=PATIENT)
    found = verdicts(5)

    assert workers.slots >= 1
    assert [pace.bpm for pace in result(found["172.34-86.2.mp3"]).paces] == [172.34, 86.2]
    assert result(found["broken.mp3"]) == AnalysisError(
        reason="cannot decode audio: it is not audio"
    )
    assert [pace.bpm for pace in result(found["120.flac"]).paces] == [120.0]
    assert result(found["short.flac"]).too_short
    assert result(found["gone.flac"]) == AnalysisError(
        reason="cannot be read: No such file or directory", system_fault=True
    )


def test_a_song_that_never_ends_is_given_up_and_others_go_on(
    make_workers: MakeWorkers, songs: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    workers, verdicts = make_workers()
    workers.submit(songs("120.mp3"), limit=PATIENT)
    assert isinstance(result(verdicts(1)["120.mp3"]), Analysis)

    workers.submit(songs("endless.mp3"), limit=1.0)
    workers.submit(songs("130.mp3"), limit=PATIENT)
    found = verdicts(2)

    assert result(found["endless.mp3"]).reason.startswith("gave up after 1 s")
    assert result(found["endless.mp3"]).lost
    assert isinstance(result(found["130.mp3"]), Analysis)


def test_what_keeps_every_song_from_being_judged_is_the_verdict_of_each(
    make_workers: MakeWorkers, songs: Callable[[str], Path]
) -> None:
    workers, verdicts = make_workers(BROKEN_JUDGE)

    workers.submit(songs("120.mp3"), limit=PATIENT)
    workers.submit(songs("130.mp3"), limit=PATIENT)

    assert {type(verdict) for verdict in verdicts(2).values()} == {BundleError}


def test_after_a_stop_songs_that_wait_are_dropped(
    make_workers: MakeWorkers, songs: Callable[[str], Path]
) -> None:
    workers, verdicts = make_workers()

    names = [f"slow {bpm}.mp3" for bpm in range(120, 128)]
    for name in names:
        workers.submit(songs(name), limit=PATIENT)
    workers.stop()
    found = verdicts(len(names))

    assert sum(verdict is None for verdict in found.values()) >= len(names) - 4


def test_in_this_process_others_can_write_to_standard_error_meanwhile(
    songs: Callable[[str], Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    events: SimpleQueue[tuple[Path, Verdict]] = SimpleQueue()
    workers = InProcess[Path](FAKE_JUDGE, done=lambda song, verdict: events.put((song, verdict)))
    workers.submit(songs("slow 120.mp3"), limit=PATIENT)
    while not (tmp_path / "judged").exists():
        time.sleep(0.01)

    os.write(2, b"12 of 36 songs\n")
    events.get(timeout=30)
    workers.close()

    assert "12 of 36 songs" in capfd.readouterr().err


def test_a_song_that_takes_its_process_along_twice_is_set_aside(
    scheduler: str, songs: Callable[[str], Path], cluster_log: Path
) -> None:
    events: SimpleQueue[tuple[Path, Verdict]] = SimpleQueue()
    workers = ClusterWorkers[Path](
        scheduler, FAKE_JUDGE, done=lambda song, verdict: events.put((song, verdict))
    )
    try:
        workers.submit(songs("deadly.mp3"), limit=PATIENT)
        found = result(events.get(timeout=30)[1])
    finally:
        workers.close()

    assert cluster_log.read_text().split().count("deadly.mp3") == cluster.TRIES
    assert found.reason.endswith("; set aside after 2 tries")
    assert not found.system_fault  # the next scan does not try it by itself


def test_a_worker_that_sees_another_file_at_the_path_does_not_judge_it(
    scheduler: str, songs: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    events: SimpleQueue[tuple[Path, Verdict]] = SimpleQueue()
    monkeypatch.setattr(cluster, "_size", lambda _: 12345)
    workers = ClusterWorkers[Path](
        scheduler, FAKE_JUDGE, done=lambda song, verdict: events.put((song, verdict))
    )
    try:
        workers.submit(songs("120.mp3"), limit=PATIENT)
        found = result(events.get(timeout=30)[1])
    finally:
        workers.close()

    assert found.reason.startswith("is another file on the worker ")
    assert found.system_fault


def test_workers_with_another_network_are_refused_by_name(
    scheduler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = station.card_of(FAKE_JUDGE)
    other = station.Card(
        pacetag=own.pacetag, network="other", libraries=own.libraries, machine=own.machine
    )
    monkeypatch.setattr(cluster, "card_of", lambda _: other)

    with pytest.raises(ClusterError, match=r"1 of 1 workers cannot judge .* network is another"):
        ClusterWorkers[Path](scheduler, FAKE_JUDGE, done=lambda *_: None)


def test_where_no_scheduler_answers_a_sentence_says_so() -> None:
    with pytest.raises(ClusterError, match=r"no scheduler of Dask answers there \(.*refused"):
        ClusterWorkers[Path]("tcp://127.0.0.1:9", FAKE_JUDGE, done=lambda *_: None)


@pytest.mark.parametrize(
    ("greeting", "words"),
    [(b"SSH-2.0-OpenSSH_9.2\r\n", "another program does"), (b"", "timed out")],
)
def test_where_another_server_answers_a_sentence_says_so(
    monkeypatch: pytest.MonkeyPatch, greeting: bytes, words: str
) -> None:
    monkeypatch.setattr(connection, "TIMEOUT", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def greet() -> None:
            caller, _ = server.accept()
            with caller, suppress(ConnectionResetError):
                caller.sendall(greeting)
                caller.recv(1)  # until it leaves

        greeter = threading.Thread(target=greet)
        greeter.start()
        with pytest.raises(ClusterError, match=rf"no scheduler of Dask answers there \({words}"):
            ClusterWorkers[Path](
                f"tcp://127.0.0.1:{server.getsockname()[1]}", FAKE_JUDGE, done=lambda *_: None
            )
        greeter.join()


def test_a_scan_ends_where_dask_knows_no_such_protocol(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"nosuch://127.0.0.1:{server.getsockname()[1]}"
        command = [sys.executable, "-m", "pacetag.tagger", "scan", "--cluster", address]
        done = subprocess.run(
            [*command, "--index", str(tmp_path / "index.sqlite3"), str(tmp_path)],
            capture_output=True,
            text=True,
            timeout=60,  # it waited for its client without end
            check=False,
        )

    assert done.returncode == 1
    assert f"{address}: no scheduler of Dask answers there (unknown address" in done.stderr


@pytest.mark.parametrize("address", ["", "nonsense", "tcp://host", "tcp://host:port", "s3://a/b"])
def test_what_is_no_address_is_wrong_usage(address: str) -> None:
    with pytest.raises(UsageError, match="write it as tcp://HOST:8786"):
        ClusterWorkers[Path](address, FAKE_JUDGE, done=lambda *_: None)


def test_a_worker_without_pacetag_is_told_what_to_install(
    scheduler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lacking(_: Any) -> None:
        raise ModuleNotFoundError("No module named 'pacetag'")

    monkeypatch.setattr(connection, "card_of", lacking)
    own = station.card_of(FAKE_JUDGE)

    with pytest.raises(ClusterError, match=f"pacetag is not installed; install {own.pacetag}"):
        ClusterWorkers[Path](scheduler, FAKE_JUDGE, done=lambda *_: None)


def test_a_scheduler_that_stays_away_is_the_verdict_of_all_songs(
    songs: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 0.5)
    events: SimpleQueue[tuple[Path, Verdict]] = SimpleQueue()
    with small_cluster() as killed:
        workers = ClusterWorkers[Path](
            killed.address, FAKE_JUDGE, done=lambda song, verdict: events.put((song, verdict))
        )
        try:
            for name in ("endless 1.mp3", "endless 2.mp3", "130.mp3"):
                workers.submit(songs(name), limit=PATIENT)
            monkeypatch.setattr("pacetag.tagger.workers.connection.TIMEOUT", 0.5)
            killed.kill()
            found = dict(events.get(timeout=30) for _ in range(3))
            workers.submit(songs("140.mp3"), limit=PATIENT)
            later = events.get(timeout=30)[1]
        finally:
            workers.close()

    for verdict in (*found.values(), later):
        assert isinstance(verdict, ClusterError)
        assert "the scheduler has been away for" in str(verdict)


def test_a_song_that_lost_two_workers_is_set_aside_and_never_given_to_a_third(
    songs: Callable[[str], Path], tmp_path: Path
) -> None:
    events: SimpleQueue[tuple[Path, Verdict]] = SimpleQueue()
    log = tmp_path / "begun"
    log.touch()

    def wait_for(count: int) -> None:
        until = time.monotonic() + 60
        while log.read_text().count("endless.mp3") < count:
            assert time.monotonic() < until
            time.sleep(0.05)

    with small_cluster("process", FAKE_JUDGE_LOG=str(log)) as small:
        workers = ClusterWorkers[Path](
            small.address, FAKE_JUDGE, done=lambda song, verdict: events.put((song, verdict))
        )
        try:
            workers.submit(songs("endless.mp3"), limit=PATIENT)
            for count in (1, 2):
                wait_for(count)
                for pid in descendants(small.pid):
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
            found = result(events.get(timeout=60)[1])
            workers.submit(songs("130.mp3"), limit=PATIENT)
            other = result(events.get(timeout=60)[1])
        finally:
            workers.close()

    assert found.reason == (
        "its workers were lost while they judged it, perhaps for lack of memory; "
        "set aside after 2 tries"
    )
    assert not found.system_fault
    assert log.read_text().count("endless.mp3") == 2
    assert isinstance(other, Analysis)
