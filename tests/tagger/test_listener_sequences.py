"""After events in any order, a person's last paces count, and otherwise the network's."""

import os
import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pacetag.db.index import SongIndex
from pacetag.tagger.tags.reader import read_tags
from tests.tagger.tags.making import make
from tests.tagger.writing import write_tags

Run = Callable[..., Any]
Paces = tuple[float, ...]

NETWORKS = (82.0, 165.0)
KINDS = ("mp3-v23", "mp3-v24", "flac", "m4a")
STEPS = 10
SEEDS = 200 if os.environ.get("PACETAG_LONG_TESTS") else 6

pytestmark = pytest.mark.usefixtures("worker_threads")


@dataclass
class Song:
    """A file, and what a person said of it."""

    path: Path
    word: Paces | None = None
    typed: bool = False  # into the tag itself, so that nothing tells it from what is mangled

    @property
    def paces(self) -> Paces:
        """Those that must count."""
        return NETWORKS if self.word is None else self.word


@dataclass
class Library:
    """Songs, and all that may happen to them."""

    songs: list[Song]
    pacetag: Run
    index_file: Path
    chance: random.Random
    steps: list[str] = field(default_factory=list)

    def step(self) -> None:
        """Do one thing."""
        deeds = (self.scan, self.scan, self.set, self.auto, self.type, self.remove, self.mangle)
        deed = self.chance.choice((*deeds, self.mangle, self.move, self.lose_index))
        song = self.chance.choice(self.songs)
        self.steps.append(f"{deed.__name__} {song.path.parent.name} ({song.word})")
        deed(song)

    def run(self, *words: str | Path) -> None:
        done = self.pacetag(*words)
        assert done.exit_code == 0, (self.steps, done.output)

    def scan(self, _: Song) -> None:
        """Scan all, in one of many ways."""
        options = self.chance.choice([(), (), ("--force",), ("--bpm", "if-missing")])
        self.run("scan", "--jobs", "1", *options, self.songs[0].path.parents[1])

    def some(self) -> Paces:
        """One pace or more that the network never has."""
        return tuple(
            float(n) for n in self.chance.sample(range(200, 400), self.chance.randint(1, 3))
        )

    def set(self, song: Song) -> None:
        """Set some paces, a part of the network's, or none."""
        song.word = self.chance.choice([self.some(), self.some(), (), NETWORKS[:1], NETWORKS[1:]])
        song.typed = False
        words = [f"{pace:g}" for pace in song.word] or ["--none"]
        self.run("set", song.path, *words)

    def auto(self, song: Song) -> None:
        """Give a song back."""
        song.word, song.typed = None, False
        self.run("set", "--auto", song.path)

    def type(self, song: Song) -> None:
        """What a tag editor does."""
        song.word, song.typed = self.some(), True
        write_tags(song.path, {"pace": [f"{pace:g}" for pace in song.word]})

    def remove(self, song: Song) -> None:
        """What else it does; without a PACE there is nothing to remove."""
        tags = read_tags(song.path)
        if tags.pace and tags.pacetag:
            song.word, song.typed = (), True
            write_tags(song.path, {"pace": []})

    def mangle(self, song: Song) -> None:
        """What programs do that know nothing of paces."""
        tags = read_tags(song.path)
        if song.typed or not tags.pace or not tags.pacetag:
            return
        values = list(tags.pace)
        forms = [values[:1], values[-1:], values[::-1], ["|".join(values)], ["; ".join(values)]]
        forms += [values * 2, [f"{value}.0" for value in values], [" ".join(values)]]
        write_tags(song.path, {"pace": self.chance.choice(forms)})

    def move(self, song: Song) -> None:
        """Another folder, the same name."""
        folder = song.path.parents[1] / f"moved {len(self.steps)}"
        folder.mkdir()
        song.path = song.path.rename(folder / song.path.name)

    def lose_index(self, _: Song) -> None:
        """All that was not in the tags is gone."""
        for suffix in ("", "-wal", "-shm"):
            self.index_file.with_name(self.index_file.name + suffix).unlink(missing_ok=True)

    def check(self) -> None:
        """Scan, and see that the last word counts, in the index and in the tags."""
        self.run("scan", "--jobs", "1", self.songs[0].path.parents[1])
        with SongIndex.open(self.index_file) as index:
            for song in self.songs:
                found = index.song(str(song.path))
                assert found is not None, self.steps
                assert tuple(pace.bpm for pace in found.paces) == song.paces, self.steps
                assert found.listener == song.word, self.steps
                said = tuple(map(float, read_tags(song.path).pace))
                assert said == song.paces, self.steps


@pytest.fixture(scope="module")
def sounds_of(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("kinds")
    return {kind: make(kind, folder) for kind in KINDS}


@pytest.mark.parametrize("seed", range(SEEDS))
def test_the_last_word_counts(
    seed: int,
    sounds_of: dict[str, Path],
    library: Path,
    pacetag: Run,
    index_file: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("os.fsync", lambda _: None)
    songs = []
    for kind, source in sounds_of.items():
        (library / kind).mkdir()
        songs.append(Song(Path(shutil.copy(source, library / kind / f"82-165{source.suffix}"))))
    music = Library(songs, pacetag, index_file, random.Random(seed))
    for _ in range(3):
        for _ in range(STEPS):
            music.step()
        music.check()
