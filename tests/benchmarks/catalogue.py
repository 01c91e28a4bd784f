"""Print what the records of a catalogue take: seconds, bytes and memory, in Parquet and SQLite.

python -m tests.benchmarks.catalogue --rows 1000000 --index-rows 100000
"""

import argparse
import hashlib
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from pacetag.db.index import SongIndex
from pacetag.model.judgement import Analysis, Pace
from pacetag.tagger.catalogue.index_records import IndexRecords
from pacetag.tagger.catalogue.parquet_records import ParquetRecords
from pacetag.tagger.catalogue.songs import CatalogueSong, SongResult
from pacetag.tagger.workers.judging import WorkerReply
from pacetag.tagger.workers.stored import Fetched

NETWORK = "0123456789abcdef"
BATCH = 256  # songs of one question


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def songs(count: int) -> Iterator[CatalogueSong]:
    """Songs as a bucket lists them."""
    for number in range(count):
        etag = hashlib.md5(str(number).encode()).hexdigest()
        url = f"s3://catalogue/{number // 1000:06d}/{number:09d}-some-title.flac"
        yield CatalogueSong(url=url, size=20_000_000 + number, etag=etag)


def results(count: int) -> Iterator[SongResult]:
    """Songs with the paces of a usual song."""
    rng = np.random.default_rng(1)
    for song in songs(count):
        bpm = round(float(rng.uniform(60, 190)), 2)
        found = Analysis(
            paces=(
                Pace(bpm=bpm, confidence=round(float(rng.uniform(0.9, 1)), 4)),
                Pace(bpm=round(2 * bpm, 2), confidence=round(float(rng.uniform(0.5, 0.9)), 4)),
            ),
            duration=float(rng.uniform(120, 400)),
            stability=round(float(rng.uniform(0, 0.01)), 5),
            intensity=round(float(rng.uniform(0, 1)), 2),
            metre="duple",
        )
        fetched = Fetched(size=song.size or 0, etag=song.etag, bytes=6_000_000, requests=12)
        reply = WorkerReply(result=found, seconds=float(rng.uniform(0.3, 2)), fetched=fetched)
        yield SongResult(song=song, bundle="stride-5", reply=reply)


def memory() -> float:
    """MB that this process has taken at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def size_of(folder: Path) -> int:
    """Bytes of the files in a folder."""
    return sum(path.stat().st_size for path in folder.iterdir() if path.is_file())


def ask(records: ParquetRecords | IndexRecords, count: int) -> int:
    """Ask for all songs in parts, as a scan does; how many are known."""
    known, part = 0, []
    for song in songs(count):
        part.append(song)
        if len(part) == BATCH:
            known += sum(each is not None for each in records.find(part))
            part = []
    return known + sum(each is not None for each in records.find(part))


def measure_parquet(folder: Path, count: int) -> None:
    """Write so many rows, open the records again, and ask for every song."""
    began, made = time.perf_counter(), ParquetRecords(folder, NETWORK)
    for result in results(count):
        made.add(result, again=False)
    made.close()
    wrote = time.perf_counter() - began
    say(
        f"Parquet: {count} rows in {wrote:.1f} s ({count / wrote:.0f} a second), "
        f"{size_of(folder) / count:.0f} bytes a row, {len(list(folder.glob('part-*')))} files"
    )
    began = time.perf_counter()
    records = ParquetRecords(folder, NETWORK)
    opened = time.perf_counter() - began
    began = time.perf_counter()
    known = ask(records, count)
    asked = time.perf_counter() - began
    records.close()
    say(
        f"  opened again in {opened:.2f} s, {known} found in {asked:.1f} s "
        f"({count / asked:.0f} a second); {memory():.0f} MB at most"
    )


def measure_index(folder: Path, count: int) -> None:
    """Likewise for the index."""
    file = folder / "index.sqlite3"
    with SongIndex.open(file) as index:
        began, records = time.perf_counter(), IndexRecords(index, "stride-5")
        for result in results(count):
            records.add(result, again=False)
        records.close()
        wrote = time.perf_counter() - began
        began = time.perf_counter()
        known = ask(IndexRecords(index, "stride-5"), count)
        asked = time.perf_counter() - began
    say(
        f"SQLite: {count} rows in {wrote:.1f} s ({count / wrote:.0f} a second), "
        f"{size_of(folder) / count:.0f} bytes a row; {known} found in {asked:.1f} s "
        f"({count / asked:.0f} a second)"
    )


def main() -> None:
    """Measure both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--index-rows", type=int, default=100_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if options.rows:
            measure_parquet(Path(folder) / "out", options.rows)
        if options.index_rows:
            (Path(folder) / "index").mkdir()
            measure_index(Path(folder) / "index", options.index_rows)


if __name__ == "__main__":
    main()
