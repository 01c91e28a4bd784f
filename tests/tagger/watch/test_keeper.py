"""The watcher's loop, on real folders, with real events."""

import errno
import io
import os
import shutil
import sqlite3
import sys
import threading
import time
from collections import namedtuple
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from queue import Queue

import pytest

from pacetag.db import connection
from pacetag.db.errors import SongIndexError
from pacetag.db.index import SongIndex
from pacetag.db.mounts import Mount
from pacetag.tagger.cancellation import Stop
from pacetag.tagger.library.stalls import Walked
from pacetag.tagger.pulse import Pulse
from pacetag.tagger.scanning.options import ScanOptions
from pacetag.tagger.tags.reader import read_tags
from pacetag.tagger.terminal import standard_streams
from pacetag.tagger.watch import folders, observing
from pacetag.tagger.watch import keeper as keeper_module
from pacetag.tagger.watch.dirty import Due
from pacetag.tagger.watch.held_index import HeldIndex
from pacetag.tagger.watch.inotify import Inotify
from pacetag.tagger.watch.keeper import Keeper
from pacetag.tagger.watch.lines import WatchLines
from pacetag.tagger.watch.visits import Visits
from tests.tagger.conftest import FAKE_JUDGE
from tests.tagger.watch.said import Said, in_index

MakeSong = Callable[..., Path]

pytestmark = pytest.mark.usefixtures("worker_threads")


class Lines(io.StringIO):
    """A stream that puts each line into a queue."""

    def __init__(self, queue: "Queue[str]") -> None:
        super().__init__()
        self._queue = queue

    def write(self, text: str) -> int:
        """Put the lines, which `say` writes whole, into the queue."""
        for line in text.splitlines():
            self._queue.put(line)
        return len(text)


class Watcher(Said):
    """A watcher in a thread of its own."""

    def __init__(self, root: Path, index_file: Path, *, settle: float, sweep: float) -> None:
        super().__init__()
        self.stop = Stop()
        self.error: BaseException | None = None
        self.thread = threading.Thread(target=self._run, args=(root, index_file, settle, sweep))

    def start(self) -> None:
        """Begin, and wait until changes are noticed."""
        self.thread.start()
        assert self.complaints.get(timeout=20).startswith("Watching ")

    def end(self) -> None:
        """Stop it, and raise what ended it before."""
        self.stop.request()
        self.thread.join(20)
        assert not self.thread.is_alive()
        error, self.error = self.error, None
        if error is not None:
            raise error

    def _run(self, root: Path, index_file: Path, settle: float, sweep: float) -> None:
        try:
            with SongIndex.open(index_file) as index:
                keeper(root, index, settle=settle, sweep=sweep, stop=self.stop).run()
        except BaseException as error:
            self.error = error


Watch = Callable[..., Watcher]


def keeper(
    root: Path, index: SongIndex, *, settle: float = 1.0, sweep: float = 60.0, stop: Stop
) -> Keeper:
    options = ScanOptions(jobs=1, watching=True)
    lines = WatchLines()
    return Keeper(
        [root], index, FAKE_JUDGE, options, settle=settle, sweep=sweep, stop=stop, lines=lines
    )


@pytest.fixture
def watch(library: Path, index_file: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    index_file.parent.mkdir(exist_ok=True)
    running: list[Watcher] = []

    def start(*, settle: float = 0.1, sweep: float = 60.0) -> Watcher:
        watcher = Watcher(library, index_file, settle=settle, sweep=sweep)
        monkeypatch.setattr(sys, "stdout", Lines(watcher.lines))
        monkeypatch.setattr(sys, "stderr", Lines(watcher.complaints))
        watcher.start()
        running.append(watcher)
        return watcher

    yield start
    for watcher in running:
        watcher.end()


def test_what_happens_to_songs_is_noticed_and_told(
    watch: Watch, make_song: MakeSong, library: Path, index_file: Path
) -> None:
    make_song("120.mp3")
    watcher = watch()
    assert watcher.next() == f"tagged 120 {library}/120.mp3"

    new = make_song("album/130.flac")
    assert watcher.next() == f"tagged 130 {new}"
    moved = new.rename(library / "album" / "second.flac")
    assert watcher.next() == f"unchanged 130 {moved} (moved from {new})"
    moved.unlink()
    assert watcher.next() == f"missing {moved}"

    watcher.end()
    assert in_index(index_file) == {"120.mp3": False, "second.flac": True}
    assert watcher.complaints.empty()


def test_a_stop_during_a_visit_ends_it_and_marks_nothing_as_missing(
    watch: Watch, make_song: MakeSong, library: Path, index_file: Path
) -> None:
    gone, album = make_song("110.mp3"), library / "album"
    for number in range(120, 130):
        make_song(f"album/slow {number}.mp3")
    album.rename(library.parent / "album")
    watcher = watch()
    watcher.next()
    (library.parent / "album").rename(album)
    gone.rename(library.parent / "aside.mp3")  # in the same visit, or in one that never comes
    watcher.next()

    watcher.end()

    found = in_index(index_file)
    assert found["110.mp3"] is False
    assert len(found) < 11


def visits(library: Path) -> Visits:
    """Visits that are told what a walk found, without a watcher around them."""
    return Visits(
        [library],
        FAKE_JUDGE,
        ScanOptions(jobs=1, watching=True),
        enters=lambda _folder, **_: True,
        settle=1.0,
        sweep=60.0,
        stop=Stop(),
        lines=WatchLines(),
    )


def test_a_folder_whose_disk_does_not_answer_is_named_once_until_it_does(
    library: Path, index_file: Path, make_song: MakeSong, capsys: pytest.CaptureFixture[str]
) -> None:
    make_song("120.mp3")
    index_file.parent.mkdir()
    dead = Walked(songs=(), stalled=(library / "dead",))
    with SongIndex.open(index_file) as index:
        visiting = visits(library)
        for found in (dead, dead, Walked(songs=()), dead):
            visiting._settle(index, found, [library])

    assert [line[9:] for line in capsys.readouterr().out.splitlines()] == [
        f"waiting   -            {library}/dead  (its disk does not answer)"
    ] * 2


def test_the_watcher_ends_when_the_reader_of_its_lines_is_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    kept = standard_streams.Lasting(writer)
    monkeypatch.setitem(standard_streams._LASTING, 1, kept)
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BufferedWriter(kept)))

    with pytest.raises(BrokenPipeError):
        WatchLines().missing("/a.mp3")
    os.close(writer)


def test_songs_in_hidden_folders_are_left_alone(
    watch: Watch, make_song: MakeSong, library: Path
) -> None:
    watcher = watch()
    make_song(".old/120.mp3")
    make_song("seen/.old/130.mp3")
    shown = make_song("seen/140.mp3")

    assert watcher.next() == f"tagged 140 {shown}"
    assert watcher.silent(0.5)


def test_songs_whose_names_begin_with_dots_are_seen_and_those_in_the_trash_are_not(
    watch: Watch, make_song: MakeSong, library: Path, index_file: Path
) -> None:
    watcher = watch()
    for name in ("#recycle/110.mp3", "a/@eaDir/115.mp3", "._116.mp3", ".git/117.mp3"):
        make_song(name)
    for name in ("...And So On/120.mp3", "...130.mp3", ".38 Band/140.mp3"):
        song = make_song(name)
        assert watcher.next().startswith("tagged ")

    song.rename(library / "#recycle" / "140.mp3")

    assert watcher.next() == f"missing {song}"
    assert watcher.silent(0.5)
    assert in_index(index_file) == {"120.mp3": False, "...130.mp3": False, "140.mp3": True}


def test_songs_of_the_index_in_the_trash_are_put_away_when_the_watcher_starts(
    watch: Watch, make_song: MakeSong, pacetag: Callable[..., object]
) -> None:
    song = make_song("#recycle/110.mp3")
    pacetag("scan", song)

    assert watch().next() == f"put away {song}"


def test_a_folder_that_cannot_be_listed_is_named_once_until_it_can(
    library: Path, index_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (library / "album").mkdir()
    index_file.parent.mkdir()
    why = "cannot be listed: Permission denied"
    refused = Walked(songs=(), refused=((library / "album", why),))
    with SongIndex.open(index_file) as index:
        visiting = visits(library)
        for found in (refused, refused, Walked(songs=()), refused):
            visiting._settle(index, found, [library])

    assert [line[9:] for line in capsys.readouterr().out.splitlines()] == [
        f"failed                 {library}/album  ({why})"
    ] * 2


def test_a_song_that_is_still_being_copied_is_waited_for(
    watch: Watch, make_song: MakeSong, library: Path, tmp_path: Path
) -> None:
    content = make_song("120.mp3").read_bytes()
    (library / "120.mp3").unlink()
    watcher = watch(settle=0.8)

    with (library / "120.mp3").open("wb") as file:
        step = len(content) // 8
        for start in range(0, len(content), step):
            file.write(content[start : start + step])
            file.flush()
            time.sleep(0.12)
        assert watcher.lines.empty()

    assert watcher.next().startswith("tagged 120")
    assert (tmp_path / "judged").read_text() == "120.mp3\n"


def test_the_sweep_finds_what_no_event_told(
    watch: Watch, make_song: MakeSong, library: Path, tmp_path: Path
) -> None:
    other = make_song("140.mp3")
    content = other.read_bytes()
    other.unlink()
    target = make_song("120.mp3").rename(tmp_path / "120.mp3")
    (library / "130.mp3").symlink_to(target)  # the folder of what it leads to is not watched
    watcher = watch(sweep=0.5)
    assert watcher.next() == f"tagged 130 {library}/130.mp3"
    target.write_bytes(content)

    assert watcher.next() == f"tagged 130 {library}/130.mp3"


@contextmanager
def full_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A disk with 1 MiB left, until the context ends."""
    usage = namedtuple("usage", "total used free")
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(shutil, "disk_usage", lambda _: usage(1, 1, 1 << 20))
        yield


def test_a_song_that_met_a_full_disk_is_written_once_there_is_room(
    watch: Watch, make_song: MakeSong, monkeypatch: pytest.MonkeyPatch
) -> None:
    with full_disk(monkeypatch):
        song = make_song("120.mp3")
        watcher = watch(sweep=0.5)
        assert "the disk is nearly full" in watcher.next()

    assert watcher.next() == f"tagged 120 {song}"


def test_a_song_that_waits_is_told_of_once_and_written_after_a_pause(
    watch: Watch, make_song: MakeSong, monkeypatch: pytest.MonkeyPatch
) -> None:
    with full_disk(monkeypatch):
        song = make_song("120.mp3")
        watcher = watch()
        assert watcher.next() == (
            f"waiting 120 {song} (indexed, but not tagged: the disk is nearly full: "
            "64 MiB are needed, 1 are free)"
        )
        assert watcher.silent(1.0)  # though it is tried again

    assert watcher.next() == f"tagged 120 {song}"


def test_a_song_that_another_program_holds_open_is_written_when_it_is_closed(
    watch: Watch, make_song: MakeSong
) -> None:
    watcher = watch(sweep=0.3)
    song = make_song("120.mp3")
    with song.open("ab"):
        assert watcher.silent(1.0)

    assert watcher.next() == f"tagged 120 {song}"


def test_songs_left_waiting_are_named_at_the_end(
    watch: Watch, make_song: MakeSong, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(1, 1, 1 << 20))
    song = make_song("120.mp3")
    watcher = watch()
    watcher.next()

    watcher.end()

    assert watcher.complaints.get() == "pacetag: 1 song left waiting; the next scan tries again:"
    assert watcher.complaints.get().startswith(f"  {song}: indexed, but not tagged: the disk")


def test_a_file_that_is_written_every_moment_holds_no_other_back(
    watch: Watch, make_song: MakeSong, library: Path
) -> None:
    watcher = watch(settle=0.5)
    with (library / "growing 130.mp3").open("ab") as growing:
        done = make_song("120.mp3")
        for _ in range(20):
            (library / "short 140.mp3").write_bytes(b"x")
            growing.write(b"x")
            growing.flush()
            time.sleep(0.1)
        assert watcher.lines.qsize() == 1
        assert watcher.next() == f"tagged 120 {done}"


def test_songs_behind_a_linked_folder_are_noticed_at_once(
    watch: Watch, make_song: MakeSong, library: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (library / "link").symlink_to(outside)
    aside = [make_song(f"{n}.mp3").rename(tmp_path / f"{n}.mp3") for n in (120, 130)]
    watcher = watch()

    aside[0].rename(outside / "120.mp3")
    assert watcher.next() == f"tagged 120 {library}/link/120.mp3"

    later = tmp_path / "later"
    later.mkdir()
    aside[1].rename(later / "130.mp3")
    (library / "second link").symlink_to(later)
    assert watcher.next() == f"tagged 130 {library}/second link/130.mp3"

    (library / "link").unlink()
    assert watcher.next() == f"missing {library}/link/120.mp3"


def test_folders_made_after_the_limit_was_reached_are_polled_and_told_of_once(
    watch: Watch, make_song: MakeSong, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, left = Inotify.watch, [2]

    def watch_few(kernel: Inotify, folder: str) -> int:
        if left[0] <= 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        left[0] -= 1
        return real(kernel, folder)

    monkeypatch.setattr(Inotify, "watch", watch_few)
    monkeypatch.setattr(keeper_module, "POLL", 0.3)
    monkeypatch.setattr(keeper_module, "SHARE", 200.0)  # of the look alone, not of judging
    watcher = watch()
    for number in range(120, 125):
        song = make_song(f"{number}/{number}.mp3")
        assert watcher.next() == f"tagged {number} {song}"
        later = make_song(f"{number}/deep/{number + 20}.mp3")
        assert watcher.next() == f"tagged {number + 20} {later}"

    assert "sudo sysctl fs.inotify.max_user_watches=1048576" in watcher.complaints.get()
    assert watcher.complaints.empty()


def test_an_index_that_was_deleted_is_built_anew_from_the_tags(
    watch: Watch, make_song: MakeSong, library: Path, index_file: Path, tmp_path: Path
) -> None:
    make_song("120.mp3")
    watcher = watch()
    watcher.next()
    for each in index_file.parent.glob("index.sqlite3*"):
        each.unlink()
    new = make_song("130.mp3")

    lines = {watcher.next(), watcher.next()}
    assert lines == {
        f"unchanged 120 {library}/120.mp3 (paces taken over from its tags)",
        f"tagged 130 {new}",
    }
    assert "the index was deleted or replaced" in watcher.complaints.get()
    watcher.end()
    assert in_index(index_file) == {"120.mp3": False, "130.mp3": False}
    with SongIndex.open(index_file) as index:
        assert [run.files for run in index.writes.runs()] == [1]  # so that it can be taken back
    assert (tmp_path / "judged").read_text() == "120.mp3\n130.mp3\n"


def test_an_index_that_is_lost_with_its_folder_ends_the_watcher_with_a_sentence(
    watch: Watch, make_song: MakeSong, index_file: Path
) -> None:
    watcher = watch()
    shutil.rmtree(index_file.parent)
    song = make_song("130.mp3")
    watcher.thread.join(20)

    with pytest.raises(SongIndexError, match="its folder too"):
        watcher.end()
    assert read_tags(song).pace == ()


def test_a_lock_of_another_program_is_waited_for_and_told(
    watch: Watch, make_song: MakeSong, index_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "BUSY_TIMEOUT", 0.1)
    watcher = watch()
    with closing(sqlite3.connect(index_file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        song = make_song("120.mp3")
        complaint = watcher.complaints.get(timeout=20)
        assert complaint.startswith(f"pacetag: {index_file}: locked for over")
        assert watcher.silent(0.5)
        other.execute("COMMIT")

    assert watcher.next() == f"tagged 120 {song}"
    assert watcher.complaints.get(timeout=20) == f"pacetag: {index_file}: can be used again"


def test_signs_of_life_come_while_the_index_is_locked(
    index_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "BUSY_TIMEOUT", 0.1)
    index_file.parent.mkdir(parents=True, exist_ok=True)

    class Unlocking(Pulse):
        beats = 0

        def beat(self) -> None:
            self.beats += 1
            if self.beats == 2:
                other.execute("COMMIT")

    pulse, stop = Unlocking(), Stop()
    late = threading.Timer(20, stop.request)
    late.start()
    with (
        SongIndex.open(index_file) as index,
        closing(sqlite3.connect(index_file, isolation_level=None)) as other,
    ):

        def write() -> None:
            index.writes.start_run("watch", 1.0)

        other.execute("BEGIN IMMEDIATE")
        held = HeldIndex(index, stop=stop, complain=lambda _: None, pulse=pulse)
        assert not held.use(write)
    late.cancel()

    assert pulse.beats >= 2


def test_an_index_on_a_network_file_system_is_refused(
    library: Path, index_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mount = Mount(place="/", kind="nfs4", options=frozenset())
    monkeypatch.setattr("pacetag.db.mounts.mounts", lambda: [mount])
    index_file.parent.mkdir()
    with (
        SongIndex.open(index_file) as index,
        pytest.raises(SongIndexError, match="nfs4 file system"),
    ):
        keeper(library, index, stop=Stop())


def test_songs_on_a_network_file_system_are_polled_and_told_of(
    watch: Watch, make_song: MakeSong, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = library.stat().st_dev
    mount = Mount(place=f"{library}", kind="cifs", options=frozenset(), device=device)
    monkeypatch.setattr(folders, "mounts", lambda: [mount])
    monkeypatch.setattr(keeper_module, "POLL", 0.3)
    watcher = watch()

    assert "lies on a cifs file system" in watcher.complaints.get(timeout=20)
    song = make_song("album/120.mp3")
    assert watcher.next() == f"tagged 120 {song}"


def test_after_the_system_slept_everything_is_looked_through(
    watch: Watch,
    make_song: MakeSong,
    library: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(keeper_module, "POLL", 0.2)
    content = make_song("140.mp3").read_bytes()
    (library / "140.mp3").unlink()
    target = make_song("120.mp3").rename(tmp_path / "120.mp3")
    (library / "130.mp3").symlink_to(target)
    watcher = watch()
    watcher.next()
    target.write_bytes(content)
    assert watcher.silent(0.5)

    monkeypatch.setattr(observing, "_asleep", lambda: 1e9)

    assert watcher.next() == f"tagged 130 {library}/130.mp3"


def test_what_follows_from_songs_is_run_after_each_visit_that_changed_some(
    watch: Watch, make_song: MakeSong, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[bool] = []
    monkeypatch.setattr(Keeper, "songs_changed", lambda _: calls.append(True))
    make_song("120.mp3")
    watcher = watch()
    watcher.next()
    make_song("130.mp3")
    watcher.next()

    watcher.end()
    assert len(calls) == 2


def test_a_song_that_goes_away_while_it_waits_is_waited_for_no_more(
    library: Path, index_file: Path, make_song: MakeSong, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(1, 1, 1 << 20))
    index_file.parent.mkdir()
    held, growing = make_song("120.mp3"), make_song("130.mp3")
    with SongIndex.open(index_file) as index:
        visiting = visits(library)
        time.sleep(1.1)  # until both are silent
        growing.touch()
        visiting.sweep(index, whole=False)
        assert len(visiting.waiting) == 1
        moved = [each.rename(library.parent / each.name) for each in (held, growing)]

        visiting.visit(index, Due(), time.monotonic() + 100)

    assert len(moved) == 2
    assert visiting.next_due() is None


def test_a_song_that_comes_back_is_not_judged_again(
    watch: Watch, make_song: MakeSong, library: Path, index_file: Path, tmp_path: Path
) -> None:
    song, _ = make_song("120.mp3"), make_song("130.mp3")
    watcher = watch()
    watcher.next(), watcher.next()
    aside = song.rename(tmp_path / "120.mp3")
    assert watcher.next() == f"missing {song}"
    aside.rename(song)
    deadline = time.monotonic() + 20
    while in_index(index_file)["120.mp3"] and time.monotonic() < deadline:
        time.sleep(0.05)

    song.rename(aside)
    assert watcher.next() == f"missing {song}"
    other = aside.rename(library / "other.mp3")
    assert watcher.next() == f"unchanged 120 {other} (moved from {song})"
    assert (tmp_path / "judged").read_text().splitlines() == ["120.mp3", "130.mp3"]
    watcher.end()
    assert in_index(index_file) == {"130.mp3": False, "other.mp3": False}


@pytest.mark.parametrize("left", ["an empty folder", "nothing"])
def test_a_root_that_is_unmounted_costs_no_song(
    left: str, watch: Watch, make_song: MakeSong, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper_module, "POLL", 0.2)
    make_song("album/120.mp3")
    watcher = watch(sweep=0.4)
    watcher.next()
    unplugged = library.rename(library.parent / "unplugged")
    if left == "an empty folder":
        library.mkdir()
    assert watcher.silent(1.5)

    shutil.rmtree(library, ignore_errors=True)
    unplugged.rename(library)
    new = make_song("album/130.mp3")
    assert watcher.next() == f"tagged 130 {new}"
    assert watcher.silent(0.5)


def test_what_is_gone_is_forgotten_by_prune_alone(
    watch: Watch, make_song: MakeSong, pacetag: Callable[..., object], index_file: Path
) -> None:
    song, _ = make_song("120.mp3"), make_song("130.mp3")
    watcher = watch(sweep=0.3)
    watcher.next(), watcher.next()
    song.unlink()
    watcher.next()
    assert watcher.silent(1.0)
    watcher.end()
    assert in_index(index_file) == {"120.mp3": True, "130.mp3": False}

    pacetag("prune")

    assert in_index(index_file) == {"130.mp3": False}
