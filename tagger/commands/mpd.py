"""`pacetag mpd`: paces as stickers of the Music Player Daemon."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pacetag.tagger.commands.options import PATH, IndexOption, JsonOption
from pacetag.tagger.logs.options import LoggingCommand
from pacetag.tagger.settings import index_path

if TYPE_CHECKING:
    from pacetag.tagger.players.stickers import StickerPlan, Stickers

DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Say which stickers would change; change none.")
]
MusicOption = Annotated[
    Path | None,
    typer.Option(
        "--music",
        metavar="DIR",
        click_type=PATH,
        help="MPD's folder of music as this machine names it; otherwise as MPD tells, or as it "
        "follows from the songs.",
    ),
]

mpd = typer.Typer(
    name="mpd",
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Give the songs of the Music Player Daemon their paces as stickers, or take them back.",
)


@mpd.command("sync", cls=LoggingCommand)
def sync(
    music: MusicOption = None,
    dry_run: DryRunOption = False,
    index: IndexOption = None,
    as_json: JsonOption = False,
) -> None:
    """Have MPD's stickers say the paces that the index knows, in `pace`, `pace2` and so on.

    Each has three digits, so `sticker find song "" pace > 160` finds songs. Only what differs is
    written; a sticker of such a name with another value is not pacetag's, and stays. MPD is the one
    that MPD_HOST and MPD_PORT name. Exit codes: 0 done, 1 MPD has no song of the index, or refused
    something, 2 wrong usage.
    """
    from pacetag.tagger.output.stickers import say_synced
    from pacetag.tagger.players.mpd import answering
    from pacetag.tagger.players.mpd_library import names_in_mpd
    from pacetag.tagger.players.stickers import plan_sync

    wanted = _wanted(index)
    root = None if music is None else music.expanduser().absolute()
    with answering("pacetag mpd") as client:
        names = names_in_mpd(client, list(wanted), root)
        plan = plan_sync(client, names, wanted)
        refused = _write(client, plan, dry_run=dry_run)
    there = names.keys() - set(plan.gone)
    unknown = [path for path in wanted if path not in there]
    say_synced(plan, refused, unknown, dry_run=dry_run, as_json=as_json)
    raise typer.Exit(1 if refused or (unknown and len(unknown) == len(wanted)) else 0)


@mpd.command("clear", cls=LoggingCommand)
def clear(dry_run: DryRunOption = False, as_json: JsonOption = False) -> None:
    """Take back all stickers that `sync` gave to the songs of MPD.

    Exit codes: 0 done, 1 MPD refused something, 2 wrong usage.
    """
    from pacetag.tagger.output.stickers import say_cleared
    from pacetag.tagger.players.mpd import answering
    from pacetag.tagger.players.stickers import plan_clear

    with answering("pacetag mpd") as client:
        plan = plan_clear(client)
        refused = _write(client, plan, dry_run=dry_run)
    say_cleared(plan, refused, dry_run=dry_run, as_json=as_json)
    raise typer.Exit(1 if refused else 0)


def _wanted(index: Path | None) -> "dict[str, Stickers]":
    """Path -> stickers of each song that is there, also of those without paces."""
    from pacetag.tagger.index.opening import read_index
    from pacetag.tagger.paces import whole_paces
    from pacetag.tagger.players.stickers import stickers_of

    with read_index(index_path(index)) as songs:
        known = songs.statuses(list(songs.paths_under("/")))
        return {
            song.path: stickers_of(whole_paces(pace.bpm for pace in song.paces)) for song in known
        }


def _write(client: Any, plan: "StickerPlan", *, dry_run: bool) -> dict[str, str]:
    """Make the changes unless it is a dry run; returns MPD's name -> why not, where it refused."""
    from pacetag.tagger.output.stickers import say_patience
    from pacetag.tagger.players.stickers import write_stickers

    if dry_run:
        return {}
    say_patience(plan)
    written = write_stickers(client, plan.changes)
    return {change.name: reason for change, reason in written if reason is not None}
