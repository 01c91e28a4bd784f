"""Errors of a command, even unexpected ones, are reported in one sentence."""

import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pacetag.db.index import SongIndex

Run = Callable[..., Any]

pytestmark = pytest.mark.usefixtures("worker_threads")


def _recurse() -> None:
    _recurse()


def _raise(error: Exception) -> Callable[..., None]:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


FAULTS = [
    KeyError("pabe"),
    ValueError("odd\nlines\x1b[31m"),
    MemoryError(),
    OSError(28, "No space left on device"),
    RuntimeError("x" * 9000),
    AssertionError(),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: type(fault).__name__)
def test_a_fault_of_its_own_is_one_sentence_that_says_what_to_do(
    fault: Exception, pacetag: Run, index_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    SongIndex.open(index_file).close()
    monkeypatch.setattr(SongIndex, "stats", _raise(fault))

    done = pacetag("stats")

    assert done.exit_code == 1
    assert isinstance(done.exception, SystemExit)
    assert done.stderr.startswith(f"pacetag: `pacetag stats` broke off ({type(fault).__name__}")
    assert "run it again with --log-file FILE and report it" in done.stderr
    assert done.stderr.count("\n") == 1
    assert "\x1b" not in done.stderr
    assert len(done.stderr) < 600


def test_endless_recursion_is_a_sentence_too(
    pacetag: Run, index_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    SongIndex.open(index_file).close()
    monkeypatch.setattr(SongIndex, "stats", lambda _: _recurse())

    done = pacetag("stats")

    assert (done.exit_code, done.stderr.count("\n")) == (1, 1)
    assert done.stderr.startswith("pacetag: `pacetag stats` broke off (RecursionError")


COMMANDS = [
    ("stats",),
    ("playlist", "--cadence", "165"),
    ("undo", "--list"),
    ("undo", "--all"),
    ("undo", "--all", "--dry-run"),
    ("scan", "."),
    ("scan", "--dry-run", "."),
    ("watch", "."),
    ("train", "work", "--labels", "INDEX"),
    ("evaluate", "INDEX"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("kind", ["pipe", "folder", "socket", "device", "dangling"])
@pytest.mark.parametrize("suffix", ["", "-wal"])
def test_no_command_waits_for_an_index_that_is_not_a_file(
    suffix: str,
    kind: str,
    command: tuple[str, ...],
    pacetag: Run,
    index_file: Path,
    library: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(library)
    SongIndex.open(index_file).close()
    place = index_file.with_name(index_file.name + suffix)
    place.unlink(missing_ok=True)
    if kind == "pipe":
        os.mkfifo(place)
    elif kind == "folder":
        place.mkdir()
    elif kind == "socket":
        monkeypatch.chdir(place.parent)  # a socket's name may have 107 bytes
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(place.name)
        monkeypatch.chdir(library)
    else:
        place.symlink_to("nowhere/file" if kind == "dangling" else "/dev/zero")

    done = pacetag(*(str(index_file) if word == "INDEX" else word for word in command))

    assert done.exit_code in (1, 2)
    assert isinstance(done.exception, SystemExit)
    said = "which is not there" if kind == "dangling" else f"is a {kind}"
    unlike = suffix == "" and kind in ("dangling", "folder") and "INDEX" in command
    assert said in done.stderr or unlike, done.stderr
    assert str(index_file) in done.stderr or (kind == "device" and "/dev/zero" in done.stderr)
    assert done.stderr.count("\n") == 1
    assert os.path.lexists(place)
    assert not (index_file.parent / "nowhere").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="a device that never ends")
@pytest.mark.parametrize("options", [(), ("--dry-run",)])
def test_a_dry_run_speaks_of_the_index_and_not_of_its_copy(
    options: tuple[str, ...], pacetag: Run, index_file: Path, library: Path
) -> None:
    index_file.parent.mkdir()
    index_file.write_bytes(b"SQLite format 3\0" + bytes(5000))

    done = pacetag("scan", *options, library)

    assert done.exit_code == 1
    assert done.stderr.startswith(f"pacetag: {index_file}: the index cannot be read (")
    assert done.stderr.count("\n") == 1
