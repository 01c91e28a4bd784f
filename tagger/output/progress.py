"""The progress bars of a scan and of copies on a terminal."""

import math
import time
from dataclasses import replace
from pathlib import PurePath
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
from pacetag.tagger.output.scan_summary import Naming
from pacetag.tagger.scanning.outcomes import Outcome, ScanSummary, SongOutcome
from pacetag.tagger.tags.changes import FieldChange, change_lines
from pacetag.tagger.terminal.columns import BAR, wrapped
from pacetag.tagger.terminal.consoles import CleanConsole
from pacetag.tagger.text.formatting import printable

BAR_FROM, RATE_FROM = 72, 48  # columns of the terminal from which these are shown
REDRAWN = 0.1  # seconds; known songs pass faster than can be read


class _Rate(ProgressColumn):
    """Songs per second."""

    def render(self, task: Task) -> Text:
        """The rate over the last half minute."""
        return Text(f"{task.speed or 0.0:.1f} songs/s")


def _change_texts(change: FieldChange, width: int) -> list[Text]:
    """A field before and after, in colours, on lines that fit the width."""
    line = change_lines([change])[0]
    parts = [Text(part, style="green" if change.new else "red") for part in wrapped(line, width)]
    parts[0].stylize("dim", 0, max(0, parts[0].plain.find("->")))
    return parts


def bar_columns(width: int) -> list[ProgressColumn]:
    """The columns of the bar's line on a terminal of that width, the description last.

    Without room, the bar is left out first, then the rate; the description is cut.
    """
    counts: list[ProgressColumn] = [MofNCompleteColumn()]
    if width >= RATE_FROM:
        counts.append(_Rate())
    if width >= BAR_FROM:
        counts.insert(0, BarColumn(bar_width=min(BAR, width // 3)))
    name = Column(no_wrap=True, overflow="ellipsis", ratio=1)
    text = TextColumn("{task.description}", markup=False, table_column=name)
    return [*counts, TimeRemainingColumn(), text]


class _Bar:
    """A bar on a terminal, and nothing elsewhere, as a context."""

    def __init__(self, total: float, *, without: tuple[type[ProgressColumn], ...] = ()) -> None:
        console = CleanConsole(stderr=True)
        columns = [each for each in bar_columns(console.width) if not isinstance(each, without)]
        self._progress = Progress(
            *columns, console=console, transient=True, disable=not console.is_terminal
        )
        self._task = self._progress.add_task("", total=total)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def _add(self, name: str, amount: float) -> None:
        self._progress.update(self._task, advance=amount, description=printable(name))


class CopiesBar(_Bar):
    """Shows how many copies are made."""

    def made(self, name: str) -> None:
        """Advance the bar by a copy."""
        self._add(name, 1)


class MixBar(_Bar):
    """Shows how much of a mix is done."""

    def __init__(self, total: float) -> None:
        """`total`: seconds of music."""
        super().__init__(total, without=(MofNCompleteColumn, _Rate))

    def advance(self, name: str, seconds: float) -> None:
        """Advance the bar by seconds of music."""
        self._add(name, seconds)


class LiveReporter:
    """Shows a bar with songs per second, time left and the number of failed songs."""

    def __init__(
        self,
        total: int | None,
        *,
        dry_run: bool = False,
        naming: Naming = Naming(),  # noqa: B008
    ) -> None:
        self._dry_run, self._naming, self._failed = dry_run, naming, 0
        console = CleanConsole(stderr=True)
        self._progress = Progress(*bar_columns(console.width), console=console, transient=True)
        self._task = self._progress.add_task("", total=total)
        self._done = 0
        self._latest = ""  # path of the last song that was done
        self._drawn = -math.inf  # monotonic time of the last change to the bar, s

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._draw()
        self._progress.stop()

    def song(self, song: SongOutcome) -> None:
        """Advance the bar; in a dry run, print what would be written."""
        self._done += 1
        self._failed += song.outcome is Outcome.FAILED
        self._latest = song.path
        now = time.monotonic()
        if song.analysed or now - self._drawn >= REDRAWN:
            self._drawn = now
            self._draw()
        song = replace(song, path=self._naming.shown.text(song.path))
        if self._dry_run and song.outcome is Outcome.TAGGED:
            self._above(song_line(song))
            for change in song.changes:
                for part in _change_texts(change, self._progress.console.width):
                    self._progress.console.print(part, soft_wrap=True)

    def _draw(self) -> None:
        name = printable(PurePath(self._latest).name)
        failed = f"{self._failed} failed  " if self._failed else ""
        self._progress.update(self._task, completed=self._done, description=failed + name)

    def _above(self, line: str) -> None:
        for part in wrapped(line, self._progress.console.width):
            self._progress.console.print(Text(part), soft_wrap=True)

    def end(self, summary: ScanSummary) -> None:
        """Remove the bar and print the summary."""
        self._draw()
        self._progress.stop()
        say_summary(summary, self._naming, dry_run=self._dry_run)
