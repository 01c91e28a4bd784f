"""Run the watcher until it is told to end; settings are read again on SIGHUP."""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from pacetag.tagger.cancellation import Stop, stop_on_signals
from pacetag.tagger.errors import TaggerError
from pacetag.tagger.index.opening import make_elsewhere, opened_index
from pacetag.tagger.logs.logger import info
from pacetag.tagger.scanning.options import ScanOptions
from pacetag.tagger.service.notify import Supervisor
from pacetag.tagger.service.polite import Politeness, ThisMachine
from pacetag.tagger.service.report import Report
from pacetag.tagger.service.state import StateFile
from pacetag.tagger.tags.safety.disk import check_locks
from pacetag.tagger.watch.keeper import Keeper
from pacetag.tagger.watch.reported import ReportedLines
from pacetag.tagger.workers.judging import JudgeRef
from pacetag.tagger.workers.priority import lower_priority

_STREAMS = (0, 1, 2)


@dataclass(frozen=True, kw_only=True)
class WatchSettings:
    """What the watcher keeps up with, and how."""

    roots: Sequence[Path]  # absolute
    scan: ScanOptions
    settle: float  # s of silence before a folder is visited
    sweep: float  # s between two looks at everything
    polite: bool = False  # wait on battery, and while other programs keep the machine busy


def run_watch(
    read: Callable[[], WatchSettings], judge: Callable[[], JudgeRef], index_file: Path
) -> int:
    """Watch until a signal ends it; return the exit code.

    `read` and `judge` say what holds now; they are asked again on SIGHUP. Raises TaggerError where
    they cannot be used at the start.
    """
    check_locks("watching folders")
    settings, ear = read(), judge()
    stop, supervisor = Stop(), Supervisor()
    if settings.scan.nice:
        lower_priority()
    make_elsewhere(index_file)
    with (
        stop_on_signals(stop, hurry=True),
        _Reload(stop) as reload,
        opened_index(index_file) as index,
        StateFile(index.path) as file,
    ):
        report = Report(file, supervisor, index=index.path, failed=lambda: index.stats().failed)
        lines = ReportedLines(report)
        while not stop.requested:
            if settings.scan.nice:
                lower_priority()
            report.begin(
                bundle=ear.bundle,
                sweep=settings.sweep,
                polite=Politeness(machine=ThisMachine()) if settings.polite else None,
                tell=lines.notice,
            )
            with reload.ending(stop) as ended:
                Keeper(
                    settings.roots,
                    index,
                    ear,
                    settings.scan,
                    settle=settings.settle,
                    sweep=settings.sweep,
                    stop=ended,
                    lines=lines,
                    pulse=report,
                ).run()
            if not stop.requested:
                supervisor.reloading()
                settings, ear = _read_again(read, judge, settings, ear, lines)
        supervisor.stopping()
    return 130 if stop.signal is signal.SIGINT else 0


def _read_again(
    read: Callable[[], WatchSettings],
    judge: Callable[[], JudgeRef],
    settings: WatchSettings,
    ear: JudgeRef,
    lines: ReportedLines,
) -> tuple[WatchSettings, JudgeRef]:
    """What holds from now on: what was read, or all as before where it cannot be used."""
    from pacetag.model.errors import ModelError

    try:
        fresh = read(), judge()
    except (TaggerError, ModelError) as error:
        lines.complain(f"{error}; the settings stay as they were")
        return settings, ear
    info("watch", "the settings were read again")
    return fresh


class _Reload:
    """Turns SIGHUP into a request to begin anew, as a context."""

    def __init__(self, stop: Stop) -> None:
        """`stop` is requested where the terminal is gone, which sends the same signal."""
        self._stop, self._requested = stop, False
        self._round = Stop()  # ends the watcher that runs now
        self._before: signal.Handlers | Callable[[int, FrameType | None], object] | int | None = 0
        self._terminals = [number for number in _STREAMS if _is_terminal(number)]

    def __enter__(self) -> "_Reload":
        self._before = signal.getsignal(signal.SIGHUP)
        if self._before is not signal.SIG_IGN:  # as under nohup
            signal.signal(signal.SIGHUP, self._answer)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGHUP, self._before or signal.SIG_DFL)

    def _answer(self, _number: int, _frame: FrameType | None) -> None:
        if any(not _is_terminal(number) for number in self._terminals):
            self._stop.request(signal.SIGTERM)
            return
        self._requested = True
        self._round.request()

    @contextmanager
    def ending(self, stop: Stop) -> Iterator[Stop]:
        """Yield the stop of one watcher, which also ends with the whole."""
        self._round = Stop()
        with stop.waking(self._round.request):
            if self._requested or stop.requested:  # came just before
                self._round.request()
            self._requested = False
            yield self._round


def _is_terminal(descriptor: int) -> bool:
    try:
        return os.isatty(descriptor)
    except OSError:
        return False
