"""Brings the songs of a folder to a player, and kills itself at the step that is named.

    python -m tests.tagger.targets.killed MUSIC PLAYER STEP

It prints how many steps there are; 0 kills at none.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pacetag.db.records import NEVER, SongRecord
from pacetag.model.judgement import Analysis, Pace
from pacetag.tagger.cancellation import Stop
from pacetag.tagger.playlist.tracks import Listing, Track
from pacetag.tagger.targets import hashing, manifest, staging
from pacetag.tagger.targets.delivery import Delivery
from pacetag.tagger.targets.target import Target

STEPS = (
    *((hashing, "write_at"), (hashing, "flush"), (staging, "file_hash"), (staging, "give_name")),
    *((manifest, "flush"), (manifest, "sync_folder")),
    *((Path, "replace"), (Path, "rename"), (Path, "unlink")),
)


def bring(music: Path, player: Path) -> None:
    """Bring all songs of a folder, numbered by name, cleaned, with a playlist."""
    tracks = [_track(path) for path in sorted(music.iterdir())]
    target = Target(name="w", path=player, numbered=True, clean=True, playlist="run.m3u8")
    Delivery(target=target, jobs=1, stop=Stop()).bring(
        Listing(tracks=tracks, title="Run", value=dict)
    )


def _track(path: Path) -> Track:
    song = SongRecord(
        path=str(path),
        stamp=NEVER,
        fingerprint=path.name.encode().hex(),
        title=path.stem,
        artist=None,
        album=None,
        genre=None,
        bundle="ear-1",
        analysis=Analysis(paces=(Pace(bpm=165.0, confidence=0.9),), duration=0.5),
    )
    return Track(song=song, pace=song.paces[0], cadence=165.0, start=0.0, play=0.5)


def main(music: Path, player: Path, at: int) -> None:
    """Count the steps that touch the disk, and end the process before one of them."""
    calls = 0

    def counted(function: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any, **options: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls == at:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*arguments, **options)

        return run

    for place, name in STEPS:
        setattr(place, name, counted(getattr(place, name)))
    bring(music, player)
    sys.stdout.write(f"{calls}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
