"""The live bar of a scan, on a terminal."""

import math
import time
from dataclasses import replace
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
from rich.table import Column
from rich.text import Text

from pacetag.tagger.output.report import say_summary, song_line
from pacetag.tagger.output.scan_summary import Ending
from pacetag.tagger.scanning.outcomes import Outcome, ScanSummary, SongOutcome
from pacetag.tagger.tags.changes import FieldChange, change_lines
from pacetag.tagger.terminal.columns import BAR, wrapped
from pacetag.tagger.terminal.consoles import CleanConsole
from pacetag.tagger.text.formatting import printable

BAR_FROM, RATE_FROM = 72, 48  # columns of the screen from which these are shown
REDRAWN = 0.1  # seconds; known songs pass by faster than anybody could read


class _Rate(ProgressColumn):
    """Songs per second."""

    def render(self, task: Task) -> Text:
        """The rate of the last half minute."""
        return Text(f"{task.speed or 0.0:.1f} songs/s")


def _change_texts(change: FieldChange, width: int) -> list[Text]:
    """One field before and after, in colours, on lines that fit."""
    line = change_lines([change])[0]
    parts = [Text(part, style="green" if change.new else "red") for part in wrapped(line, width)]
    parts[0].stylize("dim", 0, max(0, parts[0].plain.find("->")))
    return parts


def bar_columns(width: int) -> list[ProgressColumn]:
    """What a bar's line holds on a screen of so many columns, its task's description last.

    The bar itself goes first where there is no room, then the rate; the description is cut.
    """
    counts: list[ProgressColumn] = [MofNCompleteColumn()]
    if width >= RATE_FROM:
        counts.append(_Rate())
    if width >= BAR_FROM:
        counts.insert(0, BarColumn(bar_width=min(BAR, width // 3)))
    name = Column(no_wrap=True, overflow="ellipsis", ratio=1)
    text = TextColumn("{task.description}", markup=False, table_column=name)
    return [*counts, TimeRemainingColumn(), text]


class LiveReporter:
    """A bar with songs per second and time left; what failed is counted beside it."""

    def __init__(
        self,
        total: int,
        *,
        dry_run: bool = False,
        way: Ending = Ending(),  # noqa: B008
    ) -> None:
        self._dry_run, self._way, self._failed = dry_run, way, 0
        console = CleanConsole(stderr=True)
        self._progress = Progress(*bar_columns(console.width), console=console, transient=True)
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
        """Move the bar on; say what would be written."""
        self._done += 1
        self._failed += song.outcome is Outcome.FAILED
        self._latest = song.path
        now = time.monotonic()
        if song.analysed or now - self._drawn >= REDRAWN:
            self._drawn = now
            self._draw()
        song = replace(song, path=self._way.shown.text(song.path))
        if self._dry_run and song.outcome is Outcome.TAGGED:
            self._above(song_line(song))
            for change in song.changes:
                for part in _change_texts(change, self._progress.console.width):
                    self._progress.console.print(part, soft_wrap=True)

    def _draw(self) -> None:
        name = printable(self._latest.rpartition("/")[2])
        failed = f"{self._failed} failed  " if self._failed else ""
        self._progress.update(self._task, completed=self._done, description=failed + name)

    def _above(self, line: str) -> None:
        for part in wrapped(line, self._progress.console.width):
            self._progress.console.print(Text(part), soft_wrap=True)

    def end(self, summary: ScanSummary) -> None:
        """Take the bar away and print the summary."""
        self._draw()
        self._progress.stop()
        say_summary(summary, self._way, dry_run=self._dry_run)
