"""Print a scan: progress and failures on stderr, the summary on stdout."""

import sys
import time
from dataclasses import replace
from typing import Protocol, Self

from pacetag.model.judgement import Pace
from pacetag.tagger.logs.logger import debug, info
from pacetag.tagger.output.scan_summary import Naming, finding_lines, left_out_lines
from pacetag.tagger.paces import whole_paces
from pacetag.tagger.scanning.outcomes import Counts, Outcome, ScanSummary, SongOutcome
from pacetag.tagger.tags.changes import change_lines
from pacetag.tagger.terminal.columns import bar_room
from pacetag.tagger.terminal.say import say
from pacetag.tagger.text.formatting import clock, histogram_lines, printable, songs

EVERY = 10.0  # seconds between two lines of progress where there is no bar


class Reporter(Protocol):
    """Shows a scan while it runs, and its summary at the end."""

    def __enter__(self) -> Self:
        """Begin to show progress."""

    def __exit__(self, *_: object) -> None:
        """Restore the terminal, also after an error."""

    def song(self, song: SongOutcome) -> None:
        """Show a song that is done."""

    def end(self, summary: ScanSummary) -> None:
        """Show the summary."""


class PlainReporter:
    """Prints lines without control codes, for files and pipes."""

    def __init__(
        self,
        total: int | None,
        *,
        dry_run: bool = False,
        naming: Naming = Naming(),  # noqa: B008
    ) -> None:
        self._total, self._done, self._dry_run, self._naming = total, 0, dry_run, naming
        self._began = self._said = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return

    def song(self, song: SongOutcome) -> None:
        """Print progress from time to time; in a dry run, what would be written."""
        self._done += 1
        song = replace(song, path=self._naming.shown.text(song.path))
        if self._dry_run and song.outcome is Outcome.TAGGED:
            for line in (song_line(song), *change_lines(song.changes)):
                say(line)
        now = time.monotonic()
        if now - self._said >= EVERY:
            self._said = now
            say(self._progress(now - self._began), sys.stderr)

    def _progress(self, seconds: float) -> str:
        rate = self._done / seconds
        if self._total is None:
            return f"{self._done} songs, {rate:.1f} a second"
        left = clock((self._total - self._done) / rate)
        return f"{self._done} of {self._total} songs, {rate:.1f} a second, {left} left"

    def end(self, summary: ScanSummary) -> None:
        """Print the summary."""
        say_summary(summary, self._naming, dry_run=self._dry_run)


def song_line(song: SongOutcome) -> str:
    """A song with its outcome, paces and reason on one line."""
    reason = f"  ({song.reason})" if song.reason else ""
    return printable(f"{song.outcome:<9} {paces_text(song.paces):<11}  {song.path}{reason}")


def note_song(song: SongOutcome) -> None:
    """Log a song; one that was passed over is logged for debugging only."""
    done = ", ".join(("analysed",) * song.analysed + ("written",) * song.written)
    passed_over = song.outcome in (Outcome.UNCHANGED, Outcome.SKIPPED) and not done
    note = debug if passed_over else info
    facts = {
        "song": printable(song.path),
        "outcome": song.outcome.value,
        "paces": [pace.bpm for pace in song.paces],
        "reason": song.reason,
        "analysed": song.analysed,
        "written": song.written,
    }
    note("scan", f"{song_line(song)}{done and f'  [{done}]'}", facts=facts)


def paces_text(paces: tuple[Pace, ...]) -> str:
    """Whole paces, most confident first; a dash where there are none."""
    return " ".join(str(pace) for pace in whole_paces(pace.bpm for pace in paces)) or "-"


def say_summary(summary: ScanSummary, naming: Naming, *, dry_run: bool) -> None:
    """Print what was done, then what was not; failures go to stderr, each song once."""
    for line in summary_lines(summary, naming, dry_run=dry_run):
        say(line)
    found = finding_lines(summary, naming, faults=False)
    for line in ["", *found] if found else []:
        say(line)
    for line in finding_lines(summary, naming, faults=True):
        say(line, sys.stderr)


def summary_lines(
    summary: ScanSummary,
    naming: Naming = Naming(),  # noqa: B008
    *,
    dry_run: bool,
) -> list[str]:
    """What was done, with a histogram of the paces."""
    counts = summary.counts
    rate = counts.songs / summary.seconds if summary.seconds else 0.0
    lines = ["Dry run: neither files nor index were touched."] if dry_run else []
    if summary.interrupted:
        lines.append("Interrupted; what was done is kept, and the next scan goes on from there.")
    lines.append(
        f"{songs(counts.songs)} in {clock(summary.seconds)} ({rate:.1f} a second): {_parts(counts)}"
    )
    if summary.missing:
        lines.append(f"{songs(summary.missing)} of the index no longer there: marked as missing.")
    lines += map(printable, left_out_lines(summary.left_out, naming.shown))
    if counts.songs == 0 and not summary.interrupted:
        lines.append("No songs were found there.")
    bars = histogram_lines(summary.histogram, width=bar_room())
    return [*lines, "", "Paces (steps a minute):", *bars] if bars else lines


def _parts(counts: Counts) -> str:
    untagged = f" ({counts.untagged} not tagged)" if counts.untagged else ""
    return (
        f"{counts.tagged} tagged, {counts.unchanged} unchanged{untagged}, "
        f"{counts.skipped} skipped, {counts.failed} failed; {counts.analysed} analysed, "
        f"{counts.written} written"
    )
