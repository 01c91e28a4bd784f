"""The order of flushes keeps a song whole, or recoverable, through any power cut.

Each container and way of writing is recorded in this process, and one library in a real process
under strace, which shows SQLite's calls as well. With PACETAG_LONG_TESTS, strace sees every
container.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pacetag.tagger.tags.safety import copy_note, in_place, overwrite, replace
from tests.outside import needs
from tests.tagger.conftest import FAKES
from tests.tagger.tags.call_order import TRACED, Call, Order, calls_of_trace, recorded
from tests.tagger.tags.conftest import Song
from tests.tagger.tags.making import SOME, TITLES
from tests.tagger.tags.test_cut_short import CASES, FIRST, LONG, Trial, tear
from tests.tagger.writing import journal_folder, recover, write_tags

NOTHING: dict[str, list[str]] = {"pace": [], "pacetag": []}
WAYS = ("again", "grows", "linked grows")  # in place, as a copy, over all names
TRACED_KINDS = sorted(TITLES) if LONG else [*SOME, "wav", "wma", "ape", "dsf", "opus"]


def order_of(song: Path, calls: list[Call], **more: Any) -> list[str]:
    """The rules that calls around one song break."""
    return Order([os.fspath(song)], **more).follow(calls)


def calls_of_write(trial: Trial) -> list[Call]:
    trial.restart()
    return recorded(trial.write)


@pytest.mark.parametrize("case", CASES)
def test_every_way_of_writing_keeps_the_order(song: Song, case: str) -> None:
    trial = Trial(song, CASES[case])

    calls = calls_of_write(trial)
    taken_back = recorded(lambda: write_tags(song.path, FIRST if trial.case.tagged else NOTHING))

    assert order_of(song.path, calls) == []
    assert order_of(song.path, taken_back) == []
    assert any(os.fspath(song.path) in (call.path, call.target) for call in taken_back)


@pytest.mark.parametrize("case", ["again", "linked grows"])
def test_putting_right_keeps_the_order(any_song: Song, case: str) -> None:
    trial = Trial(any_song, CASES[case])
    tear(trial)
    folders = (any_song.path.parent, journal_folder())
    there = [os.fspath(each) for folder in folders for each in folder.iterdir()]

    calls = recorded(lambda: recover(journal_folder()))

    assert any(call.path == os.fspath(any_song.path) for call in calls)
    assert order_of(any_song.path, calls, there=there) == []


class TestBroken:
    """The rules notice what they are for."""

    @pytest.mark.parametrize("case", WAYS)
    def test_no_flush_can_be_left_out(self, any_song: Song, case: str) -> None:
        calls = calls_of_write(Trial(any_song, CASES[case]))
        flushes = [n for n, call in enumerate(calls) if call.kind == "flush"]

        for number in flushes:
            without = calls[:number] + calls[number + 1 :]
            assert order_of(any_song.path, without) != [], calls[number]

    @pytest.mark.parametrize("case", ["again", "linked grows"])
    def test_the_journal_may_not_go_before_the_song_is_flushed(
        self, any_song: Song, case: str
    ) -> None:
        calls = calls_of_write(Trial(any_song, CASES[case]))
        flush = Call(kind="flush", path=os.fspath(any_song.path))
        (gone,) = (n for n, call in enumerate(calls) if _drops_journal(call))
        calls.remove(flush)
        calls.insert(gone, flush)

        assert any("goes before" in each for each in order_of(any_song.path, calls))

    @pytest.mark.parametrize("case", ["again", "linked grows"])
    def test_the_song_may_not_be_written_before_its_journal_has_its_name(
        self, any_song: Song, case: str
    ) -> None:
        path = os.fspath(any_song.path)
        calls = calls_of_write(Trial(any_song, CASES[case]))
        first = next(n for n, c in enumerate(calls) if (c.kind, c.path) == ("write", path))
        named = next(n for n, call in enumerate(calls) if call.target.endswith(".journal"))
        calls.insert(named + 1, calls.pop(first))

        assert any("written before" in each for each in order_of(any_song.path, calls))

    @pytest.mark.parametrize(
        ("module", "case"),
        [
            (overwrite, "linked grows"),
            (copy_note, "linked grows"),
            (in_place, "again"),
            (replace, "grows"),
        ],
    )
    def test_code_that_does_not_flush_is_caught(
        self, any_song: Song, module: Any, case: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        trial = Trial(any_song, CASES[case])
        monkeypatch.setattr(module, "flush", lambda _: None)

        assert order_of(any_song.path, calls_of_write(trial)) != []

    def test_a_song_written_without_a_journal(self, any_song: Song) -> None:
        path = os.fspath(any_song.path)
        calls = [Call(kind="write", path=path), Call(kind="flush", path=path)]

        assert order_of(any_song.path, calls) == [f"{path} is written without a journal"]

    def test_a_song_changed_before_the_log_is_flushed(self, any_song: Song) -> None:
        path, draft = os.fspath(any_song.path), os.fspath(any_song.path.with_name("draft"))
        folder = os.fspath(any_song.path.parent)
        note = [Call(kind="write", path="/i-wal"), Call(kind="flush", path="/i-wal")]
        change = [
            Call(kind="create", path=draft),
            Call(kind="write", path=draft),
            Call(kind="flush", path=draft),
            Call(kind="rename", path=draft, target=path),
            Call(kind="flush", path=folder),
        ]

        assert order_of(any_song.path, note + change, index="/i") == []
        for wrong in (note[:1] + change, change + note, change):
            assert order_of(any_song.path, wrong, index="/i") != []


def _drops_journal(call: Call) -> bool:
    return call.kind == "unlink" and call.path.endswith(".journal")


def _can_trace(folder: Path) -> bool:
    command = ["strace", "-f", "-y", "-o", os.fspath(folder / "trial"), "true"]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


@pytest.fixture
@needs("strace")
def traced(tmp_path: Path, index_file: Path) -> Callable[..., tuple[list[str], list[str]]]:
    """Runs the real command; the rules that it broke, and the songs that it wrote."""
    if not _can_trace(tmp_path):
        pytest.skip("strace may not be used")

    def run(library: Path, *arguments: str | Path) -> tuple[list[str], list[str]]:
        there = [os.fspath(each) for each in tmp_path.rglob("*")]
        songs = [each for each in there if Path(each).is_relative_to(library)]
        trace = tmp_path / "trace"
        command = ["strace", "-f", "-y", "-s", "0", "-e", TRACED, "-o", str(trace), sys.executable]
        done = subprocess.run(
            [*command, FAKES / "pacetag_with_fake_judge.py", *arguments],
            # Python's own caches are renamed unflushed, and no song hangs on them.
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        order = Order(
            [song for song in songs if Path(song).is_file()],
            there=[*there, os.fspath(tmp_path)],
            index=os.fspath(index_file),
        )
        broken = order.follow(calls_of_trace(trace))
        return [each for each in broken if not _is_of_shared_memory(each)], order.written

    return run


def _is_of_shared_memory(sentence: str) -> bool:
    """SQLite's, which is made anew after every start of the system."""
    return "-shm" in sentence


def test_a_real_process_keeps_the_order(
    made: dict[str, Path], library: Path, traced: Callable[..., tuple[list[str], list[str]]]
) -> None:
    """From the note in SQLite's log on: as a copy and over all names, in place, and back."""
    for kind in TRACED_KINDS:
        for way in ("alone", "linked"):
            folder = library / way / kind
            folder.mkdir(parents=True)
            song = Path(shutil.copy(made[kind], folder / f"172-86{made[kind].suffix}"))
            if way == "linked":
                folder.joinpath(f"other{song.suffix}.link").hardlink_to(song)
    options = ("--jobs", "1")

    for command in (
        ("scan", library, *options),
        ("scan", library, *options, "--force", "--bpm", "overwrite"),
        ("undo", library),
    ):
        broken, written = traced(library, *command)
        assert broken == [], command
        assert len(written) >= len(TRACED_KINDS), command
