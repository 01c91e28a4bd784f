"""The labels file of the free recordings, and which package is trained or tested on."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path, PurePosixPath

from pacetag.model.judgement import Pace

ARCHIVE_MARK = "archive:"  # in front of a path that is meant inside an archive of the package


@dataclass(frozen=True, kw_only=True)
class HeardWindow:
    """What tempo-cnn and the first network made of a window; None or nothing without an answer."""

    tempo_cnn: float | None  # bpm
    network: tuple[Pace, ...]  # most probable first


@dataclass(frozen=True, kw_only=True)
class Recording:
    """A row of the labels file."""

    package: str
    path: str  # in the package; "archive:..." in an archive of it
    seconds: float
    kind: str  # "beat", "none", "unclear", "short" or "heard", as the file's comments explain
    tempo: float | None  # bpm, of beat and heard rows
    heard: tuple[HeardWindow, HeardWindow]
    labelled_by: str = "consensus"  # or "plot" or "network"
    paces: tuple[Pace, ...] = ()  # of rows that a trained network labelled, fastest last
    metre: str = ""  # "triple" where a plot shows it beyond doubt; else unknown

    @property
    def known(self) -> bool:
        """Whether its label may be scored against: a network's own word may not."""
        return self.kind in ("beat", "none") and self.labelled_by != "network"

    @property
    def archived(self) -> bool:
        """Whether it lies inside an archive of the package."""
        return self.path.startswith(ARCHIVE_MARK)

    @property
    def inner_path(self) -> str:
        """Its path in the package, or in the package's archive."""
        return self.path.removeprefix(ARCHIVE_MARK)

    @property
    def file(self) -> Path:
        """Where it lies below the folder of fetched recordings."""
        parts = PurePosixPath(self.inner_path).parts
        return (
            Path(self.package, "archive", *parts) if self.archived else Path(self.package, *parts)
        )


@cache
def load_recordings() -> tuple[Recording, ...]:
    """Read the labels file, in its order."""
    return tuple(_recording(row) for row in _rows("free_recordings.csv"))


@cache
def load_package_split() -> Mapping[str, str]:
    """Read the side of each package that is used: "train", "validation" or "test"."""
    return {row["package"]: row["split"] for row in _rows("package_split.csv")}


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = (files("pacetag.model.training") / "data" / name).read_text(encoding="utf-8")
    return csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))


def _recording(row: Mapping[str, str]) -> Recording:
    return Recording(
        package=row["package"],
        path=row["path"],
        seconds=float(row["seconds"]),
        kind=row["class"],
        tempo=_number(row["tempo_bpm"]),
        heard=(_window(row, "a"), _window(row, "b")),
        labelled_by=row["labelled_by"],
        paces=_tempos(row["paces"]),
        metre=row["metre"],
    )


def _window(row: Mapping[str, str], letter: str) -> HeardWindow:
    return HeardWindow(
        tempo_cnn=_number(row[f"tempo_cnn_{letter}"]),
        network=_tempos(row[f"rendered_net_{letter}"]),
    )


def _tempos(text: str) -> tuple[Pace, ...]:
    pairs = (pair.split("@") for pair in text.split())
    return tuple(Pace(bpm=float(bpm), confidence=float(p)) for bpm, p in pairs)


def _number(text: str) -> float | None:
    return float(text) if text else None
