"""Songs and links swap their names while scans and undos write: no file is harmed for another."""

import os
import random
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pacetag.tagger.library.song_names import is_song
from tests.tagger.attacks.conftest import LONG, litter, state

Start = Callable[..., subprocess.Popen[str]]
Fill = Callable[[int], list[Path]]

SONGS = 60 if LONG else 16
TURNS = 40 if LONG else 3
PAUSE = 0.004  # s between two swaps


class Swapper(threading.Thread):
    """Exchanges songs with each other, and with links that lead out of the library."""

    def __init__(self, songs: list[Path], outside: list[Path]) -> None:
        super().__init__(name="swapper", daemon=True)
        self._songs, self._outside = songs, outside
        self._chance = random.Random("swaps")
        self._over = threading.Event()
        self.swaps = 0

    def run(self) -> None:
        """Swap until the end."""
        while not self._over.is_set():
            some = self._chance.choice(self._songs)
            # A name also says what a file without a mark of its own is.
            alike = [song for song in self._songs if song.suffix == some.suffix and song != some]
            if alike and self._chance.random() < 0.5:
                self._exchange(some, self._chance.choice(alike))
            else:
                self._link_for_a_moment(some, self._chance.choice(self._outside))
            self.swaps += 1
            time.sleep(PAUSE)

    def end(self) -> None:
        """Every name is a song's again afterwards."""
        self._over.set()
        self.join()

    def _exchange(self, some: Path, other: Path) -> None:
        aside = some.with_name(f"{some.stem}.aside")
        some.rename(aside)
        other.rename(some)
        aside.rename(other)

    def _link_for_a_moment(self, song: Path, target: Path) -> None:
        aside = song.with_name(f"{song.stem}.aside")
        song.rename(aside)
        song.symlink_to(target)
        time.sleep(PAUSE)
        song.unlink()
        aside.rename(song)


def test_songs_and_links_that_swap_names_while_they_are_written_lose_nothing(
    fill: Fill, pacetag_process: Start, pacetag: Callable[..., Any], library: Path, tmp_path: Path
) -> None:
    songs = fill(SONGS)
    states = sorted(state(song) for song in songs)
    private = tmp_path / "private"
    private.mkdir()
    letter, hostile = private / "letter.txt", private / "letter.mp3"
    letter.write_bytes(b"Dear Anna,\n" * 5000)
    hostile.write_bytes(b"ID3\x04\0\0\0\0\0\x10" + bytes(5000))  # a song by its name alone
    before = {path: (path.read_bytes(), os.lstat(path).st_mtime_ns) for path in (letter, hostile)}
    swapper = Swapper(songs, [letter, hostile, private, private / "nothing.mp3"])
    swapper.start()
    try:
        for turn in range(TURNS):
            command = ("undo",) if turn % 3 == 2 else ("scan", "--jobs", "2", "--force")
            process = pacetag_process(*command, library)
            _, complaints = process.communicate(timeout=120)
            assert process.returncode in (0, 1), complaints
            assert "Traceback" not in complaints
    finally:
        swapper.end()

    assert swapper.swaps > 20 * TURNS
    assert {path: (path.read_bytes(), os.lstat(path).st_mtime_ns) for path in before} == before
    assert sorted(path.name for path in private.iterdir()) == ["letter.mp3", "letter.txt"]
    assert sorted(state(song) for song in songs) == states
    assert all(is_song(path.name) for path in library.rglob("*") if path.is_file())
    assert litter(library) == []

    # Whose write was whose may be lost where names swapped; the tags go all the same.
    assert pacetag("scan", library).exit_code == 0
    assert pacetag("undo", library, "--force").exit_code == 0
    assert sorted(state(song) for song in songs) == states
