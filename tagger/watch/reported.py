"""The watcher's lines, which its supervisor and `pacetag status` hear of, too."""

from pathlib import Path

from pacetag.tagger.logs.logger import info
from pacetag.tagger.scanning.outcomes import Outcome, SongOutcome
from pacetag.tagger.service.notify import in_journal
from pacetag.tagger.service.report import Report
from pacetag.tagger.watch.lines import WatchLines


class ReportedLines(WatchLines):
    """Prints as WatchLines does, and keeps what `pacetag status` shows."""

    def __init__(self, report: Report) -> None:
        super().__init__()
        self._report = report
        self._in_journal = in_journal()

    def moment(self) -> str:
        """The time, which the journal notes by itself."""
        return "" if self._in_journal else super().moment()

    def song(self, song: SongOutcome) -> None:
        """Print a song's outcome, and count it."""
        if not song.at_rest:
            failed = song.outcome is Outcome.FAILED
            self._report.song(song.path, song.outcome.value, song.reason, failed=failed)
        super().song(song)

    def missing(self, path: str) -> None:
        """Print that a song is gone, and count it."""
        self._report.song(path, "missing", None, failed=False)
        info("watch", f"{path}: is missing", facts={"song": path, "outcome": "missing"})
        super().missing(path)

    def binned(self, path: str) -> None:
        """Print that a song was put into the trash or the like, and count it."""
        self._report.song(path, "put away", None, failed=False)
        info("watch", f"{path}: was put away", facts={"song": path, "outcome": "put away"})
        super().binned(path)

    def refused(self, place: Path, why: str) -> None:
        """Print that a folder cannot be listed, and keep it."""
        self._report.complain(f"{place}: {why}")
        info("watch", f"{place}: {why}", facts={"folder": str(place), "reason": why})
        super().refused(place, why)

    def complain(self, sentence: str) -> None:
        """Print what does not work as it should, and keep it."""
        self._report.complain(sentence)
        info("watch", sentence)
        super().complain(sentence)

    def notice(self, sentence: str) -> None:
        """Print what a person may wonder about."""
        info("watch", sentence)
        super().complain(sentence)
