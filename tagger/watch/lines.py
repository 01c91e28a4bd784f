"""What the watcher prints: one line per song, with the time."""

import errno
import os
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from pacetag.tagger.output.report import paces_text, song_line
from pacetag.tagger.scanning.findings import SHOWN
from pacetag.tagger.scanning.outcomes import Outcome, SongOutcome
from pacetag.tagger.scanning.reasons import TRIED_AGAIN, without_advice
from pacetag.tagger.terminal.say import say
from pacetag.tagger.terminal.standard_streams import reader_is_gone
from pacetag.tagger.text.formatting import printable, songs

AGAIN = 3600.0  # s after which a complaint is repeated


class WatchLines:
    """Prints songs on stdout and complaints on stderr."""

    def watching(self, roots: Sequence[Path]) -> None:
        """Print that changes are noticed from now on."""
        named = ", ".join(str(root) for root in roots)
        say(printable(f"Watching {named}; Ctrl-C ends it."), sys.stderr)

    def __init__(self) -> None:
        self._complained: dict[str, float] = {}  # sentence -> moment, monotonic

    def song(self, song: SongOutcome) -> None:
        """Print a song's outcome, unless nothing changed.

        `pacetag problems` lists the songs that were untagged before.
        """
        if song.may_pass:
            self._waiting(song)
            return
        old = song.untagged if song.at_rest else None
        if song.outcome is Outcome.UNCHANGED and song.reason == old and not song.analysed:
            return
        self.line(song_line(song))

    def missing(self, path: str) -> None:
        """Print that a song is gone."""
        self.line(printable(f"{'missing':<9} {'':<11}  {path}"))

    def binned(self, path: str) -> None:
        """Print that a song lies in the trash, or the like, and is no longer offered."""
        self.line(printable(f"{'put away':<9} {'':<11}  {path}"))

    def refused(self, place: Path, why: str) -> None:
        """Print that a folder cannot be listed."""
        self.line(printable(f"{Outcome.FAILED:<9} {'':<11}  {place}  ({why})"))

    def waiting_at_end(self, reasons: Mapping[str, str]) -> None:
        """Print which songs are left waiting when the watcher ends."""
        if not reasons:
            return
        say(f"pacetag: {songs(len(reasons))} left waiting; {TRIED_AGAIN}:", sys.stderr)
        for path, reason in sorted(reasons.items())[:SHOWN]:
            say(printable(f"  {path}: {without_advice(reason)}"), sys.stderr)

    def _waiting(self, song: SongOutcome) -> None:
        reason = without_advice(song.reason or "")
        paces = paces_text(song.paces)
        self.line(printable(f"{'waiting':<9} {paces:<11}  {song.path}  ({reason})"))

    def complain(self, sentence: str) -> None:
        """Print what does not work as it should; the same sentence once in a while only."""
        now = time.monotonic()
        if now - self._complained.get(sentence, -AGAIN) < AGAIN:
            return
        self._complained[sentence] = now
        say(printable(f"pacetag: {sentence}"), sys.stderr)

    def moment(self) -> str:
        """The time, as a line begins."""
        return f"{datetime.now().astimezone():%H:%M:%S} "

    def line(self, text: str) -> None:
        """Print a line with its time."""
        say(f"{self.moment()}{text}")
        if reader_is_gone():  # no later line could be read
            raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))
