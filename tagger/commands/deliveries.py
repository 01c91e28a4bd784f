"""What is done with a playlist besides listing it: each is checked, carried out and reported."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from pacetag.db.index import SongIndex
    from pacetag.tagger.commands.playlist_request import Request
    from pacetag.tagger.playlist.entries import Playlist
    from pacetag.tagger.sessions.session import Session
    from pacetag.tagger.targets.target import Target


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """The songs of a playlist or a run twice."""

    songs: "Playlist | Session"  # originals
    listed: "Playlist | Session"  # the same, with stretched copies in their place


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """The result of a delivery."""

    value: Mapping[str, Any] = field(default_factory=dict)  # what it adds to the object of --json
    lines: Sequence[str] = ()  # sentences for standard error, said last
    failed: bool = False  # something could not be done: exit code 1
    then: "Callable[[], Delivered] | None" = None  # the rest of it, once all is shown


class Delivery(Protocol):
    """One thing that is done with the chosen songs. With --dry-run it only says what it would do.

    The order is check, deliver. What an option lacks is a UsageError of the function that makes it.
    """

    def check(self, index: "SongIndex") -> None:
        """Raise TaggerError for a place that does not do, before songs are chosen."""

    def deliver(self, chosen: Chosen) -> Delivered:
        """Do it. Raises TaggerError, and Exit where a stop is requested."""


def deliveries_of(request: "Request", target: "Target | None") -> Sequence[Delivery]:
    """Return what is done with the songs of a request, in this order. Raises UsageError.

    `target`: what songs are copied to, if they are.
    """
    from pacetag.tagger.commands.keep_options import KeepFresh
    from pacetag.tagger.commands.mix_delivery import mix_delivery
    from pacetag.tagger.commands.play_options import Play
    from pacetag.tagger.commands.plot_delivery import plot_delivery
    from pacetag.tagger.commands.target_options import ToTarget

    found: list[Delivery] = [*plot_delivery(request), *mix_delivery(request)]
    if target is not None:
        found.append(ToTarget(target=target, request=request))
    if request.keep_fresh:
        found.append(KeepFresh(request=request))
    if request.play:
        found.append(Play(request=request))
    return found
