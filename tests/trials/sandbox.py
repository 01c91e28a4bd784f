"""Songs in every container, tagged by pacetag, and a home of its own for each program."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pacetag.tagger.tags.reader import SongTags, read_tags

ROOT = Path(__file__).parents[2]
SONG = ROOT / "sample_audio/04-riverside-waltz.ogg"  # of two paces, 186 and 62
CADENCE = 186
KINDS: Mapping[str, tuple[str, ...]] = {  # heading -> file, and what FFmpeg must be told
    "MP3 2.4": ("mp3-v24.mp3", "-id3v2_version", "4"),
    "MP3 2.3": ("mp3-v23.mp3", "-id3v2_version", "3"),
    "FLAC": ("song.flac",),
    "Ogg": ("song.ogg", "-c:a", "libvorbis"),
    "Opus": ("song.opus",),
    "M4A": ("song.m4a",),
    "WMA": ("song.wma",),
    "WavPack": ("song.wv",),
}
NAMES = {kind: words[0] for kind, words in KINDS.items()}
NOTHING = "–"


class AbsentError(Exception):
    """A program is not installed here."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """What a program showed and did."""

    program: str  # with its version
    pace: Mapping[str, str]  # by kind of song, as `seen` says it
    bpm: Mapping[str, str]
    kept: str  # of the fields after a save of its own
    setup: str  # what `pacetag setup --apply` achieved


@dataclass(frozen=True, kw_only=True)
class Sandbox:
    """A home, and copies of the songs."""

    home: Path
    songs: Mapping[str, Path]  # by kind
    env: Mapping[str, str]

    @property
    def music(self) -> Path:
        """The folder of the songs."""
        return self.home / "Music"

    def run(self, *words: str | Path, timeout: float = 60, **more: str) -> str:
        """Run a program, and return what it printed; it may fail, or be ended after a while."""
        try:
            done = subprocess.run(
                words,
                env={**self.env, **more},
                cwd=self.home,
                capture_output=True,
                stdin=subprocess.DEVNULL,
                timeout=timeout,
                check=False,
            )
            return done.stdout.decode("utf-8", "replace")
        except subprocess.TimeoutExpired as late:
            return (late.stdout or b"").decode("utf-8", "replace")

    def pacetag(self, *words: str | Path) -> str:
        """Run pacetag in this home."""
        return self.run(sys.executable, "-m", "pacetag.tagger", *words)

    def set_up(self, name: str, *words: str | Path) -> bool:
        """Have pacetag change the program's file; return whether it then says that all is well."""
        self.pacetag("setup", name, "--cadence", str(CADENCE), "--apply", *words)
        again = self.pacetag("setup", name, "--cadence", str(CADENCE), *words)
        return "is as it should be" in again

    def kept(self, before: Mapping[str, SongTags]) -> str:
        """What is left of PACE and PACETAG, as a clause."""
        lost = [kind for kind, song in self.songs.items() if not _same(song, before[kind])]
        if not lost:
            return "all kept"
        return "all lost" if len(lost) == len(self.songs) else f"{', '.join(lost)} lost or changed"

    def tags(self) -> dict[str, SongTags]:
        """The tags of all songs."""
        return {kind: read_tags(song) for kind, song in self.songs.items()}


def _same(song: Path, before: SongTags) -> bool:
    now = read_tags(song)
    return (now.pace, now.pacetag) == (before.pace, before.pacetag)


def make_songs(folder: Path) -> None:
    """Encode the song in each container, and have pacetag judge and tag it."""
    folder.mkdir(parents=True)
    for kind, (name, *words) in KINDS.items():
        titled = ["-metadata", f"title={kind}", "-metadata", "artist=Trial"]
        command: list[str | Path] = [
            "ffmpeg",
            "-v",
            "error",
            "-i",
            SONG,
            "-map",
            "0:a",
            "-map_metadata",
            "-1",
        ]
        subprocess.run([*command, *titled, *words, folder / name], check=True)
    words = ["scan", "--index", str(folder.parent / "index.sqlite3"), "--quodlibet", *_bpm()]
    subprocess.run(
        [sys.executable, "-m", "pacetag.tagger", *words, folder], check=True, capture_output=True
    )


def _bpm() -> Sequence[str]:
    """The options by which BPM gets the pace within a range, where this version has them."""
    done = subprocess.run(
        [sys.executable, "-m", "pacetag.tagger", "scan", "--help"], capture_output=True, check=True
    )
    ranged = ["--bpm-range", "140-190"] if b"--bpm-range" in done.stdout else []
    return ["--bpm", "if-missing", *ranged]


def sandbox(folder: Path, songs: Path, name: str) -> Sandbox:
    """Make a home with copies of the songs."""
    home = folder / name
    shutil.copytree(songs, home / "Music")
    run = home / "run"
    run.mkdir(mode=0o700)
    own = {
        "HOME": home,
        "XDG_CONFIG_HOME": home / ".config",
        "XDG_DATA_HOME": home / ".local/share",
        "XDG_CACHE_HOME": home / ".cache",
        "XDG_RUNTIME_DIR": run,
        "PACETAG_INDEX": home / "index.sqlite3",
        "GSETTINGS_BACKEND": "keyfile",
        "QT_QPA_PLATFORM": "offscreen",
    }
    kept = {key: os.environ[key] for key in ("PATH", "LANG", "PYTHONPATH") if key in os.environ}
    env = {**kept, **{key: str(value) for key, value in own.items()}}
    files = {kind: home / "Music" / name for kind, name in NAMES.items()}
    return Sandbox(home=home, songs=files, env=env)


def seen(values: Sequence[str]) -> str:
    """What a program shows of two paces: both, the first, the last, both in one text, or none."""
    found = [value.strip() for value in values if value and value.strip()]
    if not found:
        return NOTHING
    if len(found) > 1:
        return "all" if found == ["186", "62"] else "all, " + " ".join(found)
    return {"186": "first", "62": "last"}.get(found[0], f"`{found[0].replace('|', '¦')}`")


def needs(*programs: str) -> None:
    """Raise AbsentError unless these programs are installed."""
    absent = [program for program in programs if shutil.which(program) is None]
    if absent:
        raise AbsentError(", ".join(absent))


@cache
def version(package: str) -> str:
    """Return the version of a Debian package, without Debian's own part; "" if it is absent."""
    done = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Version}", package],
        capture_output=True,
        text=True,
        check=False,
    )
    return re.split(r"[-+~]", done.stdout.rpartition(":")[2])[0]


def wait_for(is_so: Callable[[], bool], seconds: float = 30) -> bool:
    """Wait until something is so; return whether it came to be."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with suppress(Exception):
            if is_so():
                return True
        time.sleep(0.25)
    return False
