"""A CSV file of songs with their truth: what a judge is evaluated on."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pacetag.model.errors import ModelError
from pacetag.model.evaluation.csv_rows import CsvError, csv_rows
from pacetag.model.evaluation.truths import BEATLESS, SongTruth, paces_truth, tempo_truth

NO_PACE = "none"  # said instead of paces: music without a beat
SLOWEST, FASTEST = 20.0, 500.0  # bpm; beyond these a number is a slip of the pen
MOST_BEATS = 32  # in a bar


class EvaluationSetError(ModelError):
    """The CSV file cannot be used; the text names the line."""

    def __init__(self, path: Path, line: int, reason: str) -> None:
        super().__init__(f"{path}, line {line}: {reason}")
        self.path, self.line, self.reason = path, line, reason


class EvaluationHeaderError(EvaluationSetError):
    """The columns are not those of an evaluation set."""


@dataclass(frozen=True, kw_only=True)
class EvaluationSong:
    """A row of the set."""

    file: str  # as the set names it
    path: Path
    truth: SongTruth
    beats_per_bar: int | None = None
    style: str = ""  # empty where the set does not say
    artist: str = ""
    remarks: str = ""


def read_evaluation_set(path: Path, music: Path | None = None) -> tuple[EvaluationSong, ...]:
    """Read a set, in its order. Files lie below `music`, or else below the set's own folder.

    Columns: `file`; `paces`, or `tempo` and `beats_per_bar`, or all of them, where paces count
    first; further `unclear`, `style` or `genre`, `artist`, `remarks`. Others are passed over. A
    row without paces and tempo, or with the word "none", is music without a beat.

    Raises EvaluationSetError with the line of what cannot be meant, its EvaluationHeaderError
    for other columns, OSError when the set cannot be read.
    """
    folder = path.parent if music is None else music
    songs: dict[str, EvaluationSong] = {}
    lines: dict[str, int] = {}
    for line, row in _rows(path):
        try:
            song = _song(row, folder)
        except ValueError as error:
            raise EvaluationSetError(path, line, str(error)) from error
        if song.file in songs:
            raise EvaluationSetError(
                path, line, f"{song.file} stands in line {lines[song.file]} already"
            )
        songs[song.file], lines[song.file] = song, line
    if not songs:
        raise EvaluationSetError(path, 1, "there are no songs in it")
    return tuple(songs.values())


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row with its line number. Raises EvaluationSetError for what is no table."""
    header: list[str] | None = None
    try:
        for line, cells in csv_rows(_text(path), strict=True):
            if header is None:
                header = _header(cells, path, line)
            elif len(cells) > len(header):
                reason = f"{len(cells)} cells under {len(header)} columns; quote cells with commas"
                raise EvaluationSetError(path, line, reason)
            else:
                filled = cells + [""] * (len(header) - len(cells))
                yield line, dict(zip(header, filled, strict=True))
    except CsvError as error:
        raise EvaluationSetError(path, error.line, f"is not CSV ({error})") from error


def _text(path: Path) -> str:
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8-sig")  # spreadsheets put a mark in front
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise EvaluationSetError(path, line, "is not UTF-8; save it as UTF-8") from error


def _header(cells: Sequence[str], path: Path, line: int) -> list[str]:
    header = [cell.lower() for cell in cells]
    if "file" not in header or not {"paces", "tempo"} & set(header):
        raise EvaluationHeaderError(
            path, line, "the header needs the columns `file` and `paces` or `tempo`"
        )
    twice = next((name for name in header if name and header.count(name) > 1), None)
    if twice:
        raise EvaluationSetError(path, line, f"the column `{twice}` is there twice")
    return header


def _song(row: Mapping[str, str], folder: Path) -> EvaluationSong:
    """Raises ValueError, saying what is wrong with the row."""
    if not row["file"]:
        raise ValueError("the column `file` is empty")
    beats = _beats(row.get("beats_per_bar", ""))
    return EvaluationSong(
        file=row["file"],
        path=folder / Path(row["file"]).expanduser(),
        truth=_truth(row, beats),
        beats_per_bar=beats,
        style=row.get("style") or row.get("genre", ""),
        artist=row.get("artist", ""),
        remarks=row.get("remarks", ""),
    )


def _truth(row: Mapping[str, str], beats: int | None) -> SongTruth:
    paces, tempo = row.get("paces", ""), row.get("tempo", "")
    if paces.lower() == NO_PACE:
        if tempo and tempo.lower() != NO_PACE:
            raise ValueError(f"`paces` says {NO_PACE}, but there is the tempo {tempo}")
        return BEATLESS
    if paces:
        listed = [_bpm(word, "paces") for word in paces.split()]
        unclear = [_bpm(word, "unclear") for word in row.get("unclear", "").split()]
        return replace(paces_truth(listed, unclear), annotated=_annotated(tempo))
    if tempo and tempo.lower() != NO_PACE:
        return tempo_truth(_bpm(tempo, "tempo"), beats)
    return BEATLESS


def _annotated(tempo: str) -> float | None:
    """The tempo beside paces; None for what is none, since the paces say all that must be known."""
    try:
        return _bpm(tempo, "tempo")
    except ValueError:
        return None


def _bpm(word: str, column: str) -> float:
    try:
        bpm = float(word)
    except ValueError:
        raise ValueError(
            f"`{column}` holds {word!r}, which is no number; write numbers with spaces between "
            f"them, or {NO_PACE}"
        ) from None
    if not (math.isfinite(bpm) and SLOWEST <= bpm <= FASTEST):
        raise ValueError(
            f"`{column}` holds {word}; from {SLOWEST:g} to {FASTEST:g} bpm can be meant"
        )
    return bpm


def _beats(text: str) -> int | None:
    if not text:
        return None
    if not text.isdecimal() or not 1 <= int(text) <= MOST_BEATS:
        raise ValueError(
            f"`beats_per_bar` holds {text!r}; a whole number from 1 to {MOST_BEATS} can be meant"
        )
    return int(text)
