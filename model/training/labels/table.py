"""Tables of songs and the paces that people gave them: the form of 2019, and that of evaluation."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pacetag.model.errors import ModelError
from pacetag.model.evaluation.csv_rows import CsvError, csv_rows, header_delimiter
from pacetag.model.evaluation.evaluation_set import FASTEST, SLOWEST

# Names of columns, without signs and in small letters; the first that is there is taken.
SONG = ("file", "path", "filename", "song", "track", "title", "name")
ARTIST = ("artist", "artists", "performer", "band")
REMARK = ("remark", "remarks", "comment", "comments", "note", "notes")
UNCLEAR = ("unclear",)
PACE = re.compile(r"paces?\d*")  # pace, pace1, pace2 ... or paces
NONE = frozenset({"none", "no", "-", "–"})  # what stands for: no pace fits

# Songs that change their tempo were left out in 2019: a clip from elsewhere in the song would be
# learnt with a label that is not its own.
_CHANGES = re.compile(
    r"\bchang\w*\s+(?:(?:of|the|its|in|a)\s+){0,2}tempo"
    r"|\btempo\s+(?:\w+\s+){0,2}(?:chang|shift|var|drift|speed|slow|accelerat)\w*"
    r"|\b(?:speeds?|speeding|slows?|slowing)\W+(?:up|down)\b"
    r"|\bgets?\W+(?:faster|slower)|\brubato\b|\baccelerando\b|\bfree\W+tempo",
    re.IGNORECASE,
)
_DENIED = re.compile(r"\b(?:no|not|never|without|hardly)\b|n['’]t\b", re.IGNORECASE)
_DENIAL_REACH = 16  # characters before the words: "does not really change tempo"


class LabelsError(ModelError):
    """The file as a whole is no table of labels."""


@dataclass(frozen=True, kw_only=True)
class LabelRow:
    """What is said of one song."""

    where: str  # for a person: "labels.csv, line 7"
    song: str  # a path, or a title, or "Artist - Title"
    artist: str | None
    paces: tuple[float, ...]  # bpm, in the order given; none where no pace fits
    unclear: tuple[float, ...] = ()  # bpm, about which nothing is known


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """A row that is not used, and why."""

    where: str
    reason: str

    def __str__(self) -> str:
        return f"{self.where}: {self.reason}"


@dataclass(frozen=True, kw_only=True)
class LabelRows:
    """A labels file: what can be used of it and what cannot."""

    rows: tuple[LabelRow, ...]
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, kw_only=True)
class _Columns:
    song: int
    artist: int | None
    remark: int | None
    unclear: int | None
    paces: tuple[int, ...]
    blank_is_none: bool  # one column for all paces: nothing in it means that no pace fits
    decimal_comma: bool
    count: int


def read_table(path: Path) -> LabelRows:
    """Read a CSV table (UTF-8; comma, semicolon or tab) with a header.

    One column says which song (`song`, `file` or `title`), one may name the `artist`. The paces
    stand in columns of their own (`pace`, `pace2`, `pace3`; nothing in any of them: not labelled)
    or all in one (`paces`, apart by spaces; nothing in it: no pace fits). Songs whose `remarks`
    say that the tempo changes are left out. Raises LabelsError when it is no such table.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise LabelsError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise LabelsError(f"{path}: is not a table in UTF-8; save it as CSV (UTF-8)") from error
    delimiter = header_delimiter(text)
    rows: list[LabelRow] = []
    left_out: list[LeftOut] = []
    columns: _Columns | None = None
    try:
        for line, cells in csv_rows(text, delimiter):
            if columns is None:
                columns = _columns(cells, path, decimal_comma=delimiter == ";")
                continue
            where = f"{path.name}, line {line}"
            try:
                rows.append(_row(cells, columns, where))
            except ValueError as error:
                left_out.append(LeftOut(where=where, reason=str(error)))
    except CsvError as error:
        raise LabelsError(f"{path}: is not a CSV table ({error})") from error
    if columns is None:
        raise LabelsError(f"{path}: is empty; a header with `song` and `pace` is needed")
    return LabelRows(rows=tuple(rows), left_out=tuple(left_out))


def _columns(header: Sequence[str], path: Path, *, decimal_comma: bool) -> _Columns:
    names = [re.sub(r"[\W_]", "", name.casefold()) for name in header]
    places = {name: at for at, name in reversed(list(enumerate(names)))}
    song = _place(places, SONG)
    paces = tuple(at for at, name in enumerate(names) if PACE.fullmatch(name))
    if song is None or not paces:
        raise LabelsError(
            f"{path}: the columns are {', '.join(header)}; `song` (or `file`, `title`) and `pace`, "
            "`pace2`, `pace3` (or `paces`) are needed"
        )
    return _Columns(
        song=song,
        artist=_place(places, ARTIST),
        remark=_place(places, REMARK),
        unclear=_place(places, UNCLEAR),
        paces=paces,
        blank_is_none="paces" in names,
        decimal_comma=decimal_comma,
        count=len(header),
    )


def _place(places: Mapping[str, int], names: Sequence[str]) -> int | None:
    return next((places[name] for name in names if name in places), None)


def _row(cells: Sequence[str], columns: _Columns, where: str) -> LabelRow:
    """One song. Raises ValueError, with the reason, when the row cannot be used."""
    if any(cells[columns.count :]):
        raise ValueError("has more cells than the header; put quotes around a text with commas")
    cells = [*cells, *[""] * (columns.count - len(cells))]
    song = cells[columns.song]
    if not song:
        raise ValueError("names no song")
    written = [cells[at] for at in columns.paces]
    paces = tuple(
        dict.fromkeys(bpm for cell in written for bpm in _tempos(cell, columns.decimal_comma))
    )
    if not paces and not columns.blank_is_none and not any(written):
        raise ValueError("no pace is given; write `none` where no pace fits")
    remark = "" if columns.remark is None else cells[columns.remark]
    if changes_tempo(remark):
        raise ValueError(f"the tempo changes: {remark!r}")
    return LabelRow(
        where=where,
        song=song,
        artist=(cells[columns.artist] or None) if columns.artist is not None else None,
        paces=paces,
        unclear=() if columns.unclear is None else _tempos(cells[columns.unclear], False),
    )


def _tempos(cell: str, decimal_comma: bool) -> tuple[float, ...]:
    if cell.casefold() in NONE:
        return ()
    if decimal_comma and re.fullmatch(r"\d+,\d+", cell):
        cell = cell.replace(",", ".")
    found = []
    for word in re.split(r"[\s,;/|]+", cell):
        if not word:
            continue
        try:
            bpm = float(word)
        except ValueError:
            raise ValueError(f"{word!r} is not a number") from None
        if not SLOWEST <= bpm <= FASTEST:
            raise ValueError(f"{word} is no pace ({SLOWEST:.0f} to {FASTEST:.0f} a minute are)")
        found.append(bpm)
    return tuple(found)


def changes_tempo(remark: str) -> bool:
    """Whether a remark says that the song changes its tempo."""
    for said in _CHANGES.finditer(remark):
        around = remark[max(0, said.start() - _DENIAL_REACH) : said.end()]
        if not _DENIED.search(around):
            return True
    return False
