"""Makes system calls on songs fail during real scans, and checks what remains.

`python -m tests.tagger.attacks.faults --rounds 200 --seed 5` runs 200 rounds. It needs strace,
which makes calls fail before they reach the disk: in the command, in its workers, and in the
decoders, whose calls Python does not see.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from pacetag.tagger.tags.errors import TagError
from pacetag.tagger.tags.reader import read_tags

ROOT = Path(__file__).parents[3]
SAMPLES = (
    "01-kerbside-rock.mp3",
    "03-swing-shoes.flac",
    "04-riverside-waltz.ogg",
    "06-five-laps.m4a",
)
ERRORS = ("EIO", "ENOMEM", "ESTALE", "EACCES", "ENOSPC")
CALLS = {  # what each may answer; a call that cannot fail so tells nothing
    "openat": ERRORS,
    "read": ("EIO", "ENOMEM", "ESTALE"),
    "pread64": ("EIO", "ENOMEM", "ESTALE"),
    "newfstatat": ("EIO", "ENOMEM", "ESTALE", "EACCES"),
    "fstat": ("EIO", "ENOMEM", "ESTALE"),
    "lseek": ("EIO", "ESTALE"),
    "pwrite64": ("EIO", "ENOSPC", "ESTALE"),
    "write": ("EIO", "ENOSPC", "ESTALE"),
    "fsync": ("EIO", "ENOSPC"),
    "ftruncate": ("EIO", "ENOSPC"),
    "rename": ("EIO", "ENOSPC", "EACCES"),
    "listxattr": ("EIO", "ENOMEM"),
    "fchmod": ("EIO", "EACCES"),
}
LIMIT = 240  # s for one scan


@dataclass(kw_only=True)
class Tally:
    """How the rounds ended, counted."""

    rounds: int = 0
    struck: int = 0  # rounds in which the scan noticed
    codes: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Strike:
    """The call that fails, its error, and from which occurrence on, counted per thread."""

    call: str
    error: str
    when: str

    def options(self, songs: list[Path]) -> list[str]:
        """The arguments of strace that go before the command."""
        paths = [option for song in songs for option in ("-P", str(song))]
        inject = f"inject={self.call}:error={self.error}:when={self.when}"
        return ["strace", "-f", "-qq", "-o", os.devnull, *paths, "-e", inject]


def draw(chance: random.Random) -> Strike:
    """Draw a strike at random: one failure, or every call from then on."""
    call = chance.choice(sorted(CALLS))
    first = chance.choice((1, 1, 1, 2, 3, 5, 8, 13, 21))
    return Strike(
        call=call, error=chance.choice(CALLS[call]), when=f"{first}{chance.choice(('', '+'))}"
    )


class Ground:
    """A folder in which scans are struck, and what must be true of it afterwards."""

    def __init__(self, folder: Path) -> None:
        self._music, self._index = folder / "music", folder / "data" / "index.sqlite3"
        self._fill()
        self._scan([])
        self._wanted = {song.name: read_tags(song).pace for song in self._songs}
        self._sound = {song.name: _sound(song) for song in self._songs}

    @property
    def _songs(self) -> list[Path]:
        return [self._music / name for name in SAMPLES]

    def _fill(self) -> None:
        for each in (self._music, self._index.parent):
            shutil.rmtree(each, ignore_errors=True)
            each.mkdir(parents=True)
        for name in SAMPLES:
            shutil.copy(ROOT / "sample_audio" / name, self._music)

    def _scan(self, before: list[str]) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "pacetag.tagger.cli", "scan", str(self._music)]
        return subprocess.run(
            [*before, *command, "--jobs", "2", "--index", str(self._index)],
            capture_output=True,
            text=True,
            check=False,
            timeout=LIMIT,
        )

    def round(self, strike: Strike, *, anew: bool) -> tuple[int, list[str]]:
        """Run a struck scan, then a plain one; return the first one's exit code, and faults."""
        if anew:
            self._fill()
        struck = self._scan(strike.options(self._songs))
        found = list(self._objections(struck, (0, 1)))
        after = self._scan([])
        found += self._objections(after, (0,))
        for song in self._songs:
            try:
                paces = read_tags(song).pace
            except TagError as error:
                paces = (error.reason,)
            if paces != self._wanted[song.name]:
                found.append(f"{song.name}: the next scan left the paces {paces}")
        return struck.returncode, found

    def _objections(
        self, done: "subprocess.CompletedProcess[str]", codes: tuple[int, ...]
    ) -> list[str]:
        found = []
        if done.returncode not in codes:
            found.append(f"exit code {done.returncode}: {done.stdout[-300:]}{done.stderr[-300:]}")
        if "Traceback" in done.stderr:
            found.append(done.stderr[-600:])
        for song in self._songs:
            if _sound(song) != self._sound[song.name]:
                found.append(f"{song.name}: its sound is not what it was")
        left = [each.name for each in self._music.iterdir() if each.name not in self._wanted]
        return [*found, *(f"left behind: {name}" for name in left)]


def _sound(song: Path) -> bytes:
    """A checksum of what FFmpeg decodes, computed without pacetag's code."""
    call = ["ffmpeg", "-v", "error", "-i", str(song), "-map", "0:a", "-f", "md5", "-"]
    return subprocess.run(call, capture_output=True, check=False).stdout


def strike_scans(rounds: int, seed: str, folder: Path) -> Tally:
    """Strike so many scans, every other one on songs that are already tagged."""
    chance, tally = random.Random(seed), Tally()
    ground = Ground(folder)
    for number in range(rounds):
        strike = draw(chance)
        code, found = ground.round(strike, anew=number % 4 != 3)
        tally.rounds += 1
        tally.codes[code] += 1
        tally.struck += code != 0
        tally.faults += [f"round {number}, {strike}: {what}" for what in found]
    return tally


def main() -> None:
    """Run the rounds from the command line and print the counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--seed", default="faults")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tally = strike_scans(asked.rounds, asked.seed, Path(folder))
    print(f"{tally.rounds} rounds, {tally.struck} noticed, exit codes {dict(tally.codes)}")  # noqa: T201
    for fault in tally.faults:
        print(fault)  # noqa: T201
    sys.exit(1 if tally.faults else 0)


if __name__ == "__main__":
    main()
