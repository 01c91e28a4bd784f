"""Record the songs that could not be judged in the index."""

from dataclasses import replace
from pathlib import Path

from pacetag.db.index import SongIndex
from pacetag.db.records import NEVER, SongRecord, Stamp, counting_paces
from pacetag.db.write_log import NOTHING
from pacetag.model.judgement import Analysis
from pacetag.tagger.library.walk import stamp
from pacetag.tagger.logs.logger import debug
from pacetag.tagger.scanning.listener import Word, word_of
from pacetag.tagger.scanning.outcomes import Outcome, SongOutcome
from pacetag.tagger.scanning.probe import FileProbe
from pacetag.tagger.scanning.reasons import TRIED_AGAIN
from pacetag.tagger.scanning.song_records import record_of
from pacetag.tagger.tags.errors import TagError
from pacetag.tagger.workers.judging import AnalysisError, without_path


class Failures:
    """Records songs that failed or are too short, for one scan."""

    def __init__(self, index: SongIndex, bundle: str) -> None:
        self._index, self._bundle = index, bundle

    def unheard(self, probe: FileProbe, why: AnalysisError) -> SongOutcome:
        """Record a song that could not be judged; paces that a person set count all the same."""
        if why.system_fault:
            return self.system_fault(str(probe.path), why.reason, probe)
        word = word_of(probe, (), self._index)
        if word.paces is not None:
            return self._set_by_hand(probe, why, word)
        return self._failure(str(probe.path), probe.stamp, probe, why)

    def _set_by_hand(self, probe: FileProbe, why: AnalysisError, word: Word) -> SongOutcome:
        record = record_of(probe, Analysis(paces=(), duration=None), word, self._bundle)
        self._index.store(record, found=NOTHING, file=probe.file)
        return SongOutcome(
            path=record.path,
            outcome=Outcome.UNCHANGED,
            paces=counting_paces((), word.paces),
            reason="; ".join((why.reason, *word.reasons)),
            analysed=True,
        )

    def unprobed(self, path: Path, error: Exception) -> SongOutcome:
        """Record a file that could not be probed: a fault of the system, unless it is damaged."""
        debug("scan", f"{path}: cannot be looked into", error=error)
        try:
            now = stamp(path)
        except OSError as gone:
            return self.unseen(path, gone)
        if isinstance(error, OSError):
            reason = f"cannot be read: {error.strerror or error}"
        elif isinstance(error, MemoryError):
            reason = "there was not enough memory to look into it"
        elif isinstance(error, TagError):
            reason = without_path(error, path)
        else:
            why = AnalysisError(reason=broke_off("reading", error))
            return self._failure(str(path), now, None, why)
        return self.system_fault(str(path), reason)

    def unseen(self, path: Path, error: OSError) -> SongOutcome:
        """Record a song that cannot be found; if it is gone, `mark_vanished` says so later."""
        if isinstance(error, FileNotFoundError | NotADirectoryError):
            reason = "went away during the scan"
            return SongOutcome(path=str(path), outcome=Outcome.SKIPPED, reason=reason)
        return self.system_fault(str(path), f"cannot be looked at: {error.strerror or error}")

    def system_fault(self, path: str, reason: str, probe: FileProbe | None = None) -> SongOutcome:
        """Record a song that a system fault kept from being judged, so that the next scan retries.

        An earlier analysis stays, with the reason beside it.
        """
        known = self._index.song(path)
        again = f"{reason} ({TRIED_AGAIN})"
        if known is None or known.failure is not None:
            self._failure(path, NEVER, probe, AnalysisError(reason=reason))
        else:
            self._index.store(replace(known, stamp=NEVER, untagged=again))
        return SongOutcome(
            path=path,
            outcome=Outcome.FAILED,
            reason=again,
            analysed=probe is not None,
            may_pass=True,
        )

    def _failure(
        self, path: str, stamp: Stamp, probe: FileProbe | None, why: AnalysisError
    ) -> SongOutcome:
        tags = probe.tags if probe else None
        self._index.store(
            SongRecord(
                path=path,
                stamp=stamp,
                fingerprint=probe.fingerprint if probe else None,
                title=tags.title if tags else None,
                artist=tags.artist if tags else None,
                album=tags.album if tags else None,
                genre=tags.genre if tags else None,
                album_artist=tags.album_artist if tags else None,
                year=(tags.year or 0) if tags else None,
                bundle=self._bundle,
                analysis=Analysis(paces=(), duration=tags.duration if tags else None),
                failure=why.reason,
                too_short=why.too_short,
            )
        )
        return SongOutcome(
            path=path,
            outcome=Outcome.SKIPPED if why.too_short else Outcome.FAILED,
            reason=why.reason,
            too_short=why.too_short,
            analysed=probe is not None,
        )


def broke_off(what: str, error: Exception) -> str:
    """The reason of a song for which something failed that should not: a fault of ours."""
    return f"{what} it broke off ({type(error).__name__}: {error})"
