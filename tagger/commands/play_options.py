"""Options of `playlist` that play the songs, and how a player is chosen."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from pacetag.tagger.commands.deliveries import Chosen, Delivered
from pacetag.tagger.commands.playlist_request import Request
from pacetag.tagger.errors import TaggerError

if TYPE_CHECKING:
    from pacetag.db.index import SongIndex
    from pacetag.tagger.playlist.tracks import Listing


class PlayerName(StrEnum):
    """What can play."""

    MPV = "mpv"
    VLC = "vlc"
    MPD = "mpd"


PlayOption = Annotated[
    bool, typer.Option("--play", help="Play the songs: with mpv, VLC or MPD, the first there is.")
]
PlayerOption = Annotated[
    PlayerName | None,
    typer.Option("--player", help="What --play plays with.", show_default=False),
]


@dataclass(frozen=True, kw_only=True)
class Play:
    """Hands the chosen songs to a player, once they are shown: a delivery."""

    request: Request

    def check(self, index: "SongIndex") -> None:
        """Raise TaggerError where there is no player."""
        del index
        self._player()

    def deliver(self, chosen: Chosen) -> Delivered:
        """Return what is played; playing begins when all is shown."""
        from pacetag.tagger.output.sessions import listing_of

        player = self._player()
        value = {"play": player.value}
        if self.request.dry_run:
            return Delivered(value=value, lines=[f"would be played with {player}"])
        listing = listing_of(chosen.listed)
        play = _add_to_mpd if player is PlayerName.MPD else _run
        return Delivered(value=value, then=lambda: play(player, listing))

    def _player(self) -> PlayerName:
        from pacetag.tagger.players.mpd import has_library
        from pacetag.tagger.players.programs import find_program

        if self.request.player is not None:
            return self.request.player
        for name in (PlayerName.MPV, PlayerName.VLC):
            if find_program(name) is not None:
                return name
        if has_library():
            return PlayerName.MPD
        raise TaggerError("there is neither mpv nor VLC to play with; install one of them")


def _run(player: PlayerName, listing: "Listing") -> Delivered:
    from pacetag.tagger.players.programs import play_with

    code = play_with(player, listing)
    return Delivered(
        lines=[f"{player} ended with exit code {code}"] if code else [], failed=code != 0
    )


def _add_to_mpd(player: PlayerName, listing: "Listing") -> Delivered:
    from pacetag.tagger.players.mpd import add_to_mpd
    from pacetag.tagger.text.formatting import songs

    added = add_to_mpd(listing.tracks)
    lines = [f"{songs(added.songs)} added to what {player.upper()} plays"]
    if added.outside:
        are = "song is" if len(added.outside) == 1 else "songs are"
        lines.append(
            f"{len(added.outside)} {are} not in MPD's music, such as {added.outside[0]}; have it "
            "update, or move them there"
        )
    return Delivered(lines=lines, failed=bool(added.outside))


def check_player(*, play: bool, player: PlayerName | None, typed: bool) -> None:
    """Raise UsageError where a player is typed and nothing is played."""
    from pacetag.tagger.errors import UsageError

    if typed and player is not None and not play:
        raise UsageError(f"--player says what plays: add --play to play with {player}")
