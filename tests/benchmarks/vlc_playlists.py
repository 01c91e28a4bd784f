"""Which songs a real VLC opens from each kind of playlist, and whether it plays a part alone.

apt-get install vlc-bin vlc-plugin-base
python -m tests.benchmarks.vlc_playlists

VLC refuses to run as root; then it runs as the user 65534. It takes two minutes.
"""

import os
import re
import subprocess
import sys
import tempfile
import wave
from pathlib import Path
from urllib.parse import unquote

import numpy as np

from pacetag.tagger.playlist.formats import FORMATS
from tests.tagger.playlist.odd_names import NAMES, odd_listing

SUFFIXES = (".m3u8", ".m3u", ".pls", ".xspf")
OPENED = re.compile(r"creating demux: access='file' demux='any' location='(.*)' file='")
RATE, SECONDS = 8_000, 6
PART = (2.0, 3.5)  # s


def write_song(path: Path) -> None:
    """Write quiet noise."""
    path.parent.mkdir(parents=True, exist_ok=True)
    sound = np.random.default_rng(0).normal(0, 300, RATE * SECONDS).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(sound.tobytes())


def vlc(home: Path, *arguments: str | Path) -> str:
    """Run VLC without sound and return its log."""
    user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    command = [*(user if os.geteuid() == 0 else []), "cvlc", "-I", "dummy", "--no-color", "-vv"]
    try:
        done = subprocess.run(
            [*command, "--no-video", "--play-and-exit", "--run-time=1", *arguments],
            capture_output=True,
            env={**os.environ, "HOME": str(home)},
            timeout=30,
            check=False,
        )
        return done.stderr.decode("utf-8", "replace")
    except subprocess.TimeoutExpired as late:
        return (late.stderr or b"").decode("utf-8", "replace")


def opens(home: Path, music: Path, suffix: str, name: str) -> bool:
    """Whether VLC opens a song of that name, and no other file, from a playlist."""
    place = home / f"one{suffix}"
    text = FORMATS[suffix].text(odd_listing(music, [name]), home, None)
    place.write_text(text, encoding="utf-8", newline="")
    found = OPENED.findall(vlc(home, "--aout=none", place))
    songs = [unquote(each) for each in dict.fromkeys(found) if not each.endswith(place.name)]
    return songs == [str(music / name)]


def seconds_played(home: Path, music: Path, suffix: str) -> float:
    """How much VLC plays of a song of which a playlist names a part."""
    place, made = home / f"part{suffix}", home / "made.wav"
    text = FORMATS[suffix].text(odd_listing(music, ["plain.wav"], part=PART), home, None)
    place.write_text(text, encoding="utf-8", newline="")
    made.unlink(missing_ok=True)
    vlc(home, f"--sout=#std{{access=file,mux=wav,dst={made}}}", "--run-time=20", place)
    return max(0, made.stat().st_size - 44) / 2 / RATE if made.exists() else 0.0


def main() -> None:
    """Print a table."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        home.chmod(0o777)
        music = home / "music"
        for name in ("plain.wav", *NAMES):
            write_song(music / name)
        for suffix in SUFFIXES:
            lost = [name for name in NAMES if not opens(home, music, suffix, name)]
            part = seconds_played(home, music, suffix)
            wanted = PART[1] - PART[0]
            sys.stdout.write(
                f"{suffix}: {len(NAMES) - len(lost)} of {len(NAMES)} opened, not {lost}; "
                f"{part:.2f} s played of a part of {wanted:g} s\n"
            )
            sys.stdout.flush()


if __name__ == "__main__":
    main()
