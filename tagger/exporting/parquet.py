"""An export as a Parquet file, with a type for each column."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from pacetag.model.extras import missing_modules
from pacetag.tagger.errors import MissingExtraError
from pacetag.tagger.exporting.columns import Column, Kind, Row
from pacetag.tagger.exporting.texts import readable_path

ROWS = 10_000  # in a row group, which is held in memory


class _Pieces:
    """A file whose content is taken out of it piece by piece."""

    closed = False

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: Any) -> int:
        self._pieces.append(bytes(piece))
        return len(self._pieces[-1])

    def flush(self) -> None:
        """Keep what was written until it is taken."""

    def close(self) -> None:
        """Keep what was written until it is taken."""

    def taken(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def check_parquet() -> None:
    """Raise MissingExtraError unless Parquet files can be written."""
    if missing_modules("parquet"):
        raise MissingExtraError("--parquet", "parquet")


def parquet_pieces(columns: Sequence[Column], rows: Iterable[Row]) -> Iterator[bytes]:
    """Yield the file piece by piece, each with up to ROWS rows."""
    import pyarrow
    from pyarrow.parquet import ParquetWriter

    schema, place, left = _schema(columns), _Pieces(), iter(rows)
    with ParquetWriter(pyarrow.PythonFile(place, "w"), schema) as writer:
        while group := list(islice(left, ROWS)):
            arrays = [
                pyarrow.array([_value(column, row) for row in group], type=field.type)
                for column, field in zip(columns, schema, strict=True)
            ]
            writer.write_batch(pyarrow.record_batch(arrays, schema=schema))
            yield place.taken()
    yield place.taken()


def _schema(columns: Sequence[Column]) -> Any:
    import pyarrow

    types = {
        Kind.TEXT: pyarrow.string(),
        Kind.PATH: pyarrow.string(),
        Kind.WHOLE: pyarrow.int64(),
        Kind.NUMBER: pyarrow.float64(),
        Kind.FLAG: pyarrow.bool_(),
        Kind.TIME: pyarrow.timestamp("s", tz="UTC"),
        Kind.NUMBERS: pyarrow.list_(pyarrow.float64()),
    }
    return pyarrow.schema([(column.name, types[column.kind]) for column in columns])


def _value(column: Column, row: Row) -> Any:
    value = column.of(row)
    return readable_path(value) if column.kind is Kind.PATH else value
