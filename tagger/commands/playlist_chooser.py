"""How songs are chosen for a request: what both ways, a cadence and a plan, have in common."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pacetag.db.index import SongIndex
    from pacetag.tagger.commands.playlist_request import Request
    from pacetag.tagger.playlist.entries import Playlist
    from pacetag.tagger.playlist.intros import Intros
    from pacetag.tagger.playlist.listener import Listener
    from pacetag.tagger.sessions.session import Session


@dataclass(frozen=True, kw_only=True)
class Found:
    """The songs that were chosen."""

    songs: "Playlist | Session"
    lines: list[str] = field(default_factory=list)  # what is missing, and what would help


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What holds besides the request, once the index is open."""

    tolerances: Sequence[float]  # of each block; they may be wider than those asked for
    listener: "Listener"
    exact: bool  # songs will be brought to the cadence, and count by the lengths that they get


class Chooser(Protocol):
    """Chooses songs for one cadence or for the blocks of a plan."""

    @property
    def target(self) -> Path | None:
        """The file that a training names."""

    @property
    def is_bounded(self) -> bool:
        """Whether it is asked for so many songs, or so much time."""

    @property
    def cadences(self) -> Sequence[float]:
        """The lowest cadence of each block."""

    @property
    def tolerances(self) -> Sequence[float]:
        """The tolerance of each block, as a share of its cadence."""

    def choose(self, index: "SongIndex", terms: Terms) -> Found:
        """Choose songs, and say what is missing. Raises SongIndexError."""


def chooser_of(request: "Request") -> Chooser:
    """Return what chooses the songs for a request. Raises UsageError for one that makes no sense.

    A cadence that may count one foot is asked about in a terminal.
    """
    if request.is_planned:
        from pacetag.tagger.commands.playlist_plan import PlanChooser

        return PlanChooser(request)
    from pacetag.tagger.commands.playlist_cadence import CadenceChooser

    return CadenceChooser(request)


def intros_of(index: "SongIndex", request: "Request") -> "Intros | None":
    """Return what tells the intros of songs; None where they are not left out."""
    if not request.skip_intros:
        return None
    from pacetag.tagger.playlist.intros import Intros

    return Intros(index)
