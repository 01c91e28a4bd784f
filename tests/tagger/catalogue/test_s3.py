"""Songs in an S3 bucket, which a server on this machine plays."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pyarrow import dataset

MakeSong = Callable[..., Path]
Pacetag = Callable[..., Any]

pytestmark = pytest.mark.usefixtures("worker_threads")


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A client of the server, whose address the environment names, as it does for anybody."""
    import s3fs
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    s3fs.S3FileSystem.clear_instance_cache()
    client = s3fs.S3FileSystem(use_listings_cache=False)
    client.mkdir("songs")
    yield client
    client.rm("songs", recursive=True)  # the server's memory is this process's
    s3fs.S3FileSystem.clear_instance_cache()
    server.stop()


def rows(folder: Path) -> dict[str, dict[str, Any]]:
    found = dataset.dataset(folder).to_table().to_pylist()
    named = {row["url"]: row for row in found}
    assert len(named) == len(found)
    return named


def test_a_bucket_is_judged_once_and_again_where_it_changed(
    store: Any, pacetag: Pacetag, make_song: MakeSong, tmp_path: Path, judged: Callable[[], Any]
) -> None:
    for key, name in {
        "rock/172.mp3": "172.mp3",
        "rock/live/133.flac": "133.flac",
        "rocks/150.flac": "150.flac",
        "rock/.hidden.mp3": "120.mp3",
        "rock/notes.txt": "110.mp3",
    }.items():
        store.pipe(f"songs/{key}", make_song(name).read_bytes())
    scan = ("scan", "s3://songs/rock", "--output", tmp_path / "out")

    first = pacetag(*scan)
    once = judged()
    store.pipe("songs/rock/172.mp3", make_song("new.mp3").read_bytes())
    second = pacetag(*scan)
    twice = judged()

    found = rows(tmp_path / "out")
    assert (first.exit_code, second.exit_code) == (0, 0), first.stderr
    assert once == ["133.flac", "172.mp3"]
    assert twice == ["172.mp3"]
    assert set(found) == {"s3://songs/rock/172.mp3", "s3://songs/rock/live/133.flac"}
    content = store.cat("songs/rock/172.mp3")
    row = found["s3://songs/rock/172.mp3"]
    assert (row["size"], row["fetched"]) == (len(content), len(content))
    assert row["etag"] == hashlib.md5(content).hexdigest()


def test_more_objects_than_a_page_holds_are_listed_in_pages(
    store: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pacetag.tagger.catalogue.listing import listed
    from pacetag.tagger.library.ignored import Ignored

    for number in range(7):
        store.pipe(f"songs/{number}.mp3", b"sound")
    pages: list[Any] = []
    call = type(store).call_s3

    def paged(self: Any, method: str, **arguments: Any) -> Any:
        pages.append(arguments)
        return call(self, method, MaxKeys=3, **arguments)

    monkeypatch.setattr(type(store), "call_s3", paged)

    urls = [song.url for song in listed(["s3://songs"], Ignored(()))]

    assert urls == [f"s3://songs/{number}.mp3" for number in range(7)]
    assert len(pages) == 3


def test_a_bucket_that_is_not_there_is_a_sentence(
    store: Any, pacetag: Pacetag, tmp_path: Path
) -> None:
    done = pacetag("scan", "s3://nobucket/rock", "--output", tmp_path / "out")

    assert done.exit_code == 1
    assert "s3://nobucket/rock: its songs cannot be listed (" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("bucket", "environment", "words"),
    [
        ("songs", {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "Could not connect"),
        ("songs", {"AWS_SECRET_ACCESS_KEY": ""}, "redentials"),
        ("", {}, "Invalid bucket name"),
    ],
)
def test_a_store_that_cannot_be_reached_is_a_sentence(
    store: Any,
    pacetag: Pacetag,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    bucket: str,
    environment: dict[str, str],
    words: str,
) -> None:
    store.clear_instance_cache()
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    done = pacetag("scan", f"s3://{bucket}", "--output", tmp_path / "out")

    assert done.exit_code == 1
    assert f"s3://{bucket}: its songs cannot be listed (" in done.stderr
    assert words in done.stderr
