"""What the system reports is marked; what it cannot report is polled, and said."""

import errno
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue

import pytest
from watchdog.events import (
    DirCreatedEvent,
    DirModifiedEvent,
    FileClosedNoWriteEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileOpenedEvent,
)
from watchdog.observers import Observer

from pacetag.tagger.library.stalls import Asking
from pacetag.tagger.watch import observing
from pacetag.tagger.watch.dirty import Dirty, Due
from pacetag.tagger.watch.elsewhere import Marker
from pacetag.tagger.watch.inotify import Inotify
from pacetag.tagger.watch.observing import Observing
from pacetag.tagger.watch.reports import OVERFLOW

QUEUED = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())  # events at most


class Watched:
    """A folder that is watched, what was said of it, and what is marked."""

    def __init__(self, root: Path) -> None:
        self.root, self.said = root, list[str]()
        self.dirty = Dirty(settle=0.0, wake=SimpleQueue())
        self.observing = Observing([root], self.dirty, complain=self.said.append)

    def walk(self, *, renaming: bool = True) -> list[Path]:
        """Walk over the folder, and watch what is entered."""

        def entering(folder: Path) -> bool:
            return self.observing.enters(folder, renaming=renaming)

        return list(Asking().walk([self.root], entering=entering).songs)

    def marked(self, wanted: Due) -> bool:
        """Whether exactly this is marked, soon."""
        files, folders = set[str](), set[str]()
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            due = self.dirty.take_due(time.monotonic() + 1)
            files.update(due.files)
            folders.update(due.folders)
            if (files, folders) == (set(wanted.files), set(wanted.folders)):
                return True
            time.sleep(0.02)
        raise AssertionError((files, folders))


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    root = tmp_path / "music"
    root.mkdir()
    return Watched(root)


@pytest.fixture
def refusing(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Have the system refuse watches on folders whose names end so."""
    real = Inotify.watch

    def refuse(number: int, ending: str = "") -> None:
        def watch(kernel: Inotify, folder: str) -> int:
            if folder.endswith(ending):
                raise OSError(number, os.strerror(number))
            return real(kernel, folder)

        monkeypatch.setattr(Inotify, "watch", watch)

    return refuse


def test_what_happens_to_songs_and_folders_is_marked(watched: Watched) -> None:
    root = watched.root
    with watched.observing:
        watched.walk()
        (root / "a.mp3").write_bytes(b"sound")
        (root / "cover.jpg").write_bytes(b"picture")
        (root / ".a.mp3.tmp").write_bytes(b"half")
        assert watched.marked(Due(files=(f"{root}/a.mp3",)))

        (root / "a.mp3").rename(root / "b.mp3")
        assert watched.marked(Due(files=(f"{root}/a.mp3", f"{root}/b.mp3")))

        (root / "album").mkdir()
        (root / ".hidden").mkdir()
        assert watched.marked(Due(folders=(f"{root}/album",)))
        watched.walk()
        (root / "album" / "c.mp3").touch()
        assert watched.marked(Due(files=(f"{root}/album/c.mp3",)))
    assert watched.said == []


def test_reading_and_writing_without_closing_mark_nothing(watched: Watched) -> None:
    song = watched.root / "a.mp3"
    song.write_bytes(b"sound")
    with watched.observing, song.open("ab") as file:
        watched.walk()
        file.write(b"more")
        file.flush()
        song.read_bytes()
        list(watched.root.iterdir())
        time.sleep(0.3)
        assert not watched.dirty.take_due(time.monotonic() + 1)


def test_a_folder_that_was_moved_out_reports_nothing_any_more(watched: Watched) -> None:
    album, outside = watched.root / "album", watched.root.parent / "outside"
    (album / "deep").mkdir(parents=True)
    with watched.observing:
        watched.walk()
        album.rename(outside)
        assert watched.marked(Due(folders=(f"{album}",)))
        (outside / "deep" / "a.mp3").touch()
        time.sleep(0.3)

        assert not watched.dirty.take_due(time.monotonic() + 1)
        assert watched.observing.folders is not None
        assert watched.observing.folders.count == 1


def test_a_folder_that_was_moved_reports_under_its_new_name(watched: Watched) -> None:
    album = watched.root / "album"
    album.mkdir()
    with watched.observing:
        watched.walk()
        best = album.rename(watched.root / "best of")
        assert watched.marked(Due(folders=(f"{album}", f"{best}")))
        watched.walk(renaming=False)
        (best / "a.mp3").touch()

        assert watched.marked(Due(files=(f"{best}/a.mp3",)))


def test_a_folder_with_two_names_is_walked_under_the_first(watched: Watched) -> None:
    album = watched.root / "album"
    album.mkdir()
    (album / "a.mp3").touch()
    with watched.observing:
        assert watched.walk() == [album / "a.mp3"]
        link = watched.root / "link"
        link.symlink_to(album)
        assert watched.marked(Due(folders=(f"{link}",)))

        found = Asking().walk([link], entering=watched.observing.enters)

        assert found.songs == ()
        assert watched.walk() == [album / "a.mp3"]


@pytest.mark.parametrize(
    ("number", "setting"),
    [
        (errno.ENOSPC, "sudo sysctl fs.inotify.max_user_watches=1048576"),
        (errno.EMFILE, "sudo sysctl fs.inotify.max_user_instances=1024"),
        (errno.EIO, "cannot be watched (Input/output error)"),
    ],
)
def test_each_refused_folder_is_polled_and_the_limit_told_once(
    number: int, setting: str, watched: Watched, refusing: Callable[..., None]
) -> None:
    for name in ("one", "two", "one/deep"):
        (watched.root / name).mkdir()
    refusing(number, "one")
    with watched.observing:
        for _ in range(2):
            watched.walk()

        (sentence,) = watched.said
        assert sentence.startswith(f"{watched.root}/one: ")
        assert setting in sentence
        assert watched.observing.polled() == [watched.root / "one"]


def test_a_folder_that_can_be_watched_again_is_polled_no_more(
    watched: Watched, refusing: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    (watched.root / "one").mkdir()
    real = Inotify.watch
    refusing(errno.ENOSPC, "one")
    with watched.observing:
        watched.walk()
        monkeypatch.setattr(Inotify, "watch", real)
        watched.walk()

        assert watched.observing.polled() == []
        (watched.root / "one" / "a.mp3").touch()
        assert watched.marked(Due(files=(f"{watched.root}/one/a.mp3",)))


def test_a_polled_folder_that_is_gone_is_polled_no_more(
    watched: Watched, refusing: Callable[..., None]
) -> None:
    one = watched.root / "one"
    one.mkdir()
    refusing(errno.ENOSPC, "one")
    with watched.observing:
        watched.walk()
        assert watched.observing.take_polled() == [one]
        watched.walk()
        assert watched.observing.polled() == [one]
        one.rmdir()
        watched.observing.take_polled()
        watched.walk()

        assert watched.observing.polled() == []


def test_where_too_many_programs_watch_everything_is_polled(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(observing, "Inotify", refuse)
    with watched.observing:
        watched.walk()

        assert watched.observing.polled() == [watched.root]
    (sentence,) = watched.said
    assert "sudo sysctl fs.inotify.max_user_instances=1024" in sentence


@pytest.mark.skipif(QUEUED > 500_000, reason="the queue of events is too long to be filled")
def test_lost_events_are_told_and_everything_is_to_be_looked_at(watched: Watched) -> None:
    """The queue of events is filled while the thread that reads them is held."""
    held = threading.Event()
    read = Inotify.events

    def events(kernel: Inotify) -> object:
        held.wait(60)
        return read(kernel)

    with pytest.MonkeyPatch.context() as patch, watched.observing:
        patch.setattr(Inotify, "events", events)
        watched.walk()
        songs = [watched.root / "a.mp3", watched.root / "b.mp3"]
        for song in songs:
            song.touch()
        for number in range(QUEUED + 100):  # equal events in a row count once
            os.utime(songs[number % 2])
        held.set()
        deadline = time.monotonic() + 20
        while not watched.said and time.monotonic() < deadline:
            time.sleep(0.05)

        assert watched.said == [OVERFLOW]
        assert watched.dirty.take_everything()


def test_a_root_that_was_replaced_is_noticed(watched: Watched) -> None:
    with watched.observing:
        watched.walk()
        assert watched.observing.replaced() == []
        watched.root.rename(watched.root.parent / "unplugged")
        assert watched.observing.replaced() == [watched.root]
        watched.root.mkdir()
        assert watched.observing.replaced() == [watched.root]
        watched.walk()
        (watched.root / "after.mp3").touch()

        assert watched.marked(
            Due(files=(f"{watched.root}/after.mp3",), folders=(f"{watched.root}",))
        )


def test_a_folder_that_a_sweep_does_not_come_to_is_watched_no_more(watched: Watched) -> None:
    below = [watched.root / name for name in ("kept", "silent", "taken")]
    for folder in below:
        folder.mkdir()
    with watched.observing:
        watched.walk()
        assert watched.observing.folders is not None
        assert watched.observing.folders.count == 4

        watched.observing.sweeping()
        for folder in (watched.root, watched.root / "kept"):
            watched.observing.enters(folder, renaming=True)
        watched.observing.swept([watched.root / "silent"])

        assert watched.observing.folders.count == 3
        for folder in below:
            (folder / "new.mp3").touch()
        expected = tuple(f"{watched.root}/{name}/new.mp3" for name in ("kept", "silent"))
        assert watched.marked(Due(files=expected, folders=()))


class TestElsewhere:
    """Systems without inotify, by what watchdog reports here."""

    @pytest.fixture(autouse=True)
    def no_inotify(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse() -> None:
            raise OSError(errno.ENOSYS, "Function not implemented")

        monkeypatch.setattr(observing, "Inotify", refuse)

    def test_changes_are_reported_and_nothing_is_polled(self, watched: Watched) -> None:
        with watched.observing:
            (watched.root / "a.mp3").write_bytes(b"sound")

            assert watched.marked(Due(files=(f"{watched.root}/a.mp3",)))
            assert watched.observing.polled() == []

    def test_warnings_of_the_library_reach_no_terminal(
        self, watched: Watched, capfd: pytest.CaptureFixture[str]
    ) -> None:
        import logging

        with watched.observing:
            logging.getLogger("watchdog.observers.inotify").warning("something is odd")

        assert capfd.readouterr().err == ""

    def test_a_root_that_cannot_be_watched_is_named(
        self, watched: Watched, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: object, **__: object) -> None:
            raise OSError(errno.EMFILE, "Too many open files")

        monkeypatch.setattr(Observer, "schedule", refuse)
        with watched.observing:
            pass

        assert watched.said == [
            f"{watched.root}: cannot be watched (Too many open files), so changes there are found "
            "by the regular sweep only"
        ]

    def test_a_root_that_was_replaced_is_watched_from_the_next_sweep_on(
        self, watched: Watched
    ) -> None:
        with watched.observing:
            watched.root.rename(watched.root.parent / "unplugged")
            watched.root.mkdir()
            watched.observing.sweeping()
            watched.dirty.take_due(time.monotonic() + 1)
            (watched.root / "after.mp3").write_bytes(b"sound")

            assert watched.marked(Due(files=(f"{watched.root}/after.mp3",)))

    def test_an_event_marks_the_songs_and_folders_that_it_names(self, watched: Watched) -> None:
        marker = Marker(watched.dirty)
        for event in (
            FileModifiedEvent("/a/x.mp3"),
            FileMovedEvent("/b/.x.tmp", "/b/x.flac"),
            FileMovedEvent("/c/x.mp3", "/d/x.mp3"),
            DirCreatedEvent("/e/new"),
            FileOpenedEvent("/f/x.mp3"),
            FileClosedNoWriteEvent("/f/x.mp3"),
            FileModifiedEvent("/f/cover.jpg"),
            DirModifiedEvent("/f"),
        ):
            marker.on_any_event(event)

        assert watched.marked(
            Due(
                files=("/a/x.mp3", "/b/x.flac", "/c/x.mp3", "/d/x.mp3"),
                folders=("/e/new",),
            )
        )
