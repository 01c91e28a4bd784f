"""Undoing everything gives each song its own tags back after any sequence of events."""

import json
import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pacetag.tagger.tags.fingerprint import file_fingerprint
from pacetag.tagger.tags.held import held_fields
from tests.tagger.tags.making import TITLES
from tests.tagger.tags.test_every_container import foreign
from tests.tagger.writing import write_tags

MakeSong = Callable[..., Path]
Run = Callable[..., Any]

OURS = ("pace", "pacetag", "bpm")
KINDS = ("mp3-v23", "mp3-bare", "flac", "ogg", "opus", "m4a", "wma", "ape", "wav", "mp3-ape")
SINGLE = ("172-86 one", "172-86 two")  # songs without copies
STEPS = 9

pytestmark = pytest.mark.usefixtures("worker_threads")


def held(song: Path) -> dict[str, list[str]]:
    """The fields that pacetag may write, as mutagen sees them."""
    return held_fields(song, OURS)


@pytest.mark.parametrize("bpm_before", [None, "90"])
def test_undo_restores_every_container(
    bpm_before: str | None, made: dict[str, Path], library: Path, pacetag: Run
) -> None:
    songs = {}
    for kind in TITLES:
        folder = library / kind
        folder.mkdir()
        songs[kind] = Path(shutil.copy(made[kind], folder / f"172-86{made[kind].suffix}"))
        if bpm_before is not None:
            write_tags(songs[kind], {"bpm": [bpm_before]})
    before = {kind: (held(song), foreign(song)) for kind, song in songs.items()}
    sounds = {kind: file_fingerprint(song) for kind, song in songs.items()}
    options = ("--bpm", "overwrite", "--jobs", "1", "--read-only-check", library)
    scanned = pacetag("scan", library, *options)
    assert scanned.stdout.endswith("nothing but tags has changed.\n")

    done = pacetag("undo", "--all")

    assert done.stdout.startswith(f"{_walked(songs)} restored, 0 had nothing to undo")
    for kind, song in songs.items():
        assert (held(song), foreign(song)) == before[kind], kind
        assert file_fingerprint(song) == sounds[kind], kind


def _walked(songs: dict[str, Path]) -> int:
    """How many of them `scan` takes for songs."""
    from pacetag.tagger.library.song_names import is_song

    return sum(is_song(song.name) for song in songs.values())


@dataclass
class Library:
    """Songs, what people put into their fields, and the events that may befall them."""

    folder: Path
    pacetag: Run
    chance: random.Random
    own: dict[Path, dict[str, list[str]]] = field(default_factory=dict)
    values: Iterator[int] = field(default_factory=lambda: iter(range(400, 999)))

    def add(self, source: Path) -> None:
        """One more song, with a BPM or not."""
        song = Path(shutil.copy(source, self.folder / f"172-86 {source.stem}{source.suffix}"))
        if self.chance.random() < 0.6:
            write_tags(song, {"bpm": [str(next(self.values))]})
        self.own[song] = held(song)

    def step(self) -> str:
        """Do one thing; returns what."""
        deeds = [self.scan, self.scan, self.edit, self.move, self.swap, self.undo, self.undo_run]
        deed = self.chance.choice(deeds)
        deed()
        return deed.__name__

    def scan(self) -> None:
        """Scan with any mode, perhaps as if for the first time."""
        bpm = self.chance.choice(["never", "if-missing", "overwrite"])
        force = ["--force"] if self.chance.random() < 0.3 else []
        assert self.run("scan", self.folder, "--jobs", "1", "--bpm", bpm, *force).exit_code == 0

    def edit(self) -> None:
        """A person sets another BPM."""
        song = self.any()
        bpm = [str(next(self.values))]
        write_tags(song, {"bpm": bpm})
        self.own[song]["bpm"] = bpm

    def move(self) -> None:
        """A song gets another name, as its folder may."""
        song = self.any()
        folder = self.folder / str(self.chance.randrange(3))
        folder.mkdir(exist_ok=True)
        self.own[song.rename(folder / song.name)] = self.own.pop(song)

    def swap(self) -> None:
        """Two songs of a kind swap names; they have no copies, which could not be told apart."""
        suffix = self.chance.choice([".mp3", ".flac"])
        single = sorted(song for song in self.own if song.name in (f"{n}{suffix}" for n in SINGLE))
        one, other = self.chance.sample(single, 2)
        between = self.folder / "between"
        one.rename(between)
        other.rename(one)
        between.rename(other)
        self.own[one], self.own[other] = self.own[other], self.own[one]

    def undo(self) -> None:
        """Take back what there is, of one song or of all."""
        self.run("undo", self.chance.choice([self.folder, self.any()]))

    def undo_run(self) -> None:
        """Take back one run, below the folder, so that moved songs are found."""
        listed = self.run("undo", "--list", "--json").stdout.splitlines()
        if listed:
            self.run("undo", "--run", str(json.loads(self.chance.choice(listed))["run"]))

    def any(self) -> Path:
        """One of the songs."""
        return self.chance.choice(sorted(self.own))

    def run(self, *arguments: str | Path) -> Any:
        """The command, which must not fail."""
        result = self.pacetag(*arguments)
        assert result.exception is None or isinstance(result.exception, SystemExit), arguments
        return result


@pytest.mark.parametrize("seed", range(8))
def test_undo_leaves_what_people_put_there_after_any_events(
    seed: int, made: dict[str, Path], make_song: MakeSong, library: Path, pacetag: Run
) -> None:
    chance = random.Random(seed)
    music = Library(folder=library, pacetag=pacetag, chance=chance)
    for source in (*chance.sample(KINDS, 3), "mp3-v24", "flac-bare"):
        music.add(made[source])
    for name in SINGLE:
        music.add(make_song(f"sources/{name[7:]}.mp3"))
        music.add(make_song(f"sources/{name[7:]}.flac"))
    shutil.rmtree(library / "sources")
    others = sorted(repr(foreign(song)) for song in music.own)
    happened = [music.step() for _ in range(STEPS)]

    lines = music.run("undo", library, "--json").stdout.splitlines()[:-1]

    fared = {Path(song["path"]): song["outcome"] for song in map(json.loads, lines)}
    assert set(fared) == set(music.own), happened
    for song, outcome in fared.items():
        if outcome == "skipped":  # a person set its BPM after pacetag had
            assert held(song)["bpm"] == music.own[song]["bpm"], (happened, song)
        else:
            assert outcome in ("restored", "unchanged"), (happened, song)
            assert held(song) == music.own[song], (happened, song)
    music.run("undo", library, "--force")
    for song in music.own:
        assert (held(song)["pace"], held(song)["pacetag"]) == ([], []), (happened, song)
    assert sorted(repr(foreign(song)) for song in music.own) == others, happened
