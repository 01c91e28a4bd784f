"""`pacetag export`: all songs of the index as a table for other programs."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pacetag.tagger.commands.filter_options import (
    AddedOption,
    AlbumOption,
    ArtistOption,
    ExcludeOption,
    GenreOption,
    MaxLengthOption,
    MinLengthOption,
    PathOption,
    QueryOption,
    YearOption,
    condition_of,
)
from pacetag.tagger.commands.options import OUTPUT, IndexOption, OverwriteOption
from pacetag.tagger.settings import index_path
from pacetag.tagger.terminal.standard_output import STDOUT, is_stdout

if TYPE_CHECKING:
    from pacetag.db.whole_songs import WholeSong
    from pacetag.tagger.exporting.columns import Column, Row
    from pacetag.tagger.files.output_files import OutputFile

LINES = 256  # that are written at once


class By(StrEnum):
    """What has a row of its own."""

    SONG = "song"
    PACE = "pace"


class Form(StrEnum):
    """What a table is written as; the values are suffixes of files."""

    CSV = ".csv"
    JSONL = ".jsonl"
    PARQUET = ".parquet"


CsvOption = Annotated[
    bool, typer.Option("--csv", help="Write CSV, which is also what no option means.")
]
JsonlOption = Annotated[bool, typer.Option("--jsonl", help="Write JSON, one object a line.")]
ParquetOption = Annotated[
    bool, typer.Option("--parquet", help="Write a Parquet file; it needs --output FILE.")
]
ByOption = Annotated[By, typer.Option("--by", help="What has a row of its own.")]
FileOption = Annotated[
    Path | None,
    typer.Option(
        "--output",
        metavar="FILE",
        click_type=OUTPUT,
        help="Write a file instead of standard output; .csv, .jsonl or .parquet says what.",
    ),
]


def export(
    as_csv: CsvOption = False,
    as_jsonl: JsonlOption = False,
    as_parquet: ParquetOption = False,
    by: ByOption = By.SONG,
    output: FileOption = None,
    overwrite: OverwriteOption = False,
    genre: GenreOption = None,
    artist: ArtistOption = None,
    album: AlbumOption = None,
    year: YearOption = None,
    path: PathOption = None,
    added: AddedOption = None,
    min_length: MinLengthOption = None,
    max_length: MaxLengthOption = None,
    query: QueryOption = None,
    exclude: ExcludeOption = None,
    index: IndexOption = None,
) -> None:
    """Write all that the index knows of its songs, as CSV, JSON or Parquet.

    Missing and failed songs are among them. Exit codes: 0 done, 1 the index or the output cannot be
    used, 2 wrong usage.
    """
    from pacetag.tagger.index.opening import read_index

    form = _form(output, {Form.CSV: as_csv, Form.JSONL: as_jsonl, Form.PARQUET: as_parquet})
    where = condition_of(
        genre=genre,
        artist=artist,
        album=album,
        year=year,
        path=path,
        added=added,
        min_length=min_length,
        max_length=max_length,
        query=query,
        exclude=exclude,
    )
    file = index_path(index)
    place = _place(output, file, overwrite=overwrite)
    place.check()
    with read_index(file) as songs:
        table = _Table(songs.whole.where(where), by)
        on_terminal = (output is None or is_stdout(output)) and sys.stdout.isatty()
        place.write_pieces(_pieces(form, table, on_terminal=on_terminal))
    table.say(output, form)


def _form(output: Path | None, asked: dict[Form, bool]) -> Form:
    """What is written: what was asked for, else what the file's suffix says. Raises UsageError."""
    from pacetag.tagger.errors import UsageError

    forms = [form for form, is_asked in asked.items() if is_asked]
    if len(forms) > 1:
        raise UsageError("--csv, --jsonl and --parquet: name one of them")
    suffix = "" if output is None else output.suffix.lower()
    form = forms[0] if forms else Form(suffix) if suffix in set(Form) else Form.CSV
    if form is Form.PARQUET:
        from pacetag.tagger.exporting.parquet import check_parquet

        if output is None or is_stdout(output):
            raise UsageError("--parquet needs a file: name one with --output songs.parquet")
        check_parquet()
    return form


def _place(output: Path | None, index: Path, *, overwrite: bool) -> "OutputFile":
    from pacetag.tagger.files.output_files import OutputFile

    return OutputFile(
        named=output or STDOUT,
        option="--output",
        noun="export",
        is_ours=None,  # nothing in it says whether it was changed since
        overwrite=overwrite,
        inputs=(index,),
    )


class _Table:
    """The rows of an export, which are counted as they go by."""

    def __init__(self, songs: "Iterable[WholeSong]", by: By) -> None:
        self._songs, self._by = songs, by
        self.songs = self.odd_paths = 0

    @property
    def columns(self) -> "Sequence[Column]":
        from pacetag.tagger.exporting.columns import COLUMNS

        return COLUMNS[self._by.value]

    def rows(self) -> "Iterator[Row]":
        from pacetag.tagger.exporting.columns import rows_of
        from pacetag.tagger.text.formatting import is_utf8

        for song in self._songs:
            self.songs += 1
            self.odd_paths += not song.song.path.isprintable() and not is_utf8(song.song.path)
            yield from rows_of(song, self._by.value)

    def say(self, output: Path | None, form: Form) -> None:
        """Say how many songs were written to a file, and whose paths are spelt otherwise."""
        from pacetag.tagger.terminal.say import say
        from pacetag.tagger.text.formatting import songs

        if output is not None and not is_stdout(output):
            say(f"{output}: {songs(self.songs)}")
        if self.odd_paths and form is not Form.JSONL:
            say(
                f"{songs(self.odd_paths)}: the path is not UTF-8, so that its other bytes stand as "
                "\\xff; --jsonl keeps them",
                sys.stderr,
            )


def _pieces(form: Form, table: _Table, *, on_terminal: bool) -> Iterator[bytes]:
    if form is Form.PARQUET:
        from pacetag.tagger.exporting.parquet import parquet_pieces

        return parquet_pieces(table.columns, table.rows())
    from pacetag.tagger.exporting.texts import csv_lines, json_lines, shown_lines

    if form is Form.JSONL:
        return _joined(json_lines(table.columns, table.rows()))
    lines = csv_lines(table.columns, table.rows())
    return _joined(shown_lines(lines) if on_terminal else lines)


def _joined(lines: Iterator[str]) -> Iterator[bytes]:
    """Several lines at once, since each piece is flushed."""
    while piece := "".join(islice(lines, LINES)):
        yield piece.encode("utf-8")
