"""The log records what was written, by which run, and what was taken back."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from pacetag.db.index import SongIndex
from pacetag.db.records import SongRecord, Stamp
from pacetag.db.runs import FileId, TagChange, TagState
from pacetag.db.write_log import NOTHING, WriteLog

MakeSong = Callable[..., SongRecord]
STAMP = Stamp(size=1, mtime_ns=2, ctime_ns=3, inode=4)
ADDED = TagChange(old={"pace": []}, new={"pace": ["165"]})
REMOVED = TagChange(old={"pace": ["165"]}, new={"pace": []})
CHANGED = TagChange(old={"pace": ["165"]}, new={"pace": ["164"]})


@pytest.fixture
def log(index: SongIndex) -> WriteLog:
    return index.writes


def write(index: SongIndex, song: SongRecord, change: TagChange, *, run: int) -> int:
    """A write from beginning to end."""
    number = index.writes.note(song.path, str(song.fingerprint), change, run=run)
    index.store(song, write=number)
    return number


def undo(log: WriteLog, song: SongRecord, change: TagChange, *, run: int, first: int) -> int:
    audio = str(song.fingerprint)
    number = log.note(song.path, audio, change, run=run, undoing=True)
    history = log.history(song.path, audio)
    log.finish_undo(audio, STAMP, write=number, run=run, history=history, first=first)
    return number


def listed(log: WriteLog) -> list[tuple[int, str, int, int]]:
    return [(run.id, run.command, run.files, run.undone) for run in log.runs()]


def state(log: WriteLog, song: SongRecord) -> TagState:
    return log.state(song.path, str(song.fingerprint))


def test_what_is_noted_comes_back_in_its_order(log: WriteLog) -> None:
    run = log.start_run("scan", 1000.5)
    values = ["sm\udcf8r", 'quote" \\ \n', "", "🏃"]

    first = log.note("/b\udce9.mp3", "f", TagChange(old={"bpm": values}, new={"bpm": []}), run=run)
    second = log.note("/b\udce9.mp3", "f", ADDED, run=run)

    assert [write.id for write in log.history("/b\udce9.mp3", "f")] == [first, second]
    assert log.history("/b\udce9.mp3", "f")[0].change.old == {"bpm": values}
    assert log.history("/b\udce9.mp3", "f")[1].change == ADDED
    assert log.history("/b\udce9.mp3", "other") == []
    assert log.paths() == log.paths(run) == log.paths_by_fingerprint("f") == ["/b\udce9.mp3"]


def test_a_write_counts_once_it_is_finished(
    log: WriteLog, index: SongIndex, make_song: MakeSong
) -> None:
    song, run = make_song("/a.mp3"), log.start_run("scan", 1000.0)
    number = log.note(song.path, str(song.fingerprint), ADDED, run=run)
    assert (listed(log), state(log, song)) == ([], TagState.UNSEEN)

    index.store(song, write=number)

    assert listed(log) == [(run, "scan", 1, 0)]
    assert state(log, song) is TagState.SEEN_TO


def test_a_write_that_broke_off_is_replaced_by_the_one_that_does_not(
    log: WriteLog, index: SongIndex, make_song: MakeSong
) -> None:
    song, run = make_song("/a.mp3"), log.start_run("scan", 1000.0)
    log.note(song.path, str(song.fingerprint), ADDED, run=run)

    number = write(index, song, ADDED, run=run)

    assert [write.id for write in log.history(song.path, str(song.fingerprint))] == [number]


def test_a_write_that_broke_off_leaves_a_song_that_was_tagged_before_unseen(
    log: WriteLog, index: SongIndex, make_song: MakeSong
) -> None:
    song, run = make_song("/a.mp3"), log.start_run("scan", 1000.0)
    write(index, song, ADDED, run=run)
    log.note(song.path, str(song.fingerprint), CHANGED, run=run)

    assert state(log, song) is TagState.UNSEEN
    index.store(song, found=ADDED)
    assert state(log, song) is TagState.SEEN_TO


def test_an_undo_marks_what_it_takes_back_and_no_more(
    log: WriteLog, index: SongIndex, make_song: MakeSong
) -> None:
    a, b = make_song("/a.mp3"), make_song("/b.mp3")
    scan, again = log.start_run("scan", 1000.0), log.start_run("scan", 2000.0)
    write(index, a, ADDED, run=scan)
    write(index, b, ADDED, run=scan)
    second = write(index, a, CHANGED, run=again)

    taken = log.start_run("undo", 3000.0)
    undo(log, a, TagChange(old={"pace": ["164"]}, new={"pace": ["165"]}), run=taken, first=second)

    assert listed(log) == [(taken, "undo", 1, 0), (again, "scan", 1, 1), (scan, "scan", 2, 0)]
    assert (state(log, a), state(log, b)) == (TagState.UNDONE, TagState.SEEN_TO)


def test_an_undo_that_is_taken_back_leaves_standing_what_it_took(
    log: WriteLog, index: SongIndex, make_song: MakeSong
) -> None:
    song = make_song("/a.mp3")
    scan, taken, back = (log.start_run(name, 1.0) for name in ("scan", "undo", "undo"))
    first = write(index, song, ADDED, run=scan)
    second = undo(log, song, REMOVED, run=taken, first=first)

    undo(log, song, ADDED, run=back, first=second)

    assert listed(log) == [(back, "undo", 1, 0), (taken, "undo", 1, 1), (scan, "scan", 1, 0)]


def test_an_undo_in_the_making_counts_as_one(
    log: WriteLog, index: SongIndex, make_song: MakeSong
) -> None:
    """So that a watcher that comes by at that moment leaves the song alone."""
    song = make_song("/a.mp3")
    write(index, song, ADDED, run=log.start_run("scan", 1.0))
    number = log.note(
        song.path, str(song.fingerprint), REMOVED, run=log.start_run("undo", 2.0), undoing=True
    )
    assert state(log, song) is TagState.UNDONE

    log.forget(number)

    assert state(log, song) is TagState.SEEN_TO


def test_what_is_found_counts_where_nothing_is_known(
    log: WriteLog, index: SongIndex, make_song: MakeSong
) -> None:
    song = make_song("/a.mp3")
    audio = str(song.fingerprint)
    index.store(song, found=ADDED)
    index.store(song, found=CHANGED)

    (found,) = log.history(song.path, audio)

    assert (found.run, found.change, found.finished) == (None, ADDED, True)
    assert log.runs() == []


def test_a_song_that_is_seen_to_after_an_undo_is_so_again(
    log: WriteLog, index: SongIndex, make_song: MakeSong
) -> None:
    song = make_song("/a.mp3")
    first = write(index, song, ADDED, run=log.start_run("scan", 1.0))
    undo(log, song, REMOVED, run=log.start_run("undo", 2.0), first=first)

    index.store(song, found=ADDED)

    assert state(log, song) is TagState.SEEN_TO
    assert log.history(song.path, str(song.fingerprint))[-1].change == NOTHING


def test_what_a_file_held_is_noted_before_what_is_written_into_it(log: WriteLog) -> None:
    run = log.start_run("scan", 1.0)

    log.note("/a.mp3", "f", CHANGED, run=run, found=ADDED)

    found = log.history("/a.mp3", "f")
    assert [(write.run, write.change) for write in found] == [(None, ADDED), (run, CHANGED)]


def test_songs_that_swap_their_names_keep_their_histories(
    log: WriteLog, index: SongIndex, make_song: MakeSong
) -> None:
    run = log.start_run("scan", 1.0)
    write(index, make_song("/a.mp3", fingerprint="f"), ADDED, run=run)
    write(index, make_song("/b.mp3", fingerprint="g"), CHANGED, run=run)

    index.store(make_song("/a.mp3", fingerprint="g"))
    index.store(make_song("/b.mp3", fingerprint="f"))

    assert log.paths_by_fingerprint("f") == ["/a.mp3"]
    assert log.history("/b.mp3", "g")[0].change == CHANGED


def test_a_history_moves_alone_and_among_others(log: WriteLog) -> None:
    run = log.start_run("scan", 1.0)
    log.note("/a.mp3", "f", ADDED, run=run)
    log.note("/a.mp3", "g", CHANGED, run=run)

    log.move("/a.mp3", "/b.mp3", "f")

    assert log.history("/a.mp3", "f") == []
    assert log.history("/b.mp3", "f")[0].change == ADDED
    assert log.history("/a.mp3", "g")[0].change == CHANGED


def test_a_store_that_fails_leaves_the_write_unfinished(
    log: WriteLog, index: SongIndex, make_song: MakeSong
) -> None:
    run = log.start_run("scan", 1.0)
    broken = make_song("/a.mp3", {float("nan"): 0.9})
    number = log.note("/a.mp3", str(broken.fingerprint), ADDED, run=run)

    with pytest.raises(sqlite3.IntegrityError):
        index.store(broken, write=number)

    assert not log.history("/a.mp3", str(broken.fingerprint))[0].finished


def test_a_write_of_no_run_is_refused(log: WriteLog) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        log.note("/a.mp3", "f", ADDED, run=7)


def test_an_old_index_without_old_tags_has_no_run(index_path: Path) -> None:
    SongIndex.open(index_path).close()

    with closing(sqlite3.connect(index_path)) as connection:
        assert connection.execute("SELECT count(*) FROM runs").fetchone() == (0,)


class TestFiles:
    """A file is known by its numbers, too, whichever of its names it is written through."""

    FILE = FileId(device=2**64 - 1, inode=2**64 - 2)

    def test_what_was_written_through_another_name_is_in_its_history(self, log: WriteLog) -> None:
        run = log.start_run("scan", 1.0)
        first = log.note("/a.mp3", "f", ADDED, run=run, file=self.FILE)
        second = log.note("/b.mp3", "f", CHANGED, run=run, file=self.FILE)
        log.note("/c.mp3", "g", CHANGED, run=run, file=self.FILE)

        found = log.history("/b.mp3", "f", self.FILE)

        assert [(each.id, each.path, each.file) for each in found] == [
            (first, "/a.mp3", self.FILE),
            (second, "/b.mp3", self.FILE),
        ]
        assert [each.id for each in log.history("/b.mp3", "f")] == [second]
        assert log.history("/b.mp3", "f", FileId(device=1, inode=self.FILE.inode)) == found[1:]
        assert log.names("/a.mp3") == ["/a.mp3", "/b.mp3"]
        assert log.files(run) == {self.FILE}

    def test_all_that_was_noted_follows_a_file_that_was_written_as_a_copy(
        self, log: WriteLog, index: SongIndex, make_song: MakeSong
    ) -> None:
        run, song = log.start_run("scan", 1.0), make_song("/a.mp3", fingerprint="f")
        log.note("/old.mp3", "f", ADDED, run=run, file=self.FILE)
        number = log.note("/a.mp3", "f", CHANGED, run=run, file=self.FILE)

        index.store(song, write=number)

        new = FileId(device=self.FILE.device, inode=song.stamp.inode)
        assert [each.file for each in log.history("/x.mp3", "f", new)] == [new, new]
        assert log.history("/x.mp3", "f", self.FILE) == []

    def test_what_is_seen_to_has_its_file(
        self, log: WriteLog, index: SongIndex, make_song: MakeSong
    ) -> None:
        index.store(make_song("/a.mp3", fingerprint="f"), found=ADDED, file=self.FILE)

        assert [each.file for each in log.history("/x.mp3", "f", self.FILE)] == [self.FILE]

    def test_a_file_that_is_gone_has_no_numbers(self, log: WriteLog) -> None:
        run = log.start_run("scan", 1.0)
        number = log.note("/a.mp3", "f", ADDED, run=run, file=self.FILE)

        log.disown([number])

        assert log.history("/b.mp3", "f", self.FILE) == []
        assert [each.file for each in log.history("/a.mp3", "f")] == [None]
        assert log.files(run) == set()

    def test_its_other_names_are_undone_with_it(
        self, log: WriteLog, index: SongIndex, make_song: MakeSong
    ) -> None:
        run, song = log.start_run("scan", 1.0), make_song("/a.mp3", fingerprint="f")
        file = FileId(device=1, inode=song.stamp.inode)
        first = log.note("/a.mp3", "f", ADDED, run=run, file=file)
        index.store(song, write=first)
        index.store(make_song("/b.mp3", fingerprint="f"), found=NOTHING, file=file)
        taken = log.start_run("undo", 2.0)
        write = log.note("/a.mp3", "f", REMOVED, run=taken, undoing=True, file=file)

        history = log.history("/a.mp3", "f", file)
        log.finish_undo("f", song.stamp, write=write, run=taken, history=history, first=first)

        assert log.state("/b.mp3", "f") is TagState.UNDONE
        assert listed(log) == [(taken, "undo", 1, 0), (run, "scan", 1, 1)]
