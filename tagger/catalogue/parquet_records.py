"""Records of a catalogue in Parquet files: exactly one row a song, kept through any crash.

Files are only added while songs are judged, each whole. A song that was judged again has its row in
the newest file that names it; the older row is taken out at the end, or by the next scan.
"""

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pacetag.tagger.catalogue.keys import Keys, notes_of
from pacetag.tagger.catalogue.parts import Parts, table_of
from pacetag.tagger.catalogue.songs import CatalogueSong, Known, SongResult

ROWS = 50_000  # of a file; it is written earlier where it would wait too long
LONGEST_WAIT = 60.0  # s for which a result may be lost by a crash


class ParquetRecords:
    """The records in a folder, for one scan."""

    def __init__(self, folder: Path, network: str) -> None:
        """`network`: hash of the network that judges. Raises TaggerError or UsageError."""
        self._parts, self._network = Parts(folder), network
        self._rows: list[SongResult] = []
        self._since = time.monotonic()
        self._replaces = False  # a song has been judged again
        try:
            self._settle()
            self._keys = self._read_keys()
        except BaseException:
            self._parts.close()
            raise

    def find(self, songs: Sequence[CatalogueSong]) -> list[Known | None]:
        """What is known of each song."""
        return self._keys.find([song.key for song in songs])

    def add(self, result: SongResult, *, again: bool) -> None:
        """Record a song; `again`: there is a record of it. Raises TaggerError."""
        self._rows.append(result)
        self._keys.add(result.song.key, result.version, result.state)
        self._replaces = self._replaces or again
        self.tick()

    def tick(self) -> None:
        """Write what has waited long enough. Raises TaggerError."""
        late = time.monotonic() - self._since > LONGEST_WAIT
        if len(self._rows) >= ROWS or (late and self._rows):
            self._write()

    def _write(self) -> None:
        if self._rows:
            number = max(self._parts.numbers(), default=0) + 1
            self._parts.write(table_of(self._rows, self._network), number)
        self._rows, self._since = [], time.monotonic()

    def close(self) -> None:
        """Write all that is left, and leave exactly one row a song. Raises TaggerError."""
        try:
            self._write()
            if self._replaces:  # first, or an old row would get into the newest file
                self._settle()
            self._merge_small()
        finally:
            self._parts.close()

    def _read_keys(self) -> Keys:
        tables = [
            self._parts.read(number, ["key", "version", "state", "network"])
            for number in self._parts.numbers()
        ]
        if not tables:
            none = np.zeros(0, np.int64)
            return Keys(np.zeros((0, 16), np.uint8), none, none.astype(np.int8))
        same = [np.array(pc.equal(table["network"], self._network)) for table in tables]
        return Keys(
            np.concatenate([_keys_of(table) for table in tables]),
            np.concatenate([table["version"].fill_null(-1).to_numpy() for table in tables]),
            np.concatenate(
                [
                    notes_of(table["state"].to_numpy(), each)
                    for table, each in zip(tables, same, strict=True)
                ]
            ),
        )

    def _settle(self) -> None:
        """Take out rows of songs that a newer file has, too."""
        numbers = self._parts.numbers()
        keys = [_keys_of(self._parts.read(number, ["key"])) for number in numbers]
        if not keys:
            return
        lengths = [len(each) for each in keys]
        halves = np.ascontiguousarray(np.concatenate(keys)).view(">u8").reshape(-1, 2)
        place = np.arange(len(halves))  # rises with the age of the files, the oldest first
        order = np.lexsort((place, halves[:, 1], halves[:, 0]))
        same = (halves[order][1:] == halves[order][:-1]).all(axis=1)
        superseded = np.zeros(len(halves), bool)
        superseded[order[:-1][same]] = True
        starts = np.concatenate([[0], np.cumsum(lengths)])
        for number, start, stop in zip(numbers, starts[:-1], starts[1:], strict=True):
            out = superseded[start:stop]
            if out.all():
                self._parts.remove(number)
            elif out.any():
                self._parts.write(self._parts.read(number).filter(pa.array(~out)), number)

    def _merge_small(self) -> None:
        """Put small files together, as many scans or a slow one leave them.

        The new file is there before the old ones go; a crash in between leaves rows twice, and the
        next scan takes out the older ones.
        """
        small: list[int] = []
        rows = 0
        for number in self._parts.numbers():
            count = self._parts.rows(number)
            if count < ROWS // 2:
                small.append(number)
                rows += count
            if rows >= ROWS:
                self._merge(small)
                small, rows = [], 0
        self._merge(small)

    def _merge(self, numbers: Sequence[int]) -> None:
        tables = [self._parts.read(number) for number in numbers]
        if len(tables) < 2 or any(table.schema != tables[0].schema for table in tables):
            return
        last = max(self._parts.numbers())
        self._parts.write(pa.concat_tables(tables), last + 1)
        for number in numbers:
            self._parts.remove(number)


def _keys_of(table: "pa.Table") -> NDArray[np.uint8]:
    """The keys of a table as bytes [n, 16]."""
    column = table["key"].combine_chunks()
    chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    parts = [
        np.frombuffer(chunk.buffers()[1], np.uint8)[16 * chunk.offset :][: 16 * len(chunk)]
        for chunk in chunks
        if len(chunk)
    ]
    return np.concatenate([*parts, np.zeros(0, np.uint8)]).reshape(-1, 16)
