"""Processes with one index take turns at songs."""

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pacetag.db.index import SongIndex
from pacetag.db.runs import TagState
from pacetag.tagger.index import lock
from pacetag.tagger.index.lock import index_lock
from pacetag.tagger.scanning import noted_write
from pacetag.tagger.tags.reader import read_tags
from pacetag.tagger.tags.safety.disk import hold
from tests.tagger.writing import write_tags

MakeSong = Callable[..., Path]
Run = Callable[..., Any]
Start = Callable[..., subprocess.Popen[str]]

LONG_ENOUGH = 2.0  # seconds in which an undo that does not wait would be done


@pytest.mark.usefixtures("worker_threads")
def test_an_undo_waits_for_a_write_that_was_noted(
    make_song: MakeSong,
    pacetag: Run,
    pacetag_process: Start,
    library: Path,
    index_file: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    song = make_song("172-86.flac")
    undos = []

    def write_after_an_undo_came(*arguments: Any, **options: Any) -> Any:
        undos.append(pacetag_process("undo", library))
        with pytest.raises(subprocess.TimeoutExpired):
            undos[0].wait(LONG_ENOUGH)
        return write_tags(*arguments, **options)

    monkeypatch.setattr(noted_write, "write_tags", write_after_an_undo_came)
    assert pacetag("scan", library).exit_code == 0
    out, err = undos[0].communicate(timeout=60)

    assert out == "1 restored, 0 had nothing to undo, 0 failed\n", err
    assert read_tags(song).pace == ()
    with SongIndex.open(index_file) as index:
        known = index.song(str(song))
        assert known is not None
        assert known.fingerprint is not None
        assert index.writes.state(str(song), known.fingerprint) is TagState.UNDONE


def test_a_process_that_waits_too_long_goes_on(
    index_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index_file.parent.mkdir(exist_ok=True)
    monkeypatch.setattr(lock, "LOCK_TIMEOUT", 0.3)
    other = os.open(index_file.parent, os.O_RDONLY)
    assert hold(other)
    start = time.monotonic()

    with index_lock(index_file):
        waited = time.monotonic() - start
    os.close(other)

    assert waited >= 0.3


def test_where_nothing_can_be_locked_no_process_waits(
    index_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered = []
    with index_lock(tmp_path / "not there" / "index.sqlite3"):
        entered.append("no folder")

    def no_locks(*_: object) -> bool:
        raise OSError

    monkeypatch.setattr(lock, "hold", no_locks)
    with index_lock(index_file):
        entered.append("no locks")

    assert entered == ["no folder", "no locks"]
