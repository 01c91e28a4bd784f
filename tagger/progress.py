"""The live bar of a scan, on a terminal."""

import math
import time
from typing import Self

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from pacetag.tagger.consoles import CleanConsole
from pacetag.tagger.differences import FieldChange, change_lines
from pacetag.tagger.outcomes import Outcome, ScanSummary, SongOutcome
from pacetag.tagger.report import failure_line, say, song_line, summary_lines
from pacetag.tagger.wording import printable

REDRAWN = 0.1  # seconds; known songs pass by faster than anybody could read


class _Rate(ProgressColumn):
    """Songs per second."""

    def render(self, task: Task) -> Text:
        """The rate of the last half minute."""
        return Text(f"{task.speed or 0.0:.1f} songs/s")


def _change_text(change: FieldChange) -> Text:
    """One field before and after, in colours."""
    line = change_lines([change])[0]
    text = Text(line, style="green" if change.new else "red")
    text.stylize("dim", 0, line.index("->"))
    return text


class LiveReporter:
    """A bar with songs per second and time left; failures pass above it."""

    def __init__(self, total: int, *, dry_run: bool = False) -> None:
        self._dry_run = dry_run
        self._progress = Progress(
            BarColumn(),
            MofNCompleteColumn(),
            _Rate(),
            TimeRemainingColumn(),
            TextColumn("{task.description}", markup=False),
            console=CleanConsole(stderr=True),
            transient=True,
        )
        self._task = self._progress.add_task("", total=total)
        self._done = 0
        self._latest = ""  # path of the song that was done last
        self._drawn = -math.inf  # moment of the last change to the bar, monotonic

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._draw()
        self._progress.stop()

    def song(self, song: SongOutcome) -> None:
        """Move the bar on; say what failed or would be written."""
        self._done += 1
        self._latest = song.path
        now = time.monotonic()
        if song.analysed or now - self._drawn >= REDRAWN:
            self._drawn = now
            self._draw()
        if song.outcome is Outcome.FAILED:
            self._above(failure_line(song))
        elif self._dry_run and song.outcome is Outcome.TAGGED:
            self._above(song_line(song))
            for change in song.changes:
                self._progress.console.print(_change_text(change), soft_wrap=True)

    def _draw(self) -> None:
        name = printable(self._latest.rpartition("/")[2])
        self._progress.update(self._task, completed=self._done, description=name)

    def _above(self, line: str) -> None:
        self._progress.console.print(Text(line), soft_wrap=True)

    def end(self, summary: ScanSummary) -> None:
        """Take the bar away and print the summary."""
        self._draw()
        self._progress.stop()
        for line in summary_lines(summary, dry_run=self._dry_run):
            say(line)
