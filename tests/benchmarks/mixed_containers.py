"""Recordings in all kinds of containers, for measuring what each costs.

`python tests/benchmarks/mixed_containers.py FOLDER OUT [--songs N]` picks N songs spread over the
folder and encodes them by turns, with FFmpeg, as people's libraries hold them. Songs of under two
minutes are passed over: people's are longer.
"""

import argparse
import subprocess
import sys
from pathlib import Path

import soundfile
from rich.console import Console
from rich.progress import track

SUFFIXES = {".ogg", ".opus", ".flac", ".mp3"}
SHORTEST = 120.0  # s
# Suffix: arguments of FFmpeg; None keeps the file as it is.
KINDS: tuple[tuple[str, list[str] | None], ...] = (
    ("", None),
    (".mp3", ["-c:a", "libmp3lame", "-q:a", "2"]),
    (".flac", ["-c:a", "flac", "-sample_fmt", "s16"]),
    (".mp3", ["-c:a", "libmp3lame", "-b:a", "192k"]),
    (".opus", ["-c:a", "libopus", "-b:a", "128k"]),
    (".m4a", ["-c:a", "aac", "-b:a", "160k"]),
)


def main() -> int:
    """Write the files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--songs", type=int, default=72)
    options = parser.parse_args()
    files = sorted(p for p in options.folder.rglob("*") if p.suffix.lower() in SUFFIXES)
    long = [p for p in files if soundfile.info(p).duration >= SHORTEST]
    chosen = long[:: max(1, len(long) // options.songs)][: options.songs]
    options.out.mkdir(parents=True, exist_ok=True)
    console = Console(stderr=True)
    for number, path in enumerate(track(chosen, "encoding", console=console)):
        suffix, settings = KINDS[number % len(KINDS)]
        target = options.out / f"{number:03d}-{path.stem}{suffix or path.suffix}"
        if target.exists():
            continue
        how = ["-c:a", "copy"] if settings is None else settings
        command = ["ffmpeg", "-v", "error", "-nostdin", "-i", str(path), "-map", "0:a", *how]
        subprocess.run([*command, str(target)], check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
