"""Runs commands on damaged indexes: each must end with an exit code and a sentence.

`python -m tests.tagger.attacks.damaged_indexes --count 2000 --seed NAME` damages 2000 indexes.
"""

import argparse
import os
import random
import signal
import sqlite3
import sys
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, SimpleNamespace
from typing import Any

import mutagen.flac
import numpy as np
import pytest
from typer.testing import CliRunner

from pacetag.db.records import Stamp
from pacetag.model.training import command as training
from pacetag.tagger.cli import app
from pacetag.tagger.tags.fingerprint import file_fingerprint
from pacetag.tagger.workers import pool, process
from tests.tagger.attacks.ends import Tally, objections
from tests.tagger.attacks.index_damage import damage
from tests.tagger.conftest import FAKE_JUDGE, FAKES, RATE, WorkerThread, write_sound

LIMIT = 60.0  # s for a command; a hang takes longer
SONGS = ("172-86 hill.flac", "120 road.mp3", "100 changing.flac", "165.ogg", "83.m4a", "broken.mp3")
PLAYLIST = ("playlist", "--cadence", "165", "--tolerance", "0.1")


class HungError(BaseException):
    """A command takes too long."""


@dataclass(frozen=True, kw_only=True)
class Ground:
    """A scanned library and its index, whole, in a folder."""

    folder: Path
    songs: dict[Path, bytes]
    files: dict[str, bytes]  # the index's, by suffix

    @property
    def index(self) -> Path:
        """The path of the index."""
        return self.folder / "data" / "index.sqlite3"

    @property
    def music(self) -> Path:
        """The folder of the songs."""
        return self.folder / "music"

    def commands(self) -> list[tuple[str, ...]]:
        """All commands that read an index."""
        music, index = str(self.music), str(self.index)
        return [
            ("stats",),
            ("stats", "--json"),
            ("problems",),
            ("problems", music, "--json"),
            PLAYLIST,
            (*PLAYLIST, "--json"),
            (*PLAYLIST, "--output", str(self.folder / "run.m3u8")),
            ("playlist", "--cadence", "300"),
            ("export",),
            ("export", "--by", "pace", "--overwrite", "--output", str(self.folder / "p.parquet")),
            ("undo", "--list"),
            ("undo", "--list", "--json"),
            ("undo", "--dry-run", music),
            ("undo", "--all"),
            ("undo", "--since", "yesterday", music),
            ("scan", "--jobs", "1", music),
            ("scan", "--jobs", "1", "--bpm", "overwrite", music),
            ("scan", "--jobs", "1", "--dry-run", "--json", music),
            ("train", str(self.folder / "work"), "--labels", index, "--only-own"),
        ]

    def restore(self, files: dict[str, bytes]) -> None:
        """Restore the songs and the index."""
        for song, content in self.songs.items():
            song.write_bytes(content)
        for old in self.index.parent.iterdir():
            if old.is_file():
                old.unlink()
        for suffix, content in files.items():
            self.index.with_name(self.index.name + suffix).write_bytes(content)


def fake_world(patch: pytest.MonkeyPatch, folder: Path) -> None:
    """Judge by names, in threads; train nothing; flush nothing."""
    patch.setenv("PACETAG_INDEX", str(folder / "data" / "index.sqlite3"))
    patch.delenv("PACETAG_BUNDLE", raising=False)
    patch.delenv("FAKE_JUDGE_LOG", raising=False)
    patch.syspath_prepend(str(FAKES))
    patch.setattr(pool, "shipped_judge", lambda: FAKE_JUDGE)
    threads = SimpleNamespace(Pipe=process._CONTEXT.Pipe, Process=WorkerThread)
    patch.setattr(process, "_CONTEXT", threads)
    patch.setattr(training, "train_bundle", lambda *_, **__: _trained(folder))
    patch.setattr("os.fsync", lambda _: None)
    writing = ("writer", "safety.copy_note", "safety.replace", "safety.in_place")
    for module in ("library.walk", *(f"tags.{name}" for name in writing)):
        patch.setattr(f"pacetag.tagger.{module}.stamp_of", _stamp_of)


def _trained(folder: Path) -> Any:
    verdict = SimpleNamespace(recommended=False, sentences=list, before="a", new="b")
    return SimpleNamespace(folder=folder, verdict=verdict)


def _stamp_of(status: os.stat_result) -> Stamp:
    """Return a stamp of the size alone, so that a restored song counts as unchanged."""
    return Stamp(size=status.st_size, mtime_ns=0, ctime_ns=0, inode=0)


def make_ground(folder: Path) -> Ground:
    """Songs of several containers, scanned, undone in part, and scanned again."""
    music = folder / "music"
    music.mkdir()
    for number, name in enumerate((*SONGS, "90 gone.flac")):
        noise = np.random.default_rng(number).normal(0, 0.1, RATE // 2).astype(np.float32)
        write_sound(music / name, noise)
    audio: Any = mutagen.flac.FLAC(music / SONGS[0])  # type: ignore[no-untyped-call]
    audio.update({"bpm": "77", "artist": "Legs", "title": "Hill"})
    audio.save()
    _whole("scan", "--bpm", "overwrite", str(music))
    _whole("undo", str(music / SONGS[3]))
    (music / "90 gone.flac").unlink()
    _whole("scan", str(music))
    songs = {song: song.read_bytes() for song in music.iterdir()}
    index = folder / "data" / "index.sqlite3"
    with closing(sqlite3.connect(index)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute("UPDATE song_records SET album = 'Road ' || id")
        connection.commit()
        return Ground(folder=folder, songs=songs, files=_files_of(index))


def _files_of(index: Path) -> dict[str, bytes]:
    """The contents of the index's files, by suffix."""
    beside = index.parent.glob(f"{index.name}*")
    return {each.name.removeprefix(index.name): each.read_bytes() for each in beside}


def _whole(*command: str) -> None:
    done = CliRunner().invoke(app, [*command])
    assert done.exit_code in (0, 1), done.output


def attack(ground: Ground, seed: str, numbers: Iterable[int], *, sample: int) -> Tally:
    """Damage so many indexes, and run `sample` of the commands on each."""
    tally = Tally()
    for number in numbers:
        draw = random.Random(f"{seed} {number}")
        ground.restore(ground.files)
        if draw.random() < 0.6:  # all in one file, as most indexes are
            with closing(sqlite3.connect(ground.index)) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        how = damage(draw, ground.index)
        damaged = _files_of(ground.index)
        for command in draw.sample(ground.commands(), sample):
            ground.restore(damaged)
            for fault in run(command, tally):
                tally.faults.append(f"{number} ({how}): {' '.join(command)}: {fault}")
            tally.faults += [
                f"{number} ({how}): {' '.join(command)}: {song.name} sounds otherwise"
                for song, content in ground.songs.items()
                if song.read_bytes() != content and not _sounds_as(song, content)
            ]
        tally.indexes += 1
    ground.restore(ground.files)
    return tally


def _sounds_as(song: Path, content: bytes) -> bool:
    other = song.with_name(f".other{song.suffix}")
    try:
        other.write_bytes(content)
        return file_fingerprint(other) == file_fingerprint(song)
    finally:
        other.unlink()


def run(command: Sequence[str], tally: Tally) -> list[str]:
    """Run one command in this process; return what is wrong with its end."""

    def hung(_number: int, _frame: FrameType | None) -> None:
        raise HungError

    before = signal.signal(signal.SIGALRM, hung)
    signal.setitimer(signal.ITIMER_REAL, LIMIT)
    try:
        done = CliRunner().invoke(app, [*command])
    except HungError:
        return ["hung"]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    tally.codes[done.exit_code] += 1
    error = done.exception
    if error is not None and not isinstance(error, SystemExit):
        return [f"raised {type(error).__name__}: {error}"]
    return list(objections(done.exit_code, done.stdout, done.stderr, tally))


def main() -> None:
    """Run the attack from the command line and print the counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", default="0")
    parser.add_argument("--sample", type=int, default=15, help="commands for each index")
    given = parser.parse_args()

    os.environ.setdefault("OMP_NUM_THREADS", "1")
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        fake_world(patch, Path(name))
        numbers = range(given.first, given.first + given.count)
        tally = attack(make_ground(Path(name)), given.seed, numbers, sample=given.sample)
    say = sys.stdout.write
    for fault in tally.faults:
        say(f"FAULT {fault}\n")
    for reason, count in tally.refused.most_common(60):
        say(f"{count:7} {reason}\n")
    say(
        f"{tally.indexes} damaged indexes, {tally.codes.total()} commands: "
        f"exit codes {dict(sorted(tally.codes.items()))}, {tally.refused.total()} refusals, "
        f"{len(tally.faults)} faults\n"
    )


if __name__ == "__main__":
    main()
