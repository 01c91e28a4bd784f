"""Parquet files in one folder: how they are named, written whole or not at all, and read."""

import json
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from pacetag.tagger.catalogue.songs import CatalogueSong, SongResult
from pacetag.tagger.errors import TaggerError, UsageError
from pacetag.tagger.tags.safety.disk import flush, hold, sync_folder

MARK = "_pacetag.json"  # names the folder as pacetag's own; readers of data sets pass over it
_PART = re.compile(r"part-(\d{8})\.parquet")
_DRAFT = re.compile(r"\.part-\d{8}\.parquet\.new")
_PACE = pa.struct([("bpm", pa.float64()), ("confidence", pa.float64())])
SCHEMA = pa.schema(
    [
        ("url", pa.string()),
        ("key", pa.binary(16)),  # hash of the URL
        ("size", pa.int64()),  # bytes
        ("etag", pa.string()),  # of the content that was judged, as its store says
        ("version", pa.int64()),  # hash of what the listing said of the content
        ("fingerprint", pa.string()),  # of the sound, where the whole file was fetched
        ("bundle", pa.string()),  # name of the network
        ("network", pa.string()),  # hash of it
        ("paces", pa.list_(_PACE)),  # most confident first
        ("duration", pa.float64()),  # s
        ("stability", pa.float64()),
        ("tempo_segments", pa.list_(pa.float64())),  # bpm
        ("intensity", pa.float64()),  # 0 to 1
        ("metre", pa.string()),
        ("error", pa.string()),  # why it could not be judged
        ("too_short", pa.bool_()),
        ("state", pa.int8()),  # 0 judged, 1 failed, 2 to be tried again
        ("fetched", pa.int64()),  # bytes
        ("requests", pa.int32()),  # for them
        ("seconds", pa.float64()),  # that judging took
    ]
)


class Parts:
    """The folder of Parquet files that one catalogue's scans write, one scan at a time."""

    def __init__(self, folder: Path) -> None:
        """Make the folder, or open it where it is one of these, and lock it.

        Raises UsageError for a folder with other files, TaggerError where it cannot be used.
        """
        self.folder = folder
        with self._in_words():
            there = folder.exists() and any(folder.iterdir())
            if there and not (folder / MARK).is_file():
                raise UsageError(
                    f"{folder}: holds other files; name an empty or a new folder with --output"
                )
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = self._locked()
            if not there:
                content = json.dumps({"made by": "pacetag", "format": 1})
                (folder / MARK).write_text(content, encoding="utf-8")
            for draft in folder.iterdir():
                if _DRAFT.fullmatch(draft.name):  # of a scan that was killed
                    draft.unlink()

    def _locked(self) -> int:
        lock = os.open(self.folder / MARK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        if not hold(lock):
            os.close(lock)
            raise TaggerError(f"{self.folder}: another scan writes there")
        return lock

    def numbers(self) -> list[int]:
        """The numbers of the files, the oldest first."""
        found = (_PART.fullmatch(path.name) for path in self.folder.iterdir())
        return sorted(int(match.group(1)) for match in found if match)

    def place(self, number: int) -> Path:
        """The file with a number."""
        return self.folder / f"part-{number:08d}.parquet"

    def read(self, number: int, columns: Sequence[str] | None = None) -> Any:
        """A file's table. Raises TaggerError where it is damaged."""
        with self._in_words():
            try:
                # A plain file, so that the folder's name is not taken for a partition.
                return parquet.ParquetFile(self.place(number)).read(columns=columns)
            except pa.ArrowException as error:
                raise TaggerError(
                    f"{self.place(number)}: is damaged ({error}); remove it, and the next scan "
                    "judges its songs again"
                ) from error

    def rows(self, number: int) -> int:
        """How many rows a file has."""
        with self._in_words():
            rows: int = parquet.read_metadata(self.place(number)).num_rows
            return rows

    def write(self, table: Any, number: int) -> None:
        """Write a file, all of it or nothing; it replaces the one with its number."""
        place = self.place(number)
        draft = place.with_name(f".{place.name}.new")
        with self._in_words():
            try:
                parquet.write_table(table, draft, compression="zstd")
                with draft.open("rb") as file:
                    flush(file.fileno())
                draft.replace(place)
            except BaseException:
                with suppress(OSError):
                    draft.unlink()
                raise
            with suppress(OSError):
                sync_folder(self.folder)

    def remove(self, number: int) -> None:
        """Remove a file whose rows are all in others."""
        with self._in_words():
            self.place(number).unlink()

    def close(self) -> None:
        """Let other scans write there. Closing twice does no harm."""
        lock, self._lock = self._lock, -1
        if lock >= 0:
            os.close(lock)

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            reason = error.strerror or error
            raise TaggerError(
                f"{self.folder}: the results cannot be kept there ({reason}); what is there stays, "
                "and the next scan goes on from there"
            ) from error


def table_of(results: Sequence[SongResult], network: str) -> Any:
    """A table of results, with the further columns of their manifests behind the own ones."""
    songs = [result.song for result in results]
    table = pa.Table.from_pylist([_row(result, network) for result in results], SCHEMA)
    for name in dict.fromkeys(name for song in songs for name in song.more):
        column = name
        while column in table.column_names:  # twice where a manifest is such a table itself
            column = f"manifest_{column}"
        table = table.append_column(column, _column(name, songs))
    return table


def _column(name: str, songs: Sequence[CatalogueSong]) -> Any:
    """A column of manifests in its own type; as text where two of them differ in that."""
    values = [song.more.get(name) for song in songs]
    kind = next((song.types[name] for song in songs if name in song.types), None)
    try:
        return pa.array(values, kind)
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        return pa.array([None if value is None else str(value) for value in values], pa.string())


def _row(result: SongResult, network: str) -> dict[str, Any]:
    found, error, fetched = result.analysis, result.error, result.reply.fetched
    row: dict[str, Any] = {
        "url": result.song.url.encode("utf-8", "backslashreplace").decode(),
        "key": result.song.key,
        "size": result.size,
        "etag": result.etag,
        "version": result.version,
        "bundle": result.bundle,
        "network": network,
        "state": int(result.state),
        "too_short": error is not None and error.too_short,
        "seconds": round(result.reply.seconds, 4),
    }
    if error is not None:
        row["error"] = error.reason.encode("utf-8", "backslashreplace").decode()
    if fetched is not None:
        row |= {"fetched": fetched.bytes, "requests": fetched.requests}
        row["fingerprint"] = fetched.fingerprint
    if found is not None:
        row |= {
            "paces": [{"bpm": pace.bpm, "confidence": pace.confidence} for pace in found.paces],
            "tempo_segments": list(found.tempo_segments),
            "duration": found.duration,
            "stability": found.stability,
            "intensity": found.intensity,
            "metre": found.metre,
        }
    return row
