"""`--verbose` and `--log-file` log what happens, and without them nothing changes."""

import json
import logging
import os
import pickle
import pty
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pacetag.db.index import SongIndex
from pacetag.tagger.cli import app
from pacetag.tagger.logs.files import log_lines
from pacetag.tagger.logs.handlers import start_log
from pacetag.tagger.logs.logger import debug, info
from pacetag.tagger.workers.judging import LONGEST_TRACE, AnalysisError, hear
from tests.tagger.conftest import FAKES

MakeSong = Callable[..., Path]
Run = Callable[..., Any]
LINE = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d{4} pacetag\[\d+\] (DEBUG|INFO) [a-z]+: .*"
)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Where the command may keep its log."""
    return tmp_path / "pacetag.log"


def lines_of(log: Path) -> list[str]:
    """The lines of the log; each must begin with a time and a level, or be indented."""
    lines = log.read_text(encoding="utf-8").split("\n")
    assert lines.pop() == ""
    assert all(LINE.fullmatch(line) or line.startswith("    ") for line in lines)
    assert all(line.isprintable() for line in lines)
    return lines


@pytest.mark.usefixtures("worker_threads")
class TestFile:
    def test_the_traceback_of_what_broke_off_in_a_worker_is_in_it(
        self, make_song: MakeSong, pacetag: Run, library: Path, log: Path
    ) -> None:
        make_song("buggy.flac"), make_song("broken.flac"), make_song("172.flac")

        done = pacetag("scan", "--jobs", "1", "--log-file", log, library)

        text = "\n".join(lines_of(log))
        assert done.exit_code == 1
        assert "ZeroDivisionError: division by zero" in text
        assert "    Traceback (most recent call last):" in text
        assert "DecodeError: " in text
        assert 'raise ZeroDivisionError("division by zero")' in text
        assert "Traceback" not in done.stderr

    def test_it_reports_the_outcome_of_each_song(
        self, make_song: MakeSong, pacetag: Run, library: Path, log: Path, index_file: Path
    ) -> None:
        song = make_song("172.flac")

        pacetag("scan", "--jobs", "1", "--log-file", log, library)
        pacetag("undo", "--log-file", log, library)

        text = "\n".join(lines_of(log))
        assert f"INFO index: {index_file}: opened" in text
        assert f"INFO worker: {song}: begun" in text
        assert re.search(rf"INFO scan: tagged +172 +{re.escape(str(song))}  \[analysed, wr", text)
        assert "INFO run: scan: run 1 begins" in text
        assert f"INFO undo: {song}: restored" in text

    def test_it_does_not_change_what_is_printed(
        self, make_song: MakeSong, pacetag: Run, library: Path, log: Path
    ) -> None:
        make_song("buggy.flac")
        plain = pacetag("scan", "--json", library)
        noted = pacetag("scan", "--json", "--force", "--log-file", log, library)

        assert noted.stderr == plain.stderr
        songs = [json.loads(done.stdout.splitlines()[0]) for done in (plain, noted)]
        assert songs[0] == songs[1]

    def test_a_name_with_control_characters_makes_no_line_of_its_own(
        self, make_song: MakeSong, pacetag: Run, library: Path, log: Path
    ) -> None:
        make_song("buggy\n2026-11-25T00:00:00.000+0000 pacetag[1] INFO x: forged\x1b[31m.flac")

        pacetag("scan", "--jobs", "1", "-v", "--log-file", log, library)

        lines = lines_of(log)
        assert any("forged" in line for line in lines)
        assert not any(re.match(r"2026-11-25T00:00", line) for line in lines)

    def test_a_fault_of_the_command_is_in_it_with_its_traceback(
        self, pacetag: Run, log: Path, index_file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(_: object) -> None:
            raise KeyError("pabe")

        SongIndex.open(index_file).close()
        monkeypatch.setattr(SongIndex, "stats", fail)

        done = pacetag("stats", "-v", "--log-file", log)

        assert "KeyError: 'pabe'" in "\n".join(lines_of(log))
        assert "Traceback" not in done.stderr
        assert f"index: {index_file}: opened" in done.stderr.splitlines()

    def test_what_is_behind_an_expected_error_is_in_it(
        self, pacetag: Run, log: Path, index_file: Path
    ) -> None:
        index_file.parent.mkdir()
        index_file.write_bytes(b"no database" * 500)

        pacetag("stats", "--log-file", log)

        assert "sqlite3.DatabaseError: file is not a database" in "\n".join(lines_of(log))

    def test_it_goes_on_where_it_ended(self, pacetag: Run, log: Path) -> None:
        pacetag("stats", "--log-file", log)
        before = log.read_text()
        log.write_text(f"{before}cut off in the midd")

        pacetag("--log-file", log, "stats")

        assert log.read_text().startswith(f"{before}cut off in the midd\n2")

    @pytest.mark.parametrize("place", ["before", "behind"])
    def test_it_may_be_asked_for_on_either_side_of_the_command(
        self, place: str, pacetag: Run, log: Path
    ) -> None:
        options = ("--log-file", log, "--verbose")

        pacetag(*((*options, "stats") if place == "before" else ("stats", *options)))

        assert "DEBUG command: pacetag" in lines_of(log)[0]


class TestWhatIsSpared:
    @pytest.mark.parametrize("command", ["stats", "scan"])
    @pytest.mark.parametrize("kind", ["song", "index", "text", "bundle", "link", "hard link"])
    def test_a_file_that_is_not_a_log_stays_as_it_is(
        self,
        kind: str,
        command: str,
        make_song: MakeSong,
        pacetag: Run,
        index_file: Path,
        tmp_path: Path,
        library: Path,
    ) -> None:
        SongIndex.open(index_file).close()
        place = make_song("172.flac") if "song" in kind or "link" in kind else tmp_path / "file"
        if kind == "index":
            place = index_file
        elif not place.exists():
            place.write_text('{"format": 1}\n' if kind == "bundle" else "\n2026-11-25 notes\n")
        content = place.read_bytes()
        named = place
        if "link" in kind:
            named = tmp_path / "link.log"
            named.hardlink_to(place) if kind == "hard link" else named.symlink_to(place)

        done = pacetag(command, *([library] if command == "scan" else []), "--log-file", named)

        assert done.exit_code == 2
        assert done.stderr.startswith(f"pacetag: log file {named}: ")
        assert done.stderr.count("\n") == 1
        assert place.read_bytes() == content

    @pytest.mark.parametrize("kind", ["pipe", "folder", "device", "dangling", "nowhere", "empty"])
    def test_what_is_no_file_is_refused(
        self, kind: str, pacetag: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        place = tmp_path / "log"
        if kind == "pipe":
            os.mkfifo(place)
        elif kind == "folder":
            place.mkdir()
        elif kind == "nowhere":
            place = tmp_path / "none" / "log"
        elif kind != "empty":
            place.symlink_to(tmp_path / "other" if kind == "dangling" else "/dev/zero")

        done = pacetag("stats", "--log-file", "" if kind == "empty" else place)

        assert done.exit_code == 2
        assert "cannot be written (" in done.stderr
        assert not (tmp_path / "other").exists()

    @pytest.mark.parametrize("named", ["index", "-wal", "output"])
    def test_a_file_that_the_command_will_make_is_refused(
        self, named: str, pacetag: Run, index_file: Path, tmp_path: Path
    ) -> None:
        index_file.parent.mkdir()
        output = tmp_path / "run.m3u8"
        suffix = named if named == "-wal" else ""
        place = output if named == "output" else index_file.with_name(index_file.name + suffix)

        done = pacetag("playlist", "--cadence", "165", "--output", output, "--log-file", f"{place}")

        assert done.exit_code == 2
        assert "the command itself uses that file" in done.stderr
        assert not place.exists()

    def test_a_new_or_empty_file_is_taken_and_a_link_to_a_log_followed(
        self, pacetag: Run, log: Path, tmp_path: Path
    ) -> None:
        log.touch()
        link = tmp_path / "link"
        link.symlink_to(log)

        pacetag("stats", "--log-file", log)
        pacetag("stats", "--log-file", link)

        assert sum("DEBUG command: pacetag" in line for line in lines_of(log)) == 2

    def test_a_full_disk_costs_only_the_log(
        self, pacetag: Run, log: Path, index_file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*_: object) -> int:
            raise OSError(28, "No space left on device")

        SongIndex.open(index_file).close()
        monkeypatch.setattr("pacetag.tagger.logs.files.os.write", full)

        done = pacetag("stats", "--log-file", log)

        assert (done.exit_code, done.stderr) == (0, "")


@pytest.mark.usefixtures("worker_threads")
class TestScreen:
    def test_verbose_says_what_is_done_line_by_line(
        self, make_song: MakeSong, pacetag: Run, library: Path
    ) -> None:
        song = make_song("172.flac")

        done = pacetag("scan", "--jobs", "1", "--verbose", library)

        assert f"worker: {song}: begun" in done.stderr.splitlines()
        assert "DEBUG" not in done.stderr
        assert done.exit_code == 0

    def test_without_either_nothing_is_printed_or_kept(
        self, make_song: MakeSong, pacetag: Run, library: Path
    ) -> None:
        make_song("172.flac"), make_song("buggy.flac")

        done = pacetag("scan", "--jobs", "1", library)

        assert done.stderr == (
            "1 song failed:\n"
            "  buggy.flac: judging broke off (ZeroDivisionError: division by zero)\n"
        )

    def test_the_log_ends_with_the_command(self, pacetag: Run, log: Path) -> None:
        pacetag("stats", "-v", "--log-file", log)
        before = log.read_bytes()

        info("test", "afterwards")

        assert log.read_bytes() == before
        assert logging.getLogger("pacetag").handlers == []
        assert not logging.getLogger("pacetag").isEnabledFor(logging.INFO)


def on_a_terminal(command: list[str]) -> str:
    """What a command shows on a terminal."""
    ours, its = pty.openpty()
    process = subprocess.Popen(command, stdout=its, stderr=its, stdin=its, close_fds=True)
    os.close(its)

    def parts() -> Iterator[bytes]:
        try:
            while part := os.read(ours, 4096):
                yield part
        except OSError:  # how Linux says that the other end is closed
            return

    shown = b"".join(parts())
    process.wait(60)
    os.close(ours)
    return shown.decode()


@pytest.mark.parametrize("verbose", [False, True])
def test_on_a_terminal_verbose_lines_take_the_place_of_the_bar(
    verbose: bool, make_song: MakeSong, library: Path
) -> None:
    make_song("172.flac")
    command = [sys.executable, str(FAKES / "pacetag_with_fake_judge.py"), "scan", str(library)]

    shown = on_a_terminal([*command, *(["-v"] if verbose else [])])

    assert ("\x1b[" in shown) is not verbose
    assert ("worker: " in shown) is verbose


def test_the_exit_code_of_a_worker_that_died_is_in_the_log(
    make_song: MakeSong, pacetag: Run, library: Path, log: Path
) -> None:
    song = make_song("deadly.flac")

    pacetag("scan", "--jobs", "1", "--log-file", log, library)

    text = "\n".join(lines_of(log))
    assert re.search(
        rf"DEBUG worker: worker \d+: {re.escape(str(song))}: the process ended, exit code 9", text
    )


def test_the_traceback_travels_light() -> None:
    class Deep:
        def file(self, _: object) -> Any:
            raise ValueError("x" * 100_000) from KeyError("cause")

    unheard = hear(Deep(), Path("/a.mp3")).result

    assert isinstance(unheard, AnalysisError)
    assert unheard.trace is not None
    assert len(unheard.trace) <= LONGEST_TRACE
    assert pickle.loads(pickle.dumps(unheard)).trace == unheard.trace
    assert unheard == AnalysisError(reason=unheard.reason)


def test_a_handler_of_the_logger_gets_records_without_an_option(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.DEBUG, logger="pacetag"):
        debug("test", "a\nb\x1b", trace="Traceback:\n  line")

    assert caplog.records[0].name == "pacetag.test"
    assert caplog.records[0].getMessage() == "a\ufffdb\ufffd\nTraceback:\n  line"


def test_lines_of_a_record_are_clean() -> None:
    record = logging.LogRecord("pacetag.x", 20, "", 0, "one\x1b\n two\r", (), None)

    first, second, last = log_lines(record).split("\n")

    assert LINE.fullmatch(first)
    assert (second, last) == ("     two\ufffd", "")


def test_starting_and_ending_leaves_the_logger_as_it_was(log: Path) -> None:
    logger = logging.getLogger("pacetag")
    before = (logger.level, logger.propagate, list(logger.handlers))

    start_log(verbose=True, file=log, spared=[])()

    assert (logger.level, logger.propagate, list(logger.handlers)) == before


LIGHT = """
import sys
from pacetag.tagger.cli import app
try:
    app(sys.argv[1:])
finally:
    sys.stderr.write(str("logging" in sys.modules))
"""


@pytest.mark.parametrize("command", ["--help", "stats"])
def test_a_command_that_only_asks_does_not_even_import_logging(
    command: str, index_file: Path
) -> None:
    SongIndex.open(index_file).close()

    done = subprocess.run(
        [sys.executable, "-c", LIGHT, command], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, "False")


NOISY = """
import logging, sys
from pacetag.tagger.undoing import undo
from pacetag.tagger.cli import app
logging.getLogger("libav.mp3").warning("before")
old = undo.Undoing.__init__
def noisy(*given, **named):
    logging.getLogger("libav.mp3").error("a library speaks")
    old(*given, **named)
undo.Undoing.__init__ = noisy
app(sys.argv[1:])
"""


@pytest.mark.parametrize("options", [[], ["-v"]])
def test_what_other_libraries_log_is_shown_as_lines_of_the_log_alone(
    options: list[str], index_file: Path
) -> None:
    SongIndex.open(index_file).close()

    done = subprocess.run(
        [sys.executable, "-c", NOISY, "undo", "--all", *options],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    shown = [line for line in done.stderr.splitlines() if "a library speaks" in line]
    assert shown == ["libav.mp3: a library speaks"] * len(options)  # as a line of the log


def test_every_command_takes_both_options(pacetag: Run) -> None:
    for command in app.registered_commands:
        assert command.callback is not None
        text = pacetag(command.callback.__name__, "--help").stdout
        assert "--verbose" in text, command
        assert "--log-file FILE" in text, command
