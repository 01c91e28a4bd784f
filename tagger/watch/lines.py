"""What the watcher prints: one line per song, with the time."""

import errno
import os
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from pacetag.tagger.output.report import song_line
from pacetag.tagger.scanning.outcomes import Outcome, SongOutcome
from pacetag.tagger.terminal.say import say
from pacetag.tagger.terminal.standard_streams import reader_is_gone
from pacetag.tagger.text.formatting import printable


class WatchLines:
    """Prints songs on stdout and complaints on stderr."""

    def watching(self, roots: Sequence[Path]) -> None:
        """Print that changes are noticed from now on."""
        named = ", ".join(str(root) for root in roots)
        say(printable(f"Watching {named}; Ctrl-C ends it."), sys.stderr)

    def song(self, song: SongOutcome) -> None:
        """Print a song's outcome, unless nothing changed.

        `pacetag problems` lists the songs that were untagged before.
        """
        old = song.untagged if song.at_rest else None
        if song.outcome is Outcome.UNCHANGED and song.reason == old and not song.analysed:
            return
        self._line(song_line(song))

    def missing(self, path: str) -> None:
        """Print that a song is gone."""
        self._line(printable(f"{'missing':<9} {'':<11}  {path}"))

    def binned(self, path: str) -> None:
        """Print that a song lies in the trash, or the like, and is no longer offered."""
        self._line(printable(f"{'put away':<9} {'':<11}  {path}"))

    def refused(self, place: Path, why: str) -> None:
        """Print that a folder cannot be listed."""
        self._line(printable(f"{Outcome.FAILED:<9} {'':<11}  {place}  ({why})"))

    def complain(self, sentence: str) -> None:
        """Print what does not work as it should."""
        say(printable(f"pacetag: {sentence}"), sys.stderr)

    def _line(self, text: str) -> None:
        say(f"{datetime.now().astimezone():%H:%M:%S} {text}")
        if reader_is_gone():  # no later line could be read
            raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))
