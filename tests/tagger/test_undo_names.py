"""Undoing gives songs with several names, twins and copies their own tags after any events.

Each sequence prints its seed when it fails. With PACETAG_LONG_TESTS set there are many more.
"""

import json
import os
import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import mutagen.flac
import pytest

from pacetag.tagger.tags.held import held_fields
from pacetag.tagger.workers import pool
from pacetag.tagger.workers.judging import JudgeRef

MakeSong = Callable[..., Path]
Run = Callable[..., Any]
Fields = dict[str, list[str]]

LONG = bool(os.environ.get("PACETAG_LONG_TESTS"))
SEQUENCES, STEPS = (500, 10) if LONG else (12, 8)
OURS = ("pace", "pacetag", "bpm")
HEARD = "172-86"  # what the fake judge takes out of a name

pytestmark = pytest.mark.usefixtures("worker_threads")


def held(song: Path) -> Fields:
    return held_fields(song, OURS)


def set_bpm(song: Path, value: str) -> None:
    """Edit it as another program does, in its place."""
    audio: Any = mutagen.flac.FLAC(song)  # type: ignore[no-untyped-call]
    audio["BPM"] = [value]
    audio.save()


@dataclass
class Library:
    """Names, the files behind them, and what people put into their fields."""

    folder: Path
    pacetag: Run
    chance: random.Random
    judge: Callable[[str], None]
    own: dict[int, Fields] = field(default_factory=dict)  # by number of the file
    copied: set[int] = field(default_factory=set)  # files that brought along what pacetag wrote
    given: list[list[str]] = field(default_factory=lambda: [[]])  # every BPM that people set
    names: dict[Path, int] = field(default_factory=dict)  # the file behind each
    happened: list[str] = field(default_factory=list)
    counter: int = 0

    def add(self, source: Path) -> None:
        """One more song, with a BPM or not."""
        song = self.name()
        shutil.copy(source, song)
        if self.chance.random() < 0.6:
            set_bpm(song, str(400 + self.counter))
        self.put(song, held(song))

    def put(self, song: Path, own: Fields) -> None:
        """Count a new file."""
        self.given.append(own["bpm"])
        self.counter += 1
        self.own[self.counter] = {name: list(values) for name, values in own.items()}
        self.names[song] = self.counter

    def name(self) -> Path:
        """A name that was never used."""
        self.counter += 1
        letters = "".join(chr(ord("a") + int(digit)) for digit in str(self.counter))
        return self.folder / f"{HEARD} {letters}.flac"  # without a number more

    def any(self) -> Path:
        return self.chance.choice(sorted(self.names))

    def step(self) -> None:
        deeds = [self.scan, self.scan, self.scan, self.undo, self.undo, self.edit, self.edit]
        self.chance.choice([*deeds, self.move, self.copy, self.link, self.rewrite, self.remove])()

    def scan(self) -> None:
        """Scan all or one, perhaps as if for the first time, perhaps with another network."""
        bundle = self.chance.choice(["fake-1", "fake-2"])
        self.judge(bundle)
        bpm = self.chance.choice(["never", "if-missing", "overwrite", "overwrite"])
        force = ["--force"] if self.chance.random() < 0.4 else []
        place = self.chance.choice([self.folder, self.any()])
        done = self.run("scan", place, "--jobs", "1", "--bpm", bpm, *force)
        assert done.exit_code == 0, (self.happened, done.stderr)

    def undo(self) -> None:
        """Take back what there is, of one song or of all, or one run."""
        listed = self.pacetag("undo", "--list", "--json").stdout.splitlines()
        choices: list[list[str | Path]] = [[self.any()], [self.folder], ["--all"]]
        choices += [["--run", str(json.loads(line)["run"])] for line in listed]
        self.run("undo", *self.chance.choice(choices))

    def edit(self) -> None:
        """Another program sets the BPM."""
        song, value = self.any(), str(700 + self.counter)
        self.counter += 1
        set_bpm(song, value)
        self.own[self.names[song]]["bpm"] = [value]
        self.given.append([value])
        self.happened.append(f"edit {song.name}: {value}")

    def rewrite(self) -> None:
        """The same by a copy that takes the name, so that another name keeps the old file."""
        song, value = self.any(), str(700 + self.counter)
        copy = self.folder / "copy"
        shutil.copy2(song, copy)
        set_bpm(copy, value)
        copy.replace(song)
        alone = list(self.names.values()).count(self.names[song]) == 1
        own = {**self.own[self.names[song]], "bpm": [value]}
        if alone:
            self.own[self.names[song]] = own
            self.given.append([value])
            self.counter += 1
        else:
            self.copied.add(self.names[song])  # as far as one can tell
            self.put(song, own)
            self.copied.add(self.names[song])
        self.happened.append(f"rewrite {song.name}: {value}")

    def move(self) -> None:
        song, new = self.any(), self.name()
        song.rename(new)
        self.names[new] = self.names.pop(song)
        self.happened.append(f"move {song.name} to {new.name}")

    def copy(self) -> None:
        song, new = self.any(), self.name()
        shutil.copy2(song, new)
        self.put(new, self.own[self.names[song]])
        self.copied.add(self.names[new])
        self.happened.append(f"copy {song.name} to {new.name}")

    def link(self) -> None:
        song, new = self.any(), self.name()
        new.hardlink_to(song)
        self.names[new] = self.names[song]
        self.happened.append(f"link {song.name} to {new.name}")

    def remove(self) -> None:
        """A name goes; its file stays if it has another."""
        song = self.any()
        if len(self.names) > 2:
            song.unlink()
            del self.names[song]
            self.happened.append(f"remove {song.name}")

    def run(self, *arguments: str | Path) -> Any:
        """The command, which must not fail."""
        result = self.pacetag(*arguments)
        self.happened.append(" ".join(Path(each).name for each in arguments))
        assert result.exception is None or isinstance(result.exception, SystemExit), self.happened
        assert result.exit_code == 0, (self.happened, result.stderr)
        return result


@pytest.fixture
def music(
    library: Path, pacetag: Run, make_song: MakeSong, monkeypatch: pytest.MonkeyPatch
) -> Callable[[int], Library]:
    """Two songs, one of them with a twin: the same audio in another file."""

    def judge(bundle: str) -> None:
        ref = JudgeRef(bundle=bundle, factory="fake_judge:load")
        monkeypatch.setattr(pool, "shipped_judge", lambda: ref)

    def make(seed: int) -> Library:
        made = Library(folder=library, pacetag=pacetag, chance=random.Random(seed), judge=judge)
        for audio in (1, 1, 2):
            source = make_song("source.flac", seed=audio)
            made.add(source)
            source.unlink()
        made.link()
        return made

    return make


@pytest.mark.parametrize("seed", range(SEQUENCES))
def test_undoing_all_leaves_what_people_put_there(
    seed: int, music: Callable[[int], Library]
) -> None:
    library = music(seed)
    for _ in range(STEPS):
        library.step()

    if library.chance.random() < 0.5:  # which does not know of copies that were not scanned
        library.run("undo", "--all")
    lines = library.run("undo", library.folder, "--json").stdout.splitlines()[:-1]

    fared = {Path(song["path"]): song["outcome"] for song in map(json.loads, lines)}
    for song, number in library.names.items():
        now, own = held(song), library.own[number]
        told = f"{song.name} ({fared[song]}): {now} instead of {own}; {seed=}: {library.happened}"
        if fared[song] == "skipped":  # a person set its BPM after pacetag had
            assert now["bpm"] == own["bpm"] or number in library.copied, told
        else:
            assert fared[song] in ("restored", "unchanged"), told
            # A copy does not tell which twin it was made of, nor when.
            bpms = library.given if number in library.copied else [own["bpm"]]
            assert now["bpm"] in bpms, told
            assert {**now, "bpm": []} == {**own, "bpm": []}, told
    library.run("undo", library.folder, "--force")
    for song in library.names:
        told = f"{song.name}, forced: {held(song)}; {seed=}: {library.happened}"
        assert (held(song)["pace"], held(song)["pacetag"]) == ([], []), told
