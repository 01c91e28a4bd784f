"""The watcher's loop, on real folders, with real events."""

import io
import logging
import os
import shutil
import sys
import threading
import time
from collections import namedtuple
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Queue

import pytest

from pacetag.db.index import SongIndex
from pacetag.tagger.cancellation import Stop
from pacetag.tagger.library.stalls import Walked
from pacetag.tagger.scanning.options import ScanOptions
from pacetag.tagger.terminal import standard_streams
from pacetag.tagger.watch.keeper import Keeper
from pacetag.tagger.watch.lines import WatchLines
from pacetag.tagger.watch.observing import OVERFLOW
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
        self._thread = threading.Thread(target=self._run, args=(root, index_file, settle, sweep))

    def start(self) -> None:
        """Begin, and wait until changes are noticed."""
        self._thread.start()
        assert self.complaints.get(timeout=20).startswith("Watching ")

    def end(self) -> None:
        """Stop it, and raise what ended it before."""
        self.stop.request()
        self._thread.join(20)
        assert not self._thread.is_alive()
        if self.error is not None:
            raise self.error

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


def test_an_overflow_has_everything_looked_through_again(
    watch: Watch, make_song: MakeSong, library: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (library / "link").symlink_to(outside)  # below links the system reports nothing
    aside = make_song("120.mp3").rename(tmp_path / "aside.mp3")
    make_song("110.mp3")
    watcher = watch()
    assert watcher.next().startswith("tagged 110")  # in the first sweep
    song = aside.rename(outside / "120.mp3")
    assert watcher.silent(0.5)

    log = logging.getLogger("watchdog.observers.inotify_c")
    log.warning("Inotify queue overflowed; filesystem events were lost")

    assert watcher.next() == f"tagged 120 {library / 'link' / song.name}"
    assert watcher.complaints.get(timeout=20) == f"pacetag: {OVERFLOW}"


def test_a_stop_during_a_visit_ends_it_and_marks_nothing_as_missing(
    watch: Watch, make_song: MakeSong, library: Path, index_file: Path
) -> None:
    gone = make_song("110.mp3")
    watcher = watch()
    watcher.next()
    gone.rename(library.parent / "aside.mp3")
    for number in range(120, 130):
        make_song(f"slow {number}.mp3")
    watcher.next()

    watcher.end()

    found = in_index(index_file)
    assert found["110.mp3"] is False
    assert len(found) < 11


def test_a_folder_whose_disk_does_not_answer_is_named(
    library: Path, index_file: Path, make_song: MakeSong, capsys: pytest.CaptureFixture[str]
) -> None:
    make_song("120.mp3")
    index_file.parent.mkdir()
    with SongIndex.open(index_file) as index:
        found = Walked(songs=(), stalled=(library / "dead",))
        keeper(library, index, stop=Stop())._settle(found, [library], everything=False)

    assert f"{library}/dead" in capsys.readouterr().out


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
        watching = keeper(library, index, stop=Stop())
        for found in (refused, refused, Walked(songs=()), refused):
            watching._settle(found, [library], everything=False)

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
    outside = tmp_path / "outside"
    outside.mkdir()
    (library / "link").symlink_to(outside)  # below links the system reports nothing
    aside = make_song("120.mp3").rename(tmp_path / "aside.mp3")
    make_song("110.mp3")
    watcher = watch(sweep=0.5)
    assert watcher.next().startswith("tagged 110")  # in the first sweep
    aside.rename(outside / "120.mp3")

    assert watcher.next().startswith("tagged 120")


def test_a_song_that_met_a_full_disk_is_written_once_there_is_room(
    watch: Watch, make_song: MakeSong, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(shutil, "disk_usage", lambda _: usage(1, 1, 1 << 20))
        song = make_song("120.mp3")
        watcher = watch(sweep=0.5)
        assert "the disk is nearly full" in watcher.next()

    assert watcher.next() == f"tagged 120 {song}"
