"""The live bar of a scan, on a terminal."""

from typing import Self

from rich.console import Console
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

from pacetag.tagger.outcomes import Outcome, ScanSummary, SongOutcome
from pacetag.tagger.report import failure_line, say, song_line, summary_lines
from pacetag.tagger.wording import printable


class _Rate(ProgressColumn):
    """Songs per second."""

    def render(self, task: Task) -> Text:
        """The rate of the last half minute."""
        return Text(f"{task.speed or 0.0:.1f} songs/s")


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
            console=Console(stderr=True, markup=False, highlight=False),
            transient=True,
        )
        self._task = self._progress.add_task("", total=total)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def song(self, song: SongOutcome) -> None:
        """Move the bar on; say what failed or would be written."""
        name = printable(song.path.rpartition("/")[2])
        self._progress.update(self._task, advance=1, description=name)
        if song.outcome is Outcome.FAILED:
            self._above(failure_line(song))
        elif self._dry_run and song.outcome is Outcome.TAGGED:
            self._above(song_line(song))

    def _above(self, line: str) -> None:
        self._progress.console.print(Text(line), soft_wrap=True)

    def end(self, summary: ScanSummary) -> None:
        """Take the bar away and print the summary."""
        self._progress.stop()
        for line in summary_lines(summary, dry_run=self._dry_run):
            say(line)
