"""Songs in stores are fetched by ranges where that saves bytes, and else as a whole."""

import io
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import fsspec
import numpy as np
import pytest
from numpy.typing import NDArray

from pacetag.model.judge import Judge
from pacetag.model.judgement import Analysis
from pacetag.tagger.tags.fingerprint import file_fingerprint
from pacetag.tagger.workers.judging import AnalysisError, hear
from pacetag.tagger.workers.stored import BLOCK, MOST_AHEAD, Fetched, RangedFile, stored_song
from tests.tagger.conftest import write_sound

SECONDS = 100.0
RATE = 22_050


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge()


@pytest.fixture(scope="module")
def song(click_track: Callable[..., NDArray[np.float32]]) -> NDArray[np.float32]:
    clicks = click_track(150, seconds=SECONDS)
    return clicks + np.random.default_rng(1).normal(0, 0.01, len(clicks)).astype(np.float32)


@pytest.fixture
def bucket() -> Iterator[Any]:
    """A store in memory."""
    store = fsspec.filesystem("memory")
    store.mkdirs("/songs", exist_ok=True)
    yield store
    store.rm("/songs", recursive=True)


@pytest.mark.parametrize("name", ["song.wav", "song.flac", "named wrongly.mp3"])
def test_of_a_container_that_can_be_sought_a_part_is_fetched(
    judge: Judge, song: NDArray[np.float32], tmp_path: Path, bucket: Any, name: str
) -> None:
    file = tmp_path / ("song.flac" if name.endswith("mp3") else name)
    write_sound(file, song, RATE)
    bucket.pipe(f"/songs/{name}", file.read_bytes())

    reply = hear(judge, f"memory://songs/{name}")

    assert isinstance(reply.result, Analysis)
    assert reply.result == judge.file(file).rounded()
    assert reply.fetched is not None
    assert reply.fetched.size == file.stat().st_size
    assert reply.fetched.bytes < 0.8 * reply.fetched.size
    assert reply.fetched.fingerprint is None


def test_an_mp3_is_fetched_once_and_so_its_fingerprint_is_known(
    judge: Judge, song: NDArray[np.float32], tmp_path: Path, bucket: Any
) -> None:
    file = tmp_path / "song.mp3"
    write_sound(file, song, RATE)
    bucket.pipe("/songs/song.mp3", file.read_bytes())

    reply = hear(judge, "memory://songs/song.mp3")

    assert reply.result == judge.file(file).rounded()
    assert reply.fetched is not None
    assert reply.fetched.bytes == file.stat().st_size
    assert reply.fetched.fingerprint == file_fingerprint(file)


def test_a_store_without_its_library_or_its_file_is_no_damaged_song(
    judge: Judge, bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = hear(judge, "memory://songs/gone.mp3").result
    unknown = hear(judge, "nosuchstore://songs/gone.mp3").result

    def missing(*_: Any, **__: Any) -> Any:
        raise ImportError("Install s3fs to access S3")

    monkeypatch.setattr(fsspec.core, "url_to_fs", missing)
    lacking = hear(judge, "s3://songs/gone.mp3").result

    for found in (gone, unknown, lacking):
        assert isinstance(found, AnalysisError)
        assert found.system_fault
    assert isinstance(lacking, AnalysisError)
    assert "Install s3fs to access S3 on each machine that judges" in lacking.reason


def test_two_colons_in_a_name_are_part_of_it(
    judge: Judge, song: NDArray[np.float32], tmp_path: Path
) -> None:
    file = tmp_path / "artist :: live" / "a::b.flac"
    file.parent.mkdir()
    write_sound(file, song, RATE)

    reply = hear(judge, f"file://{file}")

    assert reply.result == judge.file(file).rounded()


def test_what_is_read_by_ranges_is_the_file() -> None:
    content = np.random.default_rng(2).bytes(5 * BLOCK + 777)
    asked: list[tuple[int, int]] = []

    class Noted(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            asked.append((self.tell(), size or 0))
            return super().read(size)

    fetched = Fetched(size=len(content), etag=None)
    file, rng = RangedFile(Noted(content), fetched), np.random.default_rng(3)
    for _ in range(200):
        place, size = int(rng.integers(len(content) + 99)), int(rng.integers(2 * BLOCK))
        file.seek(place)
        assert file.read(size) == content[place : place + size]

    assert fetched.bytes == sum(size for _, size in asked) == len(content)  # no block twice
    assert fetched.requests == len(asked) <= 6
    assert max(size for _, size in asked) <= MOST_AHEAD * BLOCK


def test_a_store_that_gives_too_little_is_at_fault() -> None:
    with pytest.raises(OSError, match="less than it promised"):
        RangedFile(io.BytesIO(b"abc"), Fetched(size=9, etag=None)).read()


def test_a_song_in_a_store_is_only_read(bucket: Any) -> None:
    bucket.pipe("/songs/song.mp3", b"no sound at all")

    with stored_song("memory://songs/song.mp3") as (sound, _):
        opened: Any = sound.open()

        assert opened.read() == b"no sound at all"
        assert not hasattr(opened, "write")


@pytest.mark.parametrize("name", ["song.flac", "song.mp3"])
def test_a_server_of_the_web_that_gives_no_parts_gives_the_whole(
    judge: Judge, song: NDArray[np.float32], tmp_path: Path, name: str
) -> None:
    file = tmp_path / name
    write_sound(file, song, RATE)
    handler = partial(QuietHandler, directory=str(tmp_path))  # it knows no ranges
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        host, port = server.server_address[:2]
        reply = hear(judge, f"http://{host!s}:{port}/{name}")
        server.shutdown()
        thread.join()

    assert reply.result == judge.file(file).rounded()
    assert reply.fetched is not None
    assert reply.fetched.size == file.stat().st_size
    assert reply.fetched.fingerprint == file_fingerprint(file)


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves files, and says nothing about it."""

    def log_message(self, *_: Any) -> None:
        """Say nothing."""
