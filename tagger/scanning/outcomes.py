"""What became of each song, and the sum of it: the values that commands return."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from pacetag.db.bins import bin_of
from pacetag.model.judgement import Pace
from pacetag.tagger.scanning.findings import SHOWN, Finding, Findings, Group, Kind
from pacetag.tagger.scanning.reasons import changes_text
from pacetag.tagger.tags.changes import FieldChange


class Outcome(StrEnum):
    """How a song fared in a scan."""

    TAGGED = "tagged"  # its tags were written, or would be in a dry run
    UNCHANGED = "unchanged"  # known, or nothing to write
    SKIPPED = "skipped"  # too short, or failed before and unchanged since
    FAILED = "failed"  # could not be read, judged or written


@dataclass(frozen=True, kw_only=True, slots=True)
class SongOutcome:
    """One song after a scan."""

    path: str  # absolute
    outcome: Outcome
    paces: tuple[Pace, ...] = ()  # most confident first
    reason: str | None = None  # a clause for a person; None where there is nothing to say
    analysed: bool = False  # the network listened to it
    written: bool = False  # its file was changed
    changes: tuple[FieldChange, ...] = ()  # to its tags: were written, or would be
    untagged: str | None = None  # why its file does not carry its paces, if it should; in `reason`
    too_short: bool = False  # that is why it was skipped
    tempos: tuple[float, ...] = ()  # bpm of its parts in turn, if it changes tempo
    word: str | None = None  # what is made of a PACE that is not pacetag's; in `reason`
    at_rest: bool = False  # it lies there as it did, so nothing was done with it


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Songs by what became of them."""

    songs: int = 0
    tagged: int = 0
    unchanged: int = 0
    skipped: int = 0
    failed: int = 0
    analysed: int = 0
    written: int = 0
    untagged: int = 0  # of those that did not fail: whose files do not carry their paces


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """What a scan passed over."""

    refused: tuple[tuple[str, str], ...] = ()  # folders that could not be looked into, and why
    bins: tuple[str, ...] = ()  # folders of trash, snapshots and thumbnails
    binned: int = 0  # songs of the index that lie in such folders, and were offered until now
    hidden: tuple[str, ...] = ()  # songs and folders with songs whose names begin with a dot
    others: tuple[tuple[str, int], ...] = ()  # suffixes that may hold music, and how many files


@dataclass(frozen=True, kw_only=True)
class ScanSummary:
    """A scan when it is over."""

    counts: Counts
    seconds: float
    interrupted: bool
    missing: int  # songs of the index that were found gone
    # (first bpm of a bin of 10, paces in it); empty where no song was judged, which adds nothing
    histogram: tuple[tuple[int, int], ...]
    left_out: LeftOut = LeftOut()
    groups: tuple[Group, ...] = ()  # songs to be named

    @property
    def exit_code(self) -> int:
        """0 done, 1 some songs failed or a folder could not be looked into, 130 interrupted."""
        if self.interrupted:
            return 130
        return 1 if self.counts.failed or self.left_out.refused else 0


class Tally:
    """Adds outcomes up."""

    def __init__(self, most: int | None = SHOWN) -> None:
        """`most`: songs of each kind to be named; None: all."""
        self._counts: Counter[str] = Counter()
        self._bins: Counter[int] = Counter()
        self._judged = False  # whether any song was
        self._findings = Findings(most)

    def add(self, song: SongOutcome) -> None:
        """Count one more song."""
        self._counts["songs"] += 1
        self._counts[song.outcome.value] += 1
        self._counts["analysed"] += song.analysed
        self._counts["written"] += song.written
        found = list(findings_of(song))
        self._counts["untagged"] += any(each.kind is Kind.UNTAGGED for each in found)
        self._findings.add(found)
        for pace in song.paces:
            start = bin_of(pace.bpm)
            if start is not None:
                self._bins[start] += 1
        judged = bool(song.paces) or song.outcome in (Outcome.TAGGED, Outcome.UNCHANGED)
        self._judged = self._judged or (song.analysed and judged)

    @property
    def songs(self) -> int:
        """Songs so far."""
        return self._counts["songs"]

    def summary(
        self,
        *,
        seconds: float,
        interrupted: bool,
        missing: int = 0,
        left_out: LeftOut = LeftOut(),
    ) -> ScanSummary:
        """The sum so far as a value."""
        return ScanSummary(
            counts=Counts(**self._counts),
            seconds=seconds,
            interrupted=interrupted,
            missing=missing,
            histogram=tuple(sorted(self._bins.items())) if self._judged else (),
            left_out=left_out,
            groups=self._findings.groups(),
        )


def findings_of(song: SongOutcome) -> Iterator[Finding]:
    """Why a song is to be named when the scan is over; nothing for most."""
    if song.outcome is Outcome.FAILED:
        yield Finding(kind=Kind.FAILED, path=song.path, reason=song.reason or "")
    elif song.untagged is not None:
        yield Finding(kind=Kind.UNTAGGED, path=song.path, reason=song.untagged)
    if song.too_short:
        yield Finding(kind=Kind.TOO_SHORT, path=song.path, reason=song.reason or "")
    if (changes := changes_text(song.tempos)) is not None:
        yield Finding(kind=Kind.TEMPO, path=song.path, reason=changes)
    if song.word is not None:
        yield Finding(kind=Kind.WORD, path=song.path, reason=song.word)
