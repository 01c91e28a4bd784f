"""Folders under a running watcher, songs to put into them, and what must be true afterwards."""

import json
import os
import random
import re
import shutil
import signal
import sqlite3
import string
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

from pacetag.db.index import SongIndex
from pacetag.db.rows import encode_stamp
from pacetag.tagger.library.walk import stamp, walk
from pacetag.tagger.tags.fingerprint import fingerprint_of
from pacetag.tagger.tags.reader import read_tags
from tests.tagger.attacks.conftest import State, litter, state, with_own_sound
from tests.tagger.attacks.mutants import make_all

FAKE = Path(__file__).parents[2] / "fakes" / "pacetag_with_fake_judge.py"
SETTLE, SWEEP = 0.3, 6.0  # s
PATIENCE = 45.0  # s until everything must be as it should be
KINDS = ("mp3", "flac", "ogg", "opus", "m4a", "wav")
GROWTH = 12 << 20  # bytes of memory that the watcher may gain over all attacks


@dataclass(frozen=True, kw_only=True)
class Song:
    """A song that is not in a watched folder yet. Its word tells it from all others."""

    name: str
    content: bytes
    word: str
    pace: str


@dataclass(frozen=True, kw_only=True)
class Resources:
    """What the watcher's process holds."""

    descriptors: int
    threads: int
    watches: int
    memory: int  # bytes


@dataclass(kw_only=True)
class Allowance:
    """How often a song may be judged and written; more than once for some attacks."""

    judged: Counter[str] = field(default_factory=Counter)
    written: Counter[str] = field(default_factory=Counter)


class Watcher:
    """One process of the watcher, and what it said."""

    def __init__(self, folder: Path, roots: tuple[Path, ...], index: Path) -> None:
        self.said = folder / f"said {time.monotonic_ns()}"
        places = [os.fspath(root) for root in roots]
        times = ["--settle", str(SETTLE), "--sweep", str(SWEEP / 60)]
        with self.said.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, str(FAKE), "watch", *places, *times, "--jobs", "1"],
                stdout=out,
                stderr=out,
                start_new_session=True,
                env={
                    **os.environ,
                    "PACETAG_INDEX": str(index),
                    "FAKE_JUDGE_LOG": str(folder / "judged"),
                    "XDG_DATA_HOME": str(folder / "share"),
                    "XDG_CONFIG_HOME": str(folder / "config"),
                },
            )
        wait_until(lambda: b"Watching " in self.said.read_bytes(), "the watcher starts")

    def lines(self) -> list[str]:
        """All that it said."""
        return self.said.read_text(errors="replace").splitlines()

    def end(self, number: signal.Signals = signal.SIGTERM) -> None:
        """End it, and wait for the end."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)
        self.process.wait(timeout=60)

    def processor_time(self) -> float:
        """Seconds of a processor that it has taken."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resources(self) -> Resources:
        """What it holds now."""
        place = Path(f"/proc/{self.process.pid}")
        status = dict(
            line.split(":", 1)
            for line in (place / "status").read_text().splitlines()
            if ":" in line
        )
        watches = 0
        for info in (place / "fdinfo").iterdir():
            with suppress(OSError):
                watches += info.read_text().count("inotify wd:")
        return Resources(
            descriptors=len(list((place / "fd").iterdir())),
            threads=int(status["Threads"]),
            watches=watches,
            memory=int(status["VmRSS"].split()[0]) << 10,
        )


def wait_until(met: Callable[[], bool], what: str, patience: float = PATIENCE) -> None:
    """Wait for a condition. Raises TimeoutError."""
    deadline = time.monotonic() + patience
    while not met():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {patience:.0f} s: {what}")
        time.sleep(0.1)


class Ground:
    """Two watched roots, and a third that can be mounted, on one index."""

    def __init__(self, folder: Path, *, mounts: bool) -> None:
        """`mounts`: whether this process may mount file systems."""
        self.folder, self.mounts = folder, mounts
        self.music, self.second, self.disk = (folder / n for n in ("music", "second", "disk"))
        self.outside = folder / "outside"
        self.index = folder / "data" / "index.sqlite3"
        for each in (self.music, self.second, self.disk, self.outside, folder / "drive"):
            each.mkdir(parents=True)
        if mounts:
            self.mount(folder / "drive", self.disk)
        made = make_all(folder / "kinds")
        self._sources = [each for each in sorted(made.iterdir()) if each.suffix[1:] in KINDS]
        self._words = ("".join(each) for each in product(string.ascii_lowercase, repeat=4))
        self._numbers = iter(range(1, 60_000))
        self._known: dict[str, Song] = {}  # by fingerprint
        self._states: dict[str, State] = {}
        self.allowed = Allowance()
        chance = random.Random("anchors")  # a root without any song counts as an unmounted disk
        self.anchors = [self.put(self.make(1, chance), root)[0] for root in self.roots]
        self.watcher = self.start()

    @property
    def roots(self) -> tuple[Path, ...]:
        """The folders that are watched."""
        return (self.music, self.second, self.disk)

    def start(self, *roots: Path) -> Watcher:
        """Start a watcher on the roots, or on those that are named."""
        return Watcher(self.folder, roots or self.roots, self.index)

    def make(self, count: int, chance: random.Random, *, slow: bool = False) -> list[Song]:
        """New songs, each with its own sound; with `slow` it takes 0.4 s to judge one."""
        songs = []
        for _ in range(count):
            source, number = chance.choice(self._sources), next(self._numbers)
            content = with_own_sound(source.read_bytes(), number)
            word, pace = next(self._words), str(100 + number % 200)
            name = f"{'slow ' * slow}{pace} ={word}{source.suffix}"
            draft = self.folder / f"draft{source.suffix}"
            draft.write_bytes(content)
            song = Song(name=name, content=content, word=word, pace=pace)
            fingerprint, kept = state(draft)
            self._known[fingerprint] = song
            self._states[word] = (fingerprint, kept)
            songs.append(song)
        return songs

    def put(self, songs: list[Song], folder: Path) -> list[Path]:
        """Write the songs into a folder, one after the other."""
        folder.mkdir(parents=True, exist_ok=True)
        paths = [folder / song.name for song in songs]
        for song, path in zip(songs, paths, strict=True):
            path.write_bytes(song.content)
        return paths

    def retagged(self, path: Path, word: str) -> None:
        """Take another program's tags of a song as those that must stay."""
        self._states[word] = state(path)

    def songs(self) -> list[Path]:
        """The songs that lie in the roots."""
        return list(walk(self.roots))

    def judged(self, word: str) -> int:
        """How often a song was judged."""
        log = self.folder / "judged"
        return log.read_text().count(f"={word}") if log.exists() else 0

    def rows(self) -> dict[str, tuple[str, bool]]:
        """Stamp of each song in the index, and whether it is missing."""
        with closing(sqlite3.connect(f"{self.index.as_uri()}?mode=ro", uri=True)) as db:
            rows = db.execute("SELECT path, stamp, missing FROM song_records").fetchall()
        return {str(path): (stamp, bool(missing)) for path, stamp, missing in rows}

    def is_true(self) -> bool:
        """Whether the index has each song as it is, and no other as present."""
        try:
            rows = {path: stamp for path, (stamp, missing) in self.rows().items() if not missing}
            return rows == {str(path): encode_stamp(stamp(path)) for path in self.songs()}
        except (sqlite3.Error, OSError):
            return False

    def mount(self, source: Path, place: Path) -> None:
        """Show a folder at another place, as a drive that is plugged in."""
        subprocess.run(["mount", "--bind", source, place], check=True)

    def unmount(self, place: Path) -> None:
        """Take it away, busy or not."""
        subprocess.run(["umount", "-l", place], check=True)

    def wait(self) -> None:
        """Wait until the index is true, twice in a row."""
        wait_until(self.is_true, "the index is true")
        time.sleep(0.5)
        wait_until(self.is_true, "the index is true")

    def faults(self) -> Iterator[str]:
        """What is not as it must be, once the watcher has had its time."""
        try:
            self.wait()
        except TimeoutError as error:
            yield f"{error}: {self._difference()}"
        before = self.watcher.processor_time()
        time.sleep(1.0)
        if (spent := self.watcher.processor_time() - before) > 0.5:
            yield f"the watcher is busy without work: {spent:.1f} s of one"
        yield from self._faults_of_songs()
        yield from self._faults_of_counts()
        yield from self._faults_of_a_scan()
        for line in self.watcher.lines():
            if "Traceback" in line or "Error" in line:
                yield f"said: {line}"
        for root in self.roots:
            yield from (f"left behind: {name}" for name in litter(root))

    def _difference(self) -> str:
        rows = {path: stamp for path, (stamp, missing) in self.rows().items() if not missing}
        there = {str(path): encode_stamp(stamp(path)) for path in self.songs()}
        odd = sorted(set(rows.items()) ^ set(there.items()))
        return "; ".join(f"{Path(path).name} {what}" for path, what in odd[:4])

    def _faults_of_songs(self) -> Iterator[str]:
        for path in self.songs():
            with path.open("rb") as file:
                fingerprint = fingerprint_of(file)
            song = self._known.get(fingerprint)
            if song is None:
                yield f"{path.name}: its sound is not what it was"
                continue
            if state(path) != self._states[song.word]:
                yield f"{path.name}: its other tags are not what they were"
            if read_tags(path).pace != (song.pace,):
                yield f"{path.name}: has the paces {read_tags(path).pace}"

    def _faults_of_counts(self) -> Iterator[str]:
        log = self.folder / "judged"
        words = re.findall(r"=([a-z]{4})", log.read_text() if log.exists() else "")
        for word, count in Counter(words).items():
            if count > 1 + self.allowed.judged[word]:
                self.allowed.judged[word] = count  # it is told once
                yield f"={word} was judged {count} times"
        with closing(sqlite3.connect(f"{self.index.as_uri()}?mode=ro", uri=True)) as db:
            rows = db.execute(
                "SELECT fingerprint, count(*) FROM tag_writes "
                "WHERE run IS NOT NULL AND stamp IS NOT NULL GROUP BY fingerprint"
            ).fetchall()
            pending = db.execute("SELECT count(*) FROM tag_writes WHERE stamp IS NULL").fetchone()
        for fingerprint, count in rows:
            song = self._known.get(fingerprint)
            if song is not None and count > 1 + self.allowed.written[song.word]:
                yield f"{song.name} was written {count} times"
        if pending != (0,):
            yield f"{pending[0]} writes are noted and not finished"

    def _faults_of_a_scan(self) -> Iterator[str]:
        """Compare with what a fresh scan of the same folders finds."""
        fresh = self.folder / "fresh" / "index.sqlite3"
        shutil.rmtree(fresh.parent, ignore_errors=True)
        done = scan(self, fresh)
        if done.returncode:
            yield f"a fresh scan ended with {done.returncode}: {done.stderr[-300:]}"
            return
        counts = json.loads(done.stdout.splitlines()[-1])["counts"]
        if counts["written"] or counts["analysed"]:
            yield f"a fresh scan had something to do: {counts}"
        if self._contents(fresh) != self._contents(self.index):
            yield "the index differs from a fresh scan's"

    def _contents(self, index: Path) -> list[tuple[object, ...]]:
        with SongIndex.open(index) as opened:
            paths = [path for root in self.roots for path in opened.paths_under(str(root))]
            records = [opened.song(path) for path in sorted(paths)]
        return [
            (each.path, each.fingerprint, each.stamp, each.analysis.paces, each.title)
            for each in records
            if each is not None
        ]


def scan(ground: Ground, index: Path) -> "subprocess.CompletedProcess[str]":
    """Scan all roots into an index, by a process of its own."""
    command = [sys.executable, str(FAKE), "scan", "--json", "--jobs", "1", "--index", str(index)]
    return subprocess.run(
        [*command, *map(str, ground.roots)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "FAKE_JUDGE_LOG": str(ground.folder / "judged")},
    )
