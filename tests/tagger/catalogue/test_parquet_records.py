"""Records in Parquet files: one row a song, through restarts, retries and crashes."""

from collections import Counter
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import dataset, parquet

from pacetag.model.judgement import Analysis, Pace
from pacetag.tagger.catalogue import keys as keys_module
from pacetag.tagger.catalogue import parquet_records
from pacetag.tagger.catalogue.keys import Keys, notes_of
from pacetag.tagger.catalogue.parquet_records import ParquetRecords
from pacetag.tagger.catalogue.songs import CatalogueSong, Known, SongResult, State
from pacetag.tagger.errors import TaggerError, UsageError
from pacetag.tagger.workers.judging import AnalysisError, WorkerReply
from pacetag.tagger.workers.stored import Fetched

NETWORK = "n" * 16
FOUND = Analysis(
    paces=(Pace(bpm=172.3, confidence=0.91), Pace(bpm=86.15, confidence=0.8)),
    duration=181.5,
    stability=0.002,
    tempo_segments=(86.0, 90.0),
    intensity=0.4,
    metre="duple",
)


def song(number: int, **more: Any) -> CatalogueSong:
    return CatalogueSong(url=f"s3://bucket/{number}.mp3", size=10 + number, etag="e", **more)


def judged(song: CatalogueSong, result: Any = FOUND) -> SongResult:
    fetched = Fetched(size=song.size or 0, etag=song.etag, bytes=7, requests=2, fingerprint="ab")
    return SongResult(song=song, bundle="b-1", reply=WorkerReply(result=result, fetched=fetched))


def rows(folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = dataset.dataset(folder).to_table().to_pylist()
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "out"


@pytest.fixture
def small_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_records, "ROWS", 4)


@pytest.fixture
def merging(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys_module, "MERGED", 3)


def record(folder: Path, *results: SongResult, again: bool = False) -> None:
    records = ParquetRecords(folder, NETWORK)
    for result in results:
        records.add(result, again=again)
    records.close()


def test_a_row_holds_all_that_is_known_of_a_song(folder: Path) -> None:
    record(folder, judged(song(1, more={"title": "Tune", "size": 3})))

    (row,) = rows(folder)

    assert row["url"] == "s3://bucket/1.mp3"
    assert row["paces"] == [
        {"bpm": 172.3, "confidence": 0.91},
        {"bpm": 86.15, "confidence": 0.8},
    ]
    assert (row["duration"], row["stability"], row["intensity"]) == (181.5, 0.002, 0.4)
    assert (row["metre"], row["tempo_segments"]) == ("duple", [86.0, 90.0])
    assert (row["size"], row["etag"], row["fingerprint"]) == (11, "e", "ab")
    assert (row["fetched"], row["requests"], row["state"]) == (7, 2, 0)
    assert (row["title"], row["manifest_size"]) == ("Tune", 3)


def test_no_two_columns_have_one_name(folder: Path) -> None:
    record(folder, judged(song(1, more={"key": 1, "manifest_key": 2})))

    (row,) = rows(folder)

    assert (row["manifest_key"], row["manifest_manifest_key"]) == (1, 2)


def test_what_is_written_is_known_to_the_next_scan(folder: Path) -> None:
    broken = AnalysisError(reason="cannot decode audio: it is not audio")
    away = AnalysisError(reason="cannot be read: the store is away", system_fault=True)
    record(folder, judged(song(1)), judged(song(2), broken), judged(song(3), away))

    records = ParquetRecords(folder, NETWORK)
    found = records.find([song(n) for n in (1, 2, 3, 4)])
    other = ParquetRecords.find  # of a scan with another network
    records.close()
    records = ParquetRecords(folder, "m" * 16)
    of_other = other(records, [song(1)])
    records.close()

    version = song(1).version
    assert found[0] == Known(state=State.JUDGED, version=version, network=True)
    assert [each.state if each else None for each in found] == [
        State.JUDGED,
        State.FAILED,
        State.AGAIN,
        None,
    ]
    assert of_other[0] is not None
    assert not of_other[0].network


@pytest.mark.usefixtures("small_files", "merging")
def test_a_song_that_is_judged_again_has_its_newest_row_alone(folder: Path) -> None:
    away = AnalysisError(reason="the store is away", system_fault=True)
    record(folder, *(judged(song(n), away if n % 3 == 0 else FOUND) for n in range(20)))

    record(folder, *(judged(song(n)) for n in range(0, 20, 3)), again=True)

    found = rows(folder)
    assert Counter(row["url"] for row in found) == {song(n).url: 1 for n in range(20)}
    assert all(row["error"] is None for row in found)


@pytest.mark.usefixtures("small_files")
def test_small_files_are_put_together(folder: Path) -> None:
    for number in range(9):
        record(folder, judged(song(number)))

    assert len(list(folder.glob("part-*"))) <= 5
    assert sorted(row["url"] for row in rows(folder)) == [song(n).url for n in range(9)]


@pytest.mark.usefixtures("small_files")
@pytest.mark.parametrize("at", range(12))
def test_a_scan_that_is_killed_at_any_step_loses_and_doubles_nothing(
    folder: Path, at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Steps are the renames and removals that a scan does."""
    steps = 0

    class KilledError(BaseException):
        """The process ends here."""

    def counted(function: Any) -> Any:
        def run(*arguments: Any, **options: Any) -> Any:
            nonlocal steps
            steps += 1
            if steps > at:
                raise KilledError
            return function(*arguments, **options)

        return run

    away = AnalysisError(reason="the store is away", system_fault=True)
    record(folder, *(judged(song(n), away if n % 3 == 0 else FOUND) for n in range(10)))
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", counted(Path.replace))
        patch.setattr(Path, "unlink", counted(Path.unlink))
        records = ParquetRecords(folder, NETWORK)
        with suppress(KilledError, OSError):
            for number in (0, 3, 6, 10, 11):
                records.add(judged(song(number)), again=True)
            records.close()
        records._parts.close()

    records = ParquetRecords(folder, NETWORK)
    known = records.find([song(n) for n in range(12)])
    for number, each in enumerate(known):
        if each is None or each.state is State.AGAIN:
            records.add(judged(song(number)), again=each is not None)
    records.close()

    found = rows(folder)
    assert Counter(row["url"] for row in found) == {song(n).url: 1 for n in range(12)}
    assert all(row["error"] is None for row in found)
    assert not list(folder.glob(".part*"))


def test_a_folder_with_other_files_is_refused_and_stays_as_it_is(folder: Path) -> None:
    folder.mkdir()
    (folder / "mine.parquet").write_bytes(b"mine")

    with pytest.raises(UsageError, match="holds other files"):
        ParquetRecords(folder, NETWORK)

    assert [path.name for path in folder.iterdir()] == ["mine.parquet"]
    assert (folder / "mine.parquet").read_bytes() == b"mine"


def test_two_scans_never_write_the_same_folder(folder: Path) -> None:
    first = ParquetRecords(folder, NETWORK)

    with pytest.raises(TaggerError, match="another scan writes there"):
        ParquetRecords(folder, NETWORK)
    first.close()
    ParquetRecords(folder, NETWORK).close()


def test_a_damaged_file_is_named(folder: Path) -> None:
    record(folder, judged(song(1)))
    (part,) = folder.glob("part-*")
    part.write_bytes(part.read_bytes()[:-20])

    with pytest.raises(TaggerError, match=r"part-00000001\.parquet: is damaged"):
        ParquetRecords(folder, NETWORK)


def test_a_full_disk_is_a_sentence_and_keeps_what_is_there(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(folder, judged(song(1)))
    monkeypatch.setattr(
        parquet, "write_table", lambda *_, **__: (_ for _ in ()).throw(OSError(28, "No space left"))
    )

    with pytest.raises(TaggerError, match="No space left"):
        record(folder, judged(song(2)))

    assert [row["url"] for row in rows(folder)] == [song(1).url]


@pytest.mark.usefixtures("merging")
def test_keys_with_equal_halves_are_told_apart() -> None:
    high = [b"a" * 8 + bytes([n]) * 8 for n in range(4)]
    stored = np.frombuffer(b"".join(high[:2]), np.uint8).reshape(-1, 16)
    states, same = np.array([0, 1], np.int8), np.array([True, False])
    known = Keys(stored, np.array([5, -1]), notes_of(states, same))

    known.add(high[2], 7, State.AGAIN)
    known.add(high[0], 6, State.FAILED)
    known.add(b"b" * 16, None, State.JUDGED)  # with which they are merged

    assert known.find([*high, b"b" * 16]) == [
        Known(state=State.FAILED, version=6, network=True),
        Known(state=State.FAILED, version=None, network=False),
        Known(state=State.AGAIN, version=7, network=True),
        None,
        Known(state=State.JUDGED, version=None, network=True),
    ]
    assert known.find([]) == []


def test_a_content_that_changed_since_it_was_listed_is_recorded_as_it_was_read() -> None:
    listed = song(1)
    fetched = Fetched(size=99, etag="new")
    result = replace(judged(listed), reply=WorkerReply(result=FOUND, fetched=fetched))

    assert result.version == CatalogueSong(url=listed.url, size=99, etag="new").version
    assert result.version != listed.version
    assert pa.table({"version": [result.version]})["version"].type == pa.int64()
