"""When the system cannot report changes, the watcher says so and what to do."""

import ctypes
import errno
import logging
import threading
from pathlib import Path

import pytest
from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import inotify_c

from pacetag.tagger.watch.observing import Observing, why_unwatched


def refusing(monkeypatch: pytest.MonkeyPatch, number: int, *, only: bytes = b"") -> None:
    """Have the system refuse watches, on paths that contain `only`, as when a limit is reached."""
    real = inotify_c.inotify_add_watch

    def add(descriptor: int, path: bytes, mask: int) -> int:
        if only not in path:
            return int(real(descriptor, path, mask))
        ctypes.set_errno(number)
        return -1

    monkeypatch.setattr(inotify_c, "inotify_add_watch", add)


@pytest.mark.parametrize(
    ("number", "setting"),
    [
        (errno.ENOSPC, "sudo sysctl fs.inotify.max_user_watches=1048576"),
        (errno.EMFILE, "sudo sysctl fs.inotify.max_user_instances=1024"),
        (errno.EIO, "cannot be watched (Input/output error)"),
    ],
)
def test_a_limit_is_named_with_the_line_that_raises_it(
    number: int, setting: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    refusing(monkeypatch, number)
    with Observing(
        [tmp_path], FileSystemEventHandler(), complain=said.append, overflowed=lambda: None
    ):
        pass

    (sentence,) = said
    assert sentence.startswith(f"{tmp_path}: ")
    assert setting in sentence
    assert "regular sweep only" in sentence


def test_a_limit_that_only_folders_below_would_meet_is_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    refusing(monkeypatch, errno.ENOSPC, only=b"pacetag-")  # one watch more is one too many
    with Observing(
        [tmp_path], FileSystemEventHandler(), complain=said.append, overflowed=lambda: None
    ):
        pass

    assert [sentence.split(":")[0] for sentence in said] == ["some folders"]


def test_without_trouble_nothing_is_said_and_events_come(tmp_path: Path) -> None:
    came = threading.Event()

    class Handler(FileSystemEventHandler):
        def on_any_event(self, event: FileSystemEvent) -> None:
            came.set()

    said: list[str] = []
    with Observing([tmp_path], Handler(), complain=said.append, overflowed=lambda: None):
        (tmp_path / "a.mp3").write_bytes(b"sound")
        assert came.wait(10)
    assert said == []


def test_a_root_that_was_replaced_is_watched_again(tmp_path: Path) -> None:
    came = threading.Event()

    class Handler(FileSystemEventHandler):
        def on_any_event(self, event: FileSystemEvent) -> None:
            if str(event.src_path).endswith("after.mp3"):
                came.set()

    root = tmp_path / "disk"
    root.mkdir()
    with Observing([root], Handler(), complain=print, overflowed=lambda: None) as observing:
        root.rename(tmp_path / "unplugged")
        observing.renew()  # nothing is there to be watched
        root.mkdir()
        observing.renew()
        (root / "after.mp3").write_bytes(b"sound")
        assert came.wait(10)


def test_an_overflow_is_heard(tmp_path: Path) -> None:
    overflows: list[bool] = []
    with Observing(
        [tmp_path],
        FileSystemEventHandler(),
        complain=lambda _: None,
        overflowed=lambda: overflows.append(True),
    ):
        log = logging.getLogger("watchdog.observers.inotify_c")
        log.warning("Inotify queue overflowed; filesystem events were lost")
        log.warning("something else")

    assert overflows == [True]


def test_other_troubles_are_named_as_the_system_names_them() -> None:
    sentence = why_unwatched(Path("/music"), OSError(errno.ENODEV, "No such device"))

    assert sentence.startswith("/music: cannot be watched (No such device), so changes there")
