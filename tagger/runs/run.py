"""A recorded run as plain values, and the errors of files that hold none."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pacetag.tagger.errors import TaggerError


class RunFileError(TaggerError):
    """A file cannot be read as a run; the text says why and what to do."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path, self.reason = path, reason


class RunFormat(StrEnum):
    """The formats in which runs are recorded."""

    FIT = "FIT"
    GPX = "GPX"
    TCX = "TCX"


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """What was recorded at one moment."""

    time: float  # seconds since 1970
    cadence: float | None = None  # a minute, strides or steps as the maker counts them
    speed: float | None = None  # metres a second


@dataclass(frozen=True, kw_only=True)
class Part:
    """Samples of one sport; a triathlon has several parts."""

    sport: str | None  # as the file has it, such as "running"
    samples: tuple[Sample, ...]

    @property
    def seconds(self) -> float:
        """From the first sample to the last."""
        return self.samples[-1].time - self.samples[0].time if self.samples else 0.0


@dataclass(frozen=True, kw_only=True)
class Run:
    """The part of a recording in which a person ran."""

    path: Path
    format: RunFormat
    sport: str | None  # as the file has it; None if it does not say
    samples: tuple[Sample, ...]  # times ascend
    notes: tuple[str, ...] = ()  # sentences about what was left out
