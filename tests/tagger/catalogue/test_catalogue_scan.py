"""`pacetag scan` of URLs and manifests, on this machine and on a cluster."""

import errno
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from fsspec.implementations.local import LocalFileSystem
from pyarrow import dataset, parquet

from pacetag.tagger.cancellation import Stop
from pacetag.tagger.catalogue import scan as catalogue_scan
from pacetag.tagger.catalogue.scan import CatalogueScan
from pacetag.tagger.catalogue.songs import CatalogueSong, Known, SongResult
from pacetag.tagger.scanning.options import ScanOptions
from pacetag.tagger.workers.judging import AnalysisError, WorkerReply
from pacetag.tagger.workers.protocol import Done
from tests.tagger.conftest import FAKE_JUDGE

MakeSong = Callable[..., Path]
Pacetag = Callable[..., Any]

pytestmark = pytest.mark.usefixtures("worker_threads")


@pytest.fixture
def songs(make_song: MakeSong) -> None:
    for name in ("a/172.34-86.2.mp3", "a/133.flac", "broken.m4a", "short.ogg", "a/notes.txt"):
        if name.endswith("txt"):
            make_song("a/1.mp3").rename(make_song("a/2.mp3").with_name("notes.txt"))
        else:
            make_song(name)
    make_song("a/2.mp3").unlink()


def objects(done: Any) -> dict[str, Any]:
    *songs, _ = [json.loads(line) for line in done.stdout.splitlines()]
    return {song["path"].rpartition("/")[2]: song for song in songs}


def rows(folder: Path) -> dict[str, dict[str, Any]]:
    found = dataset.dataset(folder).to_table().to_pylist()
    named = {row["url"].rpartition("/")[2]: row for row in found}
    assert len(named) == len(found)
    return named


@pytest.mark.usefixtures("songs")
def test_songs_below_a_url_go_into_parquet_and_stay_as_they_are(
    pacetag: Pacetag, library: Path, tmp_path: Path, index_file: Path
) -> None:
    before = {path: path.read_bytes() for path in library.rglob("*.*")}

    done = pacetag("scan", "--json", f"file://{library}", "--output", tmp_path / "out")

    found = rows(tmp_path / "out")
    assert done.exit_code == 1
    assert set(found) == {"172.34-86.2.mp3", "133.flac", "broken.m4a", "short.ogg"}
    assert [pace["bpm"] for pace in found["172.34-86.2.mp3"]["paces"]] == [172.34, 86.2]
    assert found["broken.m4a"]["error"] == "cannot decode audio: it is not audio"
    assert found["short.ogg"]["too_short"]
    assert objects(done)["133.flac"]["paces"][0]["bpm"] == 133.0
    assert done.stderr == "pacetag: songs in stores are only read: no tags are written\n"
    assert {path: path.read_bytes() for path in library.rglob("*.*")} == before
    assert not index_file.exists()


@pytest.mark.usefixtures("songs")
def test_the_next_scan_judges_what_is_new_changed_or_asked_for(
    pacetag: Pacetag,
    library: Path,
    tmp_path: Path,
    make_song: MakeSong,
    judged: Callable[[], list[str]],
) -> None:
    scan = ("scan", "--json", f"file://{library}", "--output", tmp_path / "out")
    pacetag(*scan)
    judged()

    again = pacetag(*scan)
    assert judged() == []
    assert objects(again)["broken.m4a"]["outcome"] == "failed"
    assert pacetag(*scan, "--ignore-failed").exit_code == 0

    (library / "a/133.flac").write_bytes((library / "a/133.flac").read_bytes() + b"more")
    make_song("150.mp3")
    pacetag(*scan)
    assert judged() == ["133.flac", "150.mp3"]

    pacetag(*scan, "--retry")
    assert set(judged()) == {"broken.m4a", "short.ogg"}
    pacetag(*scan, "--force")
    assert len(set(judged())) == 5
    assert len(rows(tmp_path / "out")) == 5


@pytest.mark.usefixtures("songs")
def test_songs_in_stores_go_into_the_index_under_their_urls(
    pacetag: Pacetag, library: Path, index_file: Path, judged: Callable[[], list[str]]
) -> None:
    pacetag("scan", f"file://{library}")
    first = judged()
    pacetag("scan", f"file://{library}", "--ignore", "broken.*")
    stats = pacetag("stats")

    assert len(set(first)) == 4
    assert judged() == []
    with sqlite3.connect(index_file) as db:
        found = dict(db.execute("SELECT path, failure FROM song_records").fetchall())
    assert found[f"file://{library}/a/133.flac"] is None
    assert found[f"file://{library}/broken.m4a"] == "cannot decode audio: it is not audio"
    assert "4 songs" in stats.stdout


@pytest.mark.usefixtures("songs")
def test_the_index_offers_songs_in_stores_by_their_urls(
    pacetag: Pacetag, library: Path, tmp_path: Path
) -> None:
    pacetag("scan", f"file://{library}")
    url = f"file://{library}/a/133.flac"

    listed = [pacetag("playlist", "--cadence", "133", "--json")]
    for suffix in (".m3u8", ".xspf", ".pls"):
        named = tmp_path / f"list{suffix}"
        listed.append(pacetag("playlist", "--cadence", "133", "--output", named))
        assert url in named.read_text()
        assert f"/{url}" not in named.read_text()
    problems = pacetag("problems", "--json")

    assert [done.exit_code for done in listed] == [0] * 4
    assert json.loads(listed[0].stdout)["songs"][0]["path"] == url
    assert {json.loads(line).get("kind") for line in problems.stdout.splitlines()[:-1]} == {
        "failed",
        "too short",
    }


@pytest.mark.usefixtures("songs")
def test_songs_in_stores_are_forgotten_by_their_urls(pacetag: Pacetag, library: Path) -> None:
    pacetag("scan", f"file://{library}")

    below = pacetag("forget", f"file://{library}/a/")
    again = pacetag("forget", f"file://{library}/a")

    assert (below.exit_code, again.exit_code) == (0, 1)
    assert "2 songs forgotten" in below.stdout
    assert f"file://{library}/a: the index knows no song there" in again.stderr
    assert "2 songs" in pacetag("stats").stdout


@pytest.mark.usefixtures("songs")
def test_a_scan_of_the_same_files_leaves_the_records_of_their_urls(
    pacetag: Pacetag, library: Path, index_file: Path, judged: Callable[[], list[str]]
) -> None:
    pacetag("scan", f"file://{library}")
    judged()

    pacetag("scan", library)

    with sqlite3.connect(index_file) as db:
        (urls,) = db.execute(
            "SELECT count(*) FROM song_records WHERE path LIKE 'file:%' AND NOT missing"
        ).fetchone()
        (paths,) = db.execute(
            "SELECT count(*) FROM song_records WHERE path LIKE '/%' AND NOT missing"
        ).fetchone()
    assert (urls, paths) == (4, 4)
    assert set(judged()) == {"broken.m4a", "short.ogg"}  # the others are known by their sound


@pytest.mark.usefixtures("songs")
def test_a_manifest_names_songs_and_its_other_columns_are_kept(
    pacetag: Pacetag, library: Path, tmp_path: Path
) -> None:
    table = pa.table(
        {
            "path": ["a/172.34-86.2.mp3", f"{library}/a/133.flac", "a/133.flac", None],
            "isrc": ["X1", "X2", "X2", "X3"],
            "rating": [5, None, None, 1],
        }
    )
    parquet.write_table(table, library / "manifest.parquet")

    done = pacetag("scan", library / "manifest.parquet", "--output", tmp_path / "out")

    found = rows(tmp_path / "out")
    assert done.exit_code == 0
    assert {name: (row["isrc"], row["rating"]) for name, row in found.items()} == {
        "172.34-86.2.mp3": ("X1", 5),
        "133.flac": ("X2", None),
    }


@pytest.mark.usefixtures("songs")
def test_columns_of_manifests_keep_their_types_and_become_text_where_these_differ(
    pacetag: Pacetag, library: Path, tmp_path: Path
) -> None:
    first = {
        "path": pa.array(["a/172.34-86.2.mp3"]),
        "at": pa.array([1_234_567_891_234_567_891], pa.timestamp("ns", "UTC")),
        "kind": pa.array(["rock"]).dictionary_encode(),
        "marks": pa.array([[("loud", 1)]], pa.map_(pa.string(), pa.int64())),
        "none": pa.array([None], pa.int16()),
        "year": pa.array([1970]),
    }
    parquet.write_table(pa.table(first), library / "a.parquet")
    parquet.write_table(
        pa.table({"path": ["a/133.flac"], "year": ["1971?"]}), library / "b.parquet"
    )
    out = tmp_path / "out"

    done = pacetag("scan", library / "a.parquet", library / "b.parquet", "--output", out)

    schema = dataset.dataset(out).schema
    assert done.exit_code == 0
    assert schema.field("at").type == pa.timestamp("us", "UTC")
    assert schema.field("kind").type == pa.string()
    assert schema.field("none").type == pa.int16()
    assert {name: row["year"] for name, row in rows(out).items()} == {
        "172.34-86.2.mp3": "1970",
        "133.flac": "1971?",
    }
    assert rows(out)["172.34-86.2.mp3"]["marks"] == [("loud", 1)]


@pytest.mark.usefixtures("songs")
def test_a_manifest_that_is_damaged_in_its_midst_is_named(
    pacetag: Pacetag, library: Path, tmp_path: Path
) -> None:
    manifest = library / "manifest.parquet"
    parquet.write_table(pa.table({"path": ["a/133.flac"] * 9, "n": range(9)}), manifest)
    content = bytearray(manifest.read_bytes())
    content[4:40] = b"\xff" * 36
    manifest.write_bytes(content)

    done = pacetag("scan", manifest, "--output", tmp_path / "out")

    assert done.exit_code == 1
    assert f"{manifest}: the manifest cannot be read to its end (" in done.stderr


@pytest.mark.usefixtures("songs")
def test_a_cluster_judges_songs_in_stores(
    pacetag: Pacetag, library: Path, tmp_path: Path, scheduler: str, cluster_log: Path
) -> None:
    cluster_log.unlink(missing_ok=True)
    local, clustered = tmp_path / "local", tmp_path / "clustered"
    pacetag("scan", f"file://{library}", "--output", local)

    done = pacetag("scan", f"file://{library}", "--output", clustered, "--cluster", scheduler)

    def facts(folder: Path) -> dict[str, Any]:
        return {name: {**row, "seconds": None} for name, row in rows(folder).items()}

    assert done.exit_code == 1
    assert facts(clustered) == facts(local)
    assert len(set(cluster_log.read_text().split())) == 4


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["file:///nowhere", "--output", "out"], "there is nothing; name a folder of songs"),
        (["nosuch://bucket/songs", "--output", "out"], "its songs cannot be listed"),
        (["file:///nowhere", "--dry-run"], "only read: no tags are written; leave --dry-run out"),
        (["file:///nowhere", "--bpm", "overwrite"], "leave --bpm out"),
        (["file:///nowhere", "--bpm-range", "140-190"], "leave --bpm-range out"),
        (
            ["file:///nowhere", "--quodlibet", "--pace-values", "joined"],
            "--quodlibet and --pace-v",
        ),
        (["file:///nowhere", "."], "one after the other"),
        ([".", "--output", "out"], "--output is for songs in stores"),
        (["gone.parquet", "--output", "out"], "gone.parquet: there is no such file or folder"),
        (["broken.parquet", "--output", "out"], "the manifest cannot be read"),
        (["other.parquet", "--output", "out"], "neither a column `url` nor `path`, but name"),
    ],
)
def test_what_cannot_be_scanned_is_a_sentence(
    pacetag: Pacetag,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    sentence: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("broken.parquet").write_bytes(b"no table")
    parquet.write_table(pa.table({"name": ["a.mp3"]}), "other.parquet")

    done = pacetag("scan", *arguments)

    assert done.exit_code in (1, 2)
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.usefixtures("songs")
def test_settings_about_tags_stand_for_other_scans(
    pacetag: Pacetag, library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PACETAG_BPM", "overwrite")
    monkeypatch.setenv("PACETAG_QUODLIBET", "true")

    done = pacetag("scan", f"file://{library}/a", "--output", tmp_path / "out")

    assert "no tags are written" in done.stderr
    assert "leave" not in done.stderr
    assert rows(tmp_path / "out")


@pytest.mark.usefixtures("songs")
def test_a_folder_that_cannot_be_listed_is_named_after_the_songs_of_the_others(
    pacetag: Pacetag, library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = LocalFileSystem.ls

    def ls(store: Any, path: str, **options: Any) -> Any:
        if path.endswith("/a"):
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return real(store, path, **options)

    monkeypatch.setattr(LocalFileSystem, "ls", ls)

    done = pacetag("scan", f"file://{library}", "--output", tmp_path / "out")

    assert done.exit_code == 1
    assert f"1 of its folders cannot be listed, the first is {library}/a (Perm" in done.stderr
    assert set(rows(tmp_path / "out")) == {"broken.m4a", "short.ogg"}


def test_a_server_that_does_not_answer_is_not_taken_for_an_empty_folder(
    pacetag: Pacetag, tmp_path: Path
) -> None:
    done = pacetag("scan", "http://127.0.0.1:9/songs", "--output", tmp_path / "out")

    assert done.exit_code == 1
    assert "http://127.0.0.1:9/songs: its songs cannot be listed (" in done.stderr


class Instant:
    """Workers of four slots that answer when the scan waits, and count what is under way."""

    slots = 4

    def __init__(self, done: Done[str], verdicts: Callable[[str], Any]) -> None:
        self._done, self._verdicts = done, verdicts
        self.under_way = self.most = 0
        self.waiting: list[str] = []

    def submit(self, song: str, *, limit: float) -> None:
        self.waiting.append(song)
        self.most = max(self.most, len(self.waiting))
        if len(self.waiting) > 2 * self.slots:
            self._answer()

    def _answer(self) -> None:
        song = self.waiting.pop(0)
        self._done(song, self._verdicts(song))

    def stop(self) -> None:
        for song in self.waiting:
            self._done(song, None)
        self.waiting = []

    def close(self) -> None:
        """Do nothing."""


class Memory:
    """Records in memory."""

    def __init__(self) -> None:
        self.added: list[str] = []
        self.closed = False

    def find(self, songs: Any) -> list[Known | None]:
        return [None] * len(songs)

    def add(self, result: SongResult, *, again: bool) -> None:
        self.added.append(result.song.url)

    def tick(self) -> None:
        """Do nothing."""

    def close(self) -> None:
        self.closed = True


def test_a_listing_is_read_no_faster_than_its_songs_are_judged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(catalogue_scan, "AHEAD", 5)
    made: list[Instant] = []
    read = 0
    stop, records = Stop(), Memory()

    def listing() -> Any:
        nonlocal read
        for number in range(1_000_000):
            read += 1
            yield CatalogueSong(url=f"s3://bucket/{number}.mp3")

    def make(_: Any, done: Done[str]) -> Instant:
        reply = WorkerReply(result=AnalysisError(reason="unheard"))
        made.append(Instant(done, lambda _: reply))
        return made[-1]

    scan = CatalogueScan(records, FAKE_JUDGE, ScanOptions(jobs=1), stop, make_workers=make)
    for done, _ in enumerate(scan.songs(listing()), 1):
        assert read <= done + 2 * 4 + 2 + 5
        if done == 200:
            stop.request()

    assert 200 <= len(records.added) <= 212
    assert made[0].most <= 2 * 4 + 2
    assert records.closed
