"""Songs as real files, a player's folder, and copies to it."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pacetag.db.records import NEVER, SongRecord
from pacetag.model.judgement import Analysis, Pace
from pacetag.tagger.cancellation import Stop
from pacetag.tagger.playlist.tracks import Listing, Track
from pacetag.tagger.targets.delivery import Delivered, Delivery
from pacetag.tagger.targets.target import Target

Song = Callable[..., Track]
Bring = Callable[..., Delivered]


@pytest.fixture
def player(tmp_path: Path) -> Path:
    """The folder of a player."""
    folder = tmp_path / "player"
    folder.mkdir()
    return folder


@pytest.fixture
def track(make_song: Callable[..., Path]) -> Song:
    """A song with a file of its own, as a playlist lists it."""

    def make(name: str, *, title: str | None = None, artist: str | None = "Legs") -> Track:
        path = make_song(name)
        song = SongRecord(
            path=str(path),
            stamp=NEVER,
            fingerprint=os.fsencode(name).hex(),
            title=path.stem if title is None else title,
            artist=artist,
            album=None,
            genre=None,
            bundle="ear-1",
            analysis=Analysis(paces=(Pace(bpm=165.0, confidence=0.9),), duration=0.5),
        )
        return Track(song=song, pace=song.paces[0], cadence=165.0, start=0.0, play=0.5)

    return make


@pytest.fixture
def bring(player: Path) -> Bring:
    """Bring tracks to the player, as a target with these keys says."""

    def run(
        *tracks: Track,
        stop: Stop | None = None,
        dry_run: bool = False,
        tell: Callable[[str], None] = lambda name: None,
        **keys: Any,
    ) -> Delivered:
        target = Target(name="watch", **{"path": player, **keys})
        work = Delivery(target=target, jobs=1, stop=stop or Stop(), dry_run=dry_run)
        return work.bring(Listing(tracks=tracks, title="Run", value=dict), tell)

    return run


def shown(folder: Path) -> list[str]:
    """Names of what lies in a folder, without the list that pacetag keeps."""
    return sorted(path.name for path in folder.iterdir() if path.name != ".pacetag-target.json")
