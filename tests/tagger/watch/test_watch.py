"""`pacetag watch`, as a process on a real folder."""

import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from queue import Empty, Queue
from typing import IO

import pytest

from pacetag.db.index import SongIndex
from pacetag.tagger.cancellation import Stop
from pacetag.tagger.library.stalls import Walked
from pacetag.tagger.scanning.options import ScanOptions
from pacetag.tagger.tags.reader import read_tags
from pacetag.tagger.watch.keeper import Keeper
from pacetag.tagger.watch.lines import WatchLines
from tests.tagger.conftest import FAKE_JUDGE

MakeSong = Callable[..., Path]
Start = Callable[..., subprocess.Popen[str]]


class Watcher:
    """A running watcher and what it says."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: Queue[str] = Queue()
        self.complaints: Queue[str] = Queue()
        for stream, queue in (
            (process.stdout, self.lines),
            (process.stderr, self.complaints),
        ):
            assert stream is not None
            threading.Thread(target=_pump, args=(stream, queue), daemon=True).start()
        assert self.complaints.get(timeout=20).startswith("Watching ")

    def next(self) -> str:
        """The next line, without its time."""
        line = self.lines.get(timeout=20)
        assert re.match(r"\d\d:\d\d:\d\d ", line)
        return " ".join(line[9:].split())

    def silent(self, seconds: float) -> bool:
        """Whether nothing is said for so long."""
        try:
            self.lines.get(timeout=seconds)
        except Empty:
            return True
        return False

    def end(self, number: signal.Signals) -> int:
        os.killpg(self.process.pid, number)
        return self.process.wait(timeout=20)


def _pump(stream: IO[str], queue: "Queue[str]") -> None:
    for line in stream:
        queue.put(line.rstrip("\n"))


@pytest.fixture
def watch(pacetag_process: Start, library: Path) -> Callable[..., Watcher]:
    def start(*arguments: str) -> Watcher:
        return Watcher(
            pacetag_process("watch", library, "--settle", "0.3", "--jobs", "1", *arguments)
        )

    return start


def in_index(index_file: Path) -> dict[str, bool]:
    """Names of the songs in the index, and whether they are missing."""
    with SongIndex.open(index_file) as index:
        folder = index_file.parent.parent
        return {Path(path).name: missing for path, missing in index.songs_under(str(folder))}


def test_new_moved_changed_and_removed_songs_end_up_right_in_the_index(
    watch: Callable[..., Watcher],
    make_song: MakeSong,
    library: Path,
    index_file: Path,
    judged: Callable[[], list[str]],
) -> None:
    make_song("120.mp3")
    watcher = watch()
    assert watcher.next() == f"tagged 120 {library}/120.mp3"

    new = make_song("album/130.flac")  # in a new folder
    assert watcher.next() == f"tagged 130 {new}"
    assert read_tags(new).pace == ("130",)

    moved = library / "album" / "second.flac"
    new.rename(moved)
    assert watcher.next() == f"unchanged 130 {moved} (moved from {new})"

    (library / "album").rename(library / "best of")
    moved = library / "best of" / "second.flac"
    line = watcher.next()
    if line == f"missing {library / 'album' / 'second.flac'}":
        line = watcher.next()  # a stalled machine saw the old name gone before the new one
    assert line.startswith(f"unchanged 130 {moved} (moved from ")

    make_song("120.mp3", seed=77)
    assert watcher.next() == f"tagged 120 {library}/120.mp3"
    assert judged() == ["120.mp3", "120.mp3", "130.flac"]

    moved.unlink()
    assert watcher.next() == f"missing {moved}"

    assert in_index(index_file) == {"120.mp3": False, "second.flac": True}
    assert watcher.end(signal.SIGINT) == 130
    assert watcher.complaints.empty()


def test_its_own_writing_does_not_wake_it(
    watch: Callable[..., Watcher], make_song: MakeSong, judged: Callable[[], list[str]]
) -> None:
    watcher = watch()
    for number in (120, 130, 140):
        make_song(f"{number}.mp3")
    for _ in range(3):
        assert watcher.next().startswith("tagged ")

    before = _processor_time(watcher.process.pid)
    assert watcher.silent(1.5)
    assert len(judged()) == 3
    assert _processor_time(watcher.process.pid) - before < 0.5
    assert watcher.end(signal.SIGTERM) == 0


def _processor_time(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_songs_in_hidden_folders_are_left_alone(
    watch: Callable[..., Watcher], make_song: MakeSong, library: Path
) -> None:
    watcher = watch()
    make_song(".old/120.mp3")
    make_song("seen/.old/130.mp3")
    shown = make_song("seen/140.mp3")

    assert watcher.next() == f"tagged 140 {shown}"
    assert watcher.silent(0.8)


def test_songs_whose_names_begin_with_dots_are_seen_and_those_in_the_trash_are_not(
    watch: Callable[..., Watcher], make_song: MakeSong, library: Path, index_file: Path
) -> None:
    watcher = watch()
    for name in ("#recycle/110.mp3", "a/@eaDir/115.mp3", "._116.mp3", ".git/117.mp3"):
        make_song(name)
    for name in ("...And So On/120.mp3", "...130.mp3", ".38 Band/140.mp3"):
        song = make_song(name)
        assert watcher.next().startswith("tagged ")

    song.rename(library / "#recycle" / "140.mp3")

    assert watcher.next() == f"missing {song}"
    assert watcher.silent(0.8)
    assert in_index(index_file) == {"120.mp3": False, "...130.mp3": False, "140.mp3": True}


def test_songs_of_the_index_in_the_trash_are_put_away_when_the_watcher_starts(
    watch: Callable[..., Watcher], make_song: MakeSong, pacetag: Callable[..., object]
) -> None:
    song = make_song("#recycle/110.mp3")
    pacetag("scan", song)

    assert watch().next() == f"put away {song}"


def test_a_folder_that_cannot_be_listed_is_named_once_until_it_can(
    library: Path, index_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (library / "album").mkdir()
    why = "cannot be listed: Permission denied"
    refused = Walked(songs=(), refused=((library / "album", why),))
    with SongIndex.open(index_file) as index:
        keeper = Keeper(
            [library],
            index,
            FAKE_JUDGE,
            ScanOptions(jobs=1, watching=True),
            settle=1.0,
            sweep=1.0,
            stop=Stop(),
            lines=WatchLines(),
        )
        for found in (refused, refused, Walked(songs=()), refused):
            keeper._settle(found, [library], everything=False)

    assert [line[9:] for line in capsys.readouterr().out.splitlines()] == [
        f"failed                 {library}/album  ({why})"
    ] * 2


def test_a_song_that_is_still_being_copied_is_waited_for(
    watch: Callable[..., Watcher], make_song: MakeSong, library: Path, tmp_path: Path
) -> None:
    content = make_song("120.mp3").read_bytes()
    (library / "120.mp3").unlink()
    watcher = watch("--settle", "0.8")

    with (library / "120.mp3").open("wb") as file:
        step = len(content) // 8
        for start in range(0, len(content), step):
            file.write(content[start : start + step])
            file.flush()
            time.sleep(0.12)
        assert watcher.lines.empty()

    assert watcher.next().startswith("tagged 120")
    assert (tmp_path / "judged").read_text() == "120.mp3\n"


def test_the_worker_ends_when_there_is_nothing_to_judge(
    watch: Callable[..., Watcher], make_song: MakeSong
) -> None:
    watcher = watch()
    make_song("120.mp3")
    watcher.next()

    children = Path(f"/proc/{watcher.process.pid}/task/{watcher.process.pid}/children")
    deadline = time.monotonic() + 10
    while any(map(_is_worker, children.read_text().split())) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(_is_worker, children.read_text().split()))


def _is_worker(pid: str) -> bool:
    try:
        return "spawn_main" in Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return False


def test_the_sweep_finds_what_no_event_told(
    watch: Callable[..., Watcher], make_song: MakeSong, library: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (library / "link").symlink_to(outside)  # below links the system reports nothing
    aside = make_song("120.mp3").rename(tmp_path / "aside.mp3")
    watcher = watch("--sweep", "0.02")
    aside.rename(outside / "120.mp3")

    assert watcher.next().startswith("tagged 120")


def test_a_signal_during_the_first_sweep_ends_it_with_what_is_done(
    watch: Callable[..., Watcher], make_song: MakeSong, index_file: Path
) -> None:
    for number in range(100, 120):
        make_song(f"slow {number}.mp3")
    watcher = watch()
    watcher.next()

    assert watcher.end(signal.SIGINT) == 130
    assert 1 <= len(in_index(index_file)) < 20
    assert not any(in_index(index_file).values())


def test_a_file_or_a_lost_folder_cannot_be_watched(
    pacetag: Callable[..., object], make_song: MakeSong, library: Path
) -> None:
    for path in (make_song("120.mp3"), library / "nowhere"):
        assert getattr(pacetag("watch", path), "exit_code", None) == 2
