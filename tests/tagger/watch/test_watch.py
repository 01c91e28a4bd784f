"""`pacetag watch`, as a process on a real folder."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pacetag.tagger.tags.reader import read_tags
from tests.tagger.watch.said import Watcher, in_index

MakeSong = Callable[..., Path]
Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def watch(pacetag_process: Start, library: Path) -> Callable[..., Watcher]:
    def start(*arguments: str) -> Watcher:
        return Watcher(
            pacetag_process("watch", library, "--settle", "0.3", "--jobs", "1", *arguments)
        )

    return start


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


def test_a_folder_that_comes_later_is_waited_for_if_that_is_asked_for(
    watch: Callable[..., Watcher], make_song: MakeSong, library: Path, tmp_path: Path
) -> None:
    later = tmp_path / "later"
    watcher = watch(str(later), "--wait", "--sweep", "0.01")
    song = make_song("120.mp3")
    assert watcher.next() == f"tagged 120 {song}"

    library.rename(later)

    assert watcher.next().startswith(f"unchanged 120 {later}/120.mp3 (moved from ")


def test_a_playlist_that_is_kept_fresh_follows_the_songs(
    watch: Callable[..., Watcher], make_song: MakeSong, library: Path, pacetag: Callable[..., Any]
) -> None:
    make_song("172.3 a.mp3")
    assert pacetag("scan", library).exit_code == 0
    kept = library / "lists" / "run.m3u8"
    kept.parent.mkdir()
    wish = ("playlist", "--cadence", "172", "--output", kept)
    done = pacetag(*wish, "--keep-fresh")
    assert done.exit_code == 0, done.output

    def listed() -> list[str]:
        return [line for line in kept.read_text().splitlines() if line[:1] != "#"]

    assert listed() == ["../172.3 a.mp3"]
    watching = watch()
    make_song("172.3 b.mp3")
    deadline = time.monotonic() + 30
    while len(listed()) < 2 and time.monotonic() < deadline:
        time.sleep(0.1)

    assert sorted(listed()) == ["../172.3 a.mp3", "../172.3 b.mp3"]
    assert watching.end(signal.SIGTERM) == 0
