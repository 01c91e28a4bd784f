"""The outcome of each song and of a whole scan: the values that commands return."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from pacetag.db.bins import bin_of
from pacetag.model.judgement import Pace
from pacetag.tagger.scanning.findings import SHOWN, Finding, Findings, Group, Kind
from pacetag.tagger.scanning.reasons import segments_text
from pacetag.tagger.tags.changes import FieldChange


class Outcome(StrEnum):
    """The outcome of a song in a scan."""

    TAGGED = "tagged"  # its tags were written, or would be in a dry run
    UNCHANGED = "unchanged"  # known, or nothing to write
    SKIPPED = "skipped"  # too short, a stretched copy, or failed before and unchanged since
    FAILED = "failed"  # could not be read, judged or written


@dataclass(frozen=True, kw_only=True, slots=True)
class SongOutcome:
    """One song after a scan."""

    path: str  # absolute
    outcome: Outcome
    paces: tuple[Pace, ...] = ()  # most confident first
    reason: str | None = None  # a clause for the user; None where there is nothing to say
    analysed: bool = False  # the network judged it in this scan
    written: bool = False  # its file was changed
    changes: tuple[FieldChange, ...] = ()  # to its tags; in a dry run those that would be made
    untagged: str | None = None  # why its file does not carry its paces, if it should; in `reason`
    too_short: bool = False  # and skipped for that reason
    tempo_segments: tuple[float, ...] = ()  # bpm of its parts in turn; () where the tempo stays
    word: str | None = None  # how a PACE that is not pacetag's was understood; in `reason`
    may_pass: bool = False  # it failed for a reason that says nothing about it: worth another try
    at_rest: bool = False  # its file is unchanged, so nothing was done


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Numbers of songs by outcome."""

    songs: int = 0
    tagged: int = 0
    unchanged: int = 0
    skipped: int = 0
    failed: int = 0
    analysed: int = 0
    written: int = 0
    untagged: int = 0  # songs that did not fail, but whose files do not carry their paces


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """What a scan passed over."""

    refused: tuple[tuple[str, str], ...] = ()  # folders that could not be read, and why
    bins: tuple[str, ...] = ()  # folders of trash, snapshots and thumbnails
    binned: int = 0  # songs in such folders that the index offered until now
    hidden: tuple[str, ...] = ()  # songs and folders with songs whose names begin with a dot
    others: tuple[tuple[str, int], ...] = ()  # other suffixes that may hold music, with counts


@dataclass(frozen=True, kw_only=True)
class ScanSummary:
    """The outcome of a whole scan."""

    counts: Counts
    seconds: float
    interrupted: bool
    missing: int  # songs of the index whose files are gone
    # (lowest bpm of a bin of 10, paces in it); empty where no song was judged
    histogram: tuple[tuple[int, int], ...]
    left_out: LeftOut = LeftOut()
    groups: tuple[Group, ...] = ()  # songs to name in the summary

    @property
    def exit_code(self) -> int:
        """0 done, 1 some songs failed or a folder could not be read, 130 interrupted."""
        if self.interrupted:
            return 130
        return 1 if self.counts.failed or self.left_out.refused else 0


class Tally:
    """Adds outcomes up."""

    def __init__(self, most: int | None = SHOWN) -> None:
        """`most`: how many songs of each kind to name; None: all."""
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
        """The scan so far as a value."""
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
    """Reasons to name a song in the summary; most songs have none."""
    if song.outcome is Outcome.FAILED:
        yield Finding(kind=Kind.FAILED, path=song.path, reason=song.reason or "")
    elif song.untagged is not None:
        yield Finding(kind=Kind.UNTAGGED, path=song.path, reason=song.untagged)
    if song.too_short:
        yield Finding(kind=Kind.TOO_SHORT, path=song.path, reason=song.reason or "")
    if (segments := segments_text(song.tempo_segments)) is not None:
        yield Finding(kind=Kind.TEMPO, path=song.path, reason=segments)
    if song.word is not None:
        yield Finding(kind=Kind.WORD, path=song.path, reason=song.word)
