"""The songs of a playlist file of any format, and what stands about them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pacetag.db.records import SongRecord
from pacetag.model.judgement import Pace
from pacetag.tagger.playlist.entries import Playlist
from pacetag.tagger.playlist.m3u8 import Line, song_line

MADE = "Made by pacetag, which replaces it unless it is changed: "  # and a hash of what follows


@dataclass(frozen=True, kw_only=True)
class Track:
    """A song as a playlist file lists it."""

    song: SongRecord
    pace: Pace  # to step to
    cadence: float  # that is wanted, steps a minute
    start: float  # s since the run began
    play: float | None  # s of it that are played; None: its length is unknown
    begins: float = 0.0  # s into the song at which playing begins
    is_cut: bool = False  # playing ends before the song does
    block: int = 1  # number of its block in the plan
    heading: str | None = None  # about a block that begins with it

    @property
    def ends(self) -> float:
        """Seconds into the song at which playing ends."""
        return self.begins + (self.play or 0.0)

    @property
    def is_part(self) -> bool:
        """Whether not all of the song is played."""
        return self.is_cut or self.begins > 0

    @property
    def vlc_options(self) -> list[str]:
        """The options by which VLC plays a part of the song."""
        start = [f"start-time={self.begins:g}"] if self.begins else []
        return [*start, f"stop-time={self.ends:g}"] if self.is_cut else start


@dataclass(frozen=True, kw_only=True)
class Listing:
    """What a playlist file holds."""

    tracks: Sequence[Track]
    title: str  # "165 steps a minute"
    value: Callable[[], dict[str, Any]] = field(compare=False)  # all of it as JSON


def tracks_of(playlist: Playlist) -> tuple[Track, ...]:
    """Return the tracks of a playlist for one cadence."""
    found, clock = [], 0.0
    for entry in playlist.entries:
        seconds = entry.seconds
        found.append(
            Track(
                song=entry.song,
                pace=entry.pace,
                cadence=playlist.cadence,
                start=clock,
                play=seconds,
                begins=entry.begins,
            )
        )
        clock += seconds or 0.0
    return tuple(found)


def named(track: Track, folder: Path | None, line: Line | None) -> str:
    """Return how a playlist in `folder` names a track; `line` replaces the usual way."""
    own = line and line(track.song.path)
    return own or song_line(track.song.path, folder)
