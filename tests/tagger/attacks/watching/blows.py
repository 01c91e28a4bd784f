"""What happens to folders in the years of a watcher, each as one attack on a `Ground`."""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import mutagen

from pacetag.db.connection import BUSY_TIMEOUT
from tests.tagger.attacks.watching.ground import SWEEP, Ground, Song, scan, wait_until

Blow = Callable[[Ground, random.Random], None]
LIMIT = Path("/proc/sys/user/max_inotify_watches")  # of this user namespace
QUEUE = Path("/proc/sys/fs/inotify/max_queued_events")


def slow_copies(ground: Ground, chance: random.Random) -> None:
    """Two songs grow at once, with pauses, each held open until its end."""
    songs = ground.make(2, chance)
    files = [(ground.music / song.name).open("wb") for song in songs]
    for part in range(8):
        for song, file in zip(songs, files, strict=True):
            step = len(song.content) // 8 + 1
            file.write(song.content[part * step : (part + 1) * step])
            file.flush()
        time.sleep(chance.uniform(0.1, 0.9))
    for file in files:
        file.close()


def copies_that_reopen_the_file(ground: Ground, chance: random.Random) -> None:
    """A program opens, appends and closes again and again; pauses may look like the end."""
    (song,) = ground.make(1, chance)
    ground.allowed.judged[song.word] += 2  # as often as its pauses may double
    step = len(song.content) // 10 + 1
    for start in range(0, len(song.content), step):
        with (ground.music / song.name).open("ab") as file:
            file.write(song.content[start : start + step])
        time.sleep(chance.uniform(0.05, 0.25))


def a_burst(ground: Ground, chance: random.Random) -> None:
    """An album or two come at once."""
    for number in range(chance.randint(1, 3)):
        folder = ground.music / f"burst {number} {chance.random()}"
        ground.put(ground.make(chance.randint(5, 15), chance), folder)


def old_times(ground: Ground, chance: random.Random) -> None:
    """Copies keep the times of their originals, which may lie in the past or future."""
    for path in ground.put(ground.make(4, chance), ground.music / "old"):
        moment = chance.choice((0, 981173106, 4102444800))
        os.utime(path, (moment, moment))


def temp_and_rename(ground: Ground, chance: random.Random) -> None:
    """Downloaders and tag editors write beside the song and rename."""
    for song in ground.make(4, chance):
        draft = ground.music / chance.choice((f".{song.name}.tmp", f"{song.name}.part", "x.mp3~"))
        draft.write_bytes(song.content)
        time.sleep(chance.uniform(0, 0.4))
        draft.rename(ground.music / song.name)


def hard_links(ground: Ground, chance: random.Random) -> None:
    """A song has several names, before and after it is tagged."""
    first, second = ground.put(ground.make(2, chance), ground.music / "linked")
    (ground.second / f"b {first.name}").hardlink_to(first)
    if chance.random() < 0.5:
        ground.wait()
    (ground.music / "linked" / f"c {second.name}").hardlink_to(second)


def linked_folders(ground: Ground, chance: random.Random) -> None:
    """A folder elsewhere is linked into the library, and changes."""
    place = ground.outside / f"linked {chance.random()}"
    one, two = ground.make(2, chance)
    ground.put([one], place)
    (ground.music / place.name).symlink_to(place)
    time.sleep(chance.uniform(0, 1.5))
    ground.put([two], place)


def trees_that_move(ground: Ground, chance: random.Random) -> None:
    """A tree moves in, across roots, out, and in again."""
    name = f"tree {chance.random()}"
    aside = ground.outside / name
    ground.put(ground.make(3, chance), aside / "one")
    ground.put(ground.make(2, chance), aside / "two" / "deep")
    places = [ground.music / name, ground.second / name, aside, ground.second / f"{name} again"]
    here = aside
    for place in places:
        here = here.rename(place)
        if chance.random() < 0.5:
            time.sleep(chance.uniform(0, 1))
        else:
            ground.wait()


def renames_during_analysis(ground: Ground, chance: random.Random) -> None:
    """A song gets another name while it is judged."""
    songs = ground.make(2, chance, slow=True)
    for song, path in zip(songs, ground.put(songs, ground.music), strict=True):
        ground.allowed.judged[song.word] += 1  # what was heard under a lost name is lost
        _wait_for_judging(ground, song)
        time.sleep(chance.uniform(0, 0.5))
        path.rename(path.with_name(f"new {path.name}"))


def deletions_during_analysis(ground: Ground, chance: random.Random) -> None:
    """A song goes away while it is judged, and may come back."""
    songs = ground.make(2, chance, slow=True)
    for song, path in zip(songs, ground.put(songs, ground.music), strict=True):
        ground.allowed.judged[song.word] += 1
        _wait_for_judging(ground, song)
        time.sleep(chance.uniform(0, 0.4))
        with suppress(FileNotFoundError):
            path.unlink()
        if chance.random() < 0.5:
            path.write_bytes(song.content)


def deletions(ground: Ground, chance: random.Random) -> None:
    """Songs and folders are deleted."""
    songs = [path for path in ground.songs() if path not in ground.anchors]
    for path in chance.sample(songs, k=min(2, len(songs))):
        path.unlink(missing_ok=True)
    folders = [each for each in ground.music.iterdir() if each.is_dir() and not each.is_symlink()]
    if folders:
        shutil.rmtree(chance.choice(folders), ignore_errors=True)


def a_drive_that_is_unplugged(ground: Ground, chance: random.Random) -> None:
    """A whole root goes away and comes back: none of its songs is gone."""
    songs = ground.put(ground.make(2, chance), ground.disk)
    ground.wait()
    ground.unmount(ground.disk)
    time.sleep(chance.uniform(0.5, SWEEP + 1))
    rows = ground.rows()
    lost = [path for path in songs if rows[str(path)][1]]
    ground.mount(ground.folder / "drive", ground.disk)
    if lost:
        raise AssertionError(f"marked as missing: {lost}")
    ground.put(ground.make(1, chance), ground.disk)


def a_drive_below_a_root(ground: Ground, chance: random.Random) -> None:
    """A drive is plugged in below a root, unplugged, and plugged in again with more on it."""
    drive, place = ground.outside / f"usb {chance.random()}", ground.music / "usb"
    ground.put(ground.make(2, chance), drive)
    place.mkdir(exist_ok=True)
    ground.mount(drive, place)
    ground.wait()
    ground.unmount(place)
    ground.wait()
    ground.put(ground.make(1, chance), drive)
    ground.mount(drive, place)
    ground.wait()
    ground.unmount(place)


def a_disk_that_fills(ground: Ground, chance: random.Random) -> None:
    """A disk is nearly full for a while: songs are indexed, and written later."""
    place = ground.second / f"small {chance.random()}"
    place.mkdir()
    _run("mount", "-t", "tmpfs", "-o", "size=100m", "none", str(place))
    filler = place / "film.bin"
    filler.write_bytes(bytes(50 << 20))
    songs = ground.put(ground.make(2, chance), place)
    wait_until(lambda: all(_is_told(ground, path) for path in songs), "they wait")
    filler.unlink()
    ground.wait()
    aside = ground.second / f"from {place.name}"
    aside.mkdir()
    for path in songs:
        shutil.move(path, aside / path.name)
    ground.wait()
    ground.unmount(place)


def files_held_open(ground: Ground, chance: random.Random) -> None:
    """A program holds a complete song open for a while."""
    songs = ground.make(2, chance)
    paths = ground.put(songs, ground.music / "held")
    with paths[0].open("ab"), paths[1].open("r+b"):
        time.sleep(chance.uniform(1, SWEEP + 2))


def few_watches(ground: Ground, chance: random.Random) -> None:
    """The system's limit is reached by folders that are made later, and raised again."""
    before = LIMIT.read_text()
    LIMIT.write_text(str(ground.watcher.resources().watches + 2))
    try:
        for number in range(8):
            folder = ground.music / f"many {chance.random()}" / f"deep {number}"
            ground.put(ground.make(1, chance), folder)
        ground.wait()
        told = [line for line in ground.watcher.lines() if "max_user_watches" in line]
        if len(told) != 1:
            raise AssertionError(f"told {len(told)} times")
    finally:
        LIMIT.write_text(before)


def an_overflow(ground: Ground, chance: random.Random) -> None:
    """The watcher stands still while more happens than the system can remember."""
    touched = ground.put(ground.make(2, chance), ground.music)
    ground.wait()
    os.kill(ground.watcher.process.pid, signal.SIGSTOP)
    for number in range(int(QUEUE.read_text()) + 100):
        os.utime(touched[number % 2])
    ground.put(ground.make(3, chance), ground.music / f"lost {chance.random()}")
    os.kill(ground.watcher.process.pid, signal.SIGCONT)


def a_kill(ground: Ground, chance: random.Random) -> None:
    """The watcher is killed in the midst of work, and started again."""
    songs = ground.make(8, chance, slow=chance.random() < 0.5)
    ground.put(songs, ground.music)
    time.sleep(chance.uniform(0, 2.5))
    for song in songs:
        ground.allowed.judged[song.word] += 1
    ground.watcher.end(signal.SIGKILL)
    if chance.random() < 0.5:
        ground.put(ground.make(2, chance), ground.second)
    ground.watcher = ground.start()


def other_taggers(ground: Ground, chance: random.Random) -> None:
    """Another program edits the songs while they are tagged."""
    songs = [song for song in ground.make(8, chance) if not song.name.endswith("wav")]
    paths = ground.put(songs, ground.music)
    time.sleep(chance.uniform(0, 1.0))
    for number in range(2):
        for song, path in zip(songs, paths, strict=True):
            ground.allowed.written[song.word] += 1
            ground.allowed.judged[song.word] += 1
            _retitle(path, f"edit {number}")
            time.sleep(chance.uniform(0, 0.1))
    ground.wait()
    for song, path in zip(songs, paths, strict=True):
        if str(_titled(path)) != "['edit 1']":
            raise AssertionError(f"{path.name}: the other program's title is lost")
        ground.retagged(path, song.word)


def an_index_that_goes(ground: Ground, chance: random.Random) -> None:
    """The index is deleted, in part or whole, or replaced by an older state of it."""
    kept = ground.folder / "kept.sqlite3"
    with (
        closing(sqlite3.connect(f"{ground.index.as_uri()}?mode=ro", uri=True)) as old,
        closing(sqlite3.connect(kept)) as new,
    ):
        old.backup(new)
    ground.put(ground.make(2, chance), ground.music)
    ground.wait()
    way = chance.choice(("all", "one", "older"))
    if way == "older":
        kept.replace(ground.index)
    elif way == "one":
        ground.index.unlink()
    else:
        for each in ground.index.parent.glob("index.sqlite3*"):
            if each.is_file():
                each.unlink()
    kept.unlink(missing_ok=True)
    ground.put(ground.make(2, chance), ground.music)
    wait_until(ground.index.exists, "there is an index")


def a_locked_index(ground: Ground, chance: random.Random) -> None:
    """Another program keeps the index locked while songs come."""
    with closing(sqlite3.connect(ground.index, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        songs = ground.make(3, chance)
        ground.put(songs, ground.music)
        seconds = chance.uniform(2, 36)
        for song in songs if seconds > BUSY_TIMEOUT else ():
            ground.allowed.judged[song.word] += 1  # what could not be stored is lost
        time.sleep(seconds)
        other.execute("COMMIT")


def a_second_watcher(ground: Ground, chance: random.Random) -> None:
    """Another watcher keeps a folder inside a root with the same index."""
    inside = ground.music / "inside"
    inside.mkdir(exist_ok=True)
    second = ground.start(inside)
    try:
        ground.put(ground.make(6, chance, slow=True), inside / f"album {chance.random()}")
        ground.wait()
    finally:
        second.end()


def a_scan_beside(ground: Ground, chance: random.Random) -> None:
    """A person scans while the watcher is at the same songs."""
    ground.put(ground.make(6, chance, slow=True), ground.music / f"scanned {chance.random()}")
    time.sleep(chance.uniform(0, 1.5))
    scan(ground, ground.index)


def rights_that_change(ground: Ground, chance: random.Random) -> None:
    """Songs are read-only for a moment."""
    paths = ground.put(ground.make(3, chance), ground.music)
    for path in paths:
        path.chmod(0o444)
    time.sleep(chance.uniform(0, 2))
    for path in paths:
        path.chmod(0o644)


def _wait_for_judging(ground: Ground, song: Song) -> None:
    wait_until(lambda: ground.judged(song.word) > 0, f"{song.name} is judged")


def _is_told(ground: Ground, path: Path) -> bool:
    return any("waiting" in line and path.name in line for line in ground.watcher.lines())


def _retitle(path: Path, title: str) -> None:
    """Edit a song as other programs do, which may meet it in the midst of a change."""
    for _ in range(50):
        try:
            audio: Any = mutagen.File(path, easy=True)
            audio["title"] = title
            audio.save()
        except Exception:  # what a program does then is to try again
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"{path.name}: could not be edited")


def _titled(path: Path) -> object:
    audio: Any = mutagen.File(path, easy=True)
    return audio.get("title")


def _run(*command: str) -> None:
    subprocess.run(command, check=True)


NEED_MOUNTS: tuple[Blow, ...] = (
    a_drive_that_is_unplugged,
    a_drive_below_a_root,
    a_disk_that_fills,
    few_watches,
)
BLOWS: tuple[Blow, ...] = (
    slow_copies,
    copies_that_reopen_the_file,
    a_burst,
    old_times,
    temp_and_rename,
    hard_links,
    linked_folders,
    trees_that_move,
    renames_during_analysis,
    deletions_during_analysis,
    deletions,
    files_held_open,
    an_overflow,
    a_kill,
    other_taggers,
    an_index_that_goes,
    a_locked_index,
    a_second_watcher,
    a_scan_beside,
    rights_that_change,
    *NEED_MOUNTS,
)
