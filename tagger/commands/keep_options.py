"""Options of `playlist` that keep playlist files fresh, and how these are written again."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pacetag.tagger.commands.deliveries import Chosen, Delivered
from pacetag.tagger.commands.playlist_request import Request
from pacetag.tagger.errors import TaggerError, UsageError

if TYPE_CHECKING:
    from pacetag.db.index import SongIndex
    from pacetag.db.kept import KeptPlaylist

KeepFreshOption = Annotated[
    bool,
    typer.Option(
        "--keep-fresh", help="Have `watch` write the file again whenever other songs fit."
    ),
]
RefreshOption = Annotated[
    bool, typer.Option("--refresh", help="Write all kept playlists again, and no other.")
]
KeptOption = Annotated[bool, typer.Option("--kept", help="List the playlists that are kept fresh.")]
# Parameters that say nothing of which songs are wanted, or are noted by themselves.
_ASIDE = frozenset(
    {"output", "overwrite", "dry_run", "index", "as_json", "to", "play", "player"}
    | {"keep_fresh", "refresh", "kept", "verbose", "log_file"}
    | {"plot", "mix", "mix_click", "mix_cues"}  # made once, when they are asked for
)


def typed_arguments(ctx: typer.Context, seed: int | None) -> tuple[str, ...]:
    """Return the arguments that say which songs are wanted, as they were typed.

    `seed` is the one that songs were drawn by, so that the same ones are drawn again.
    """
    found: list[str] = []
    for parameter in ctx.command.params:
        name = parameter.name or ""
        source = ctx.get_parameter_source(name)
        if name not in _ASIDE and source is not None and source.name == "COMMANDLINE":
            found += _words(parameter, ctx.params[name])
    if seed is not None and not any(each.startswith("--seed=") for each in found):
        found.append(f"--seed={seed}")
    return tuple(found)


def _words(parameter: Any, value: Any) -> Iterator[str]:
    if parameter.param_type_name == "argument":
        yield os.fspath(value)
    elif getattr(parameter, "is_flag", False):
        yield parameter.opts[0] if value else parameter.secondary_opts[0]
    else:
        for each in value if isinstance(value, list | tuple) else [value]:
            text = os.fspath(each) if isinstance(each, os.PathLike) else str(each)
            yield f"{parameter.opts[0]}={text}"


@dataclass(kw_only=True)
class KeepFresh:
    """Notes a playlist that was written, so that it is written again: a delivery."""

    request: Request
    _index: "SongIndex | None" = field(default=None, init=False)

    def __post_init__(self) -> None:
        from pacetag.tagger.terminal.standard_output import descriptor_of

        output = self.request.output
        if output is None or descriptor_of(output) is not None:
            raise UsageError("--keep-fresh needs a file to write again: name it with --output")

    def check(self, index: "SongIndex") -> None:
        """Raise TaggerError where the index cannot note it."""
        from pacetag.db.access import in_the_way
        from pacetag.tagger.settings import index_path

        reason = in_the_way(index_path(self.request.index))
        if reason is not None:
            raise TaggerError(f"--keep-fresh needs an index that can be written: {reason}")
        self._index = index

    def deliver(self, chosen: Chosen) -> Delivered:
        """Note the file and the arguments."""
        from pacetag.db.kept import KeptPlaylist

        target = absolute(self.request.output or Path())
        if self.request.dry_run or self._index is None:
            return Delivered(lines=[f"{target}: would be kept fresh"])
        kept = KeptPlaylist(
            target=target,
            folder=os.getcwd(),  # noqa: PTH109 - as bytes that are no text stay
            arguments=(*self.request.arguments, *self._counting(chosen)),
            hash=file_hash(target),
        )
        self._index.kept.keep(kept)
        said = () if self.request.is_refresh else (f"{target}: is kept fresh by `pacetag watch`",)
        return Delivered(value={"kept": target}, lines=said)

    def _counting(self, chosen: Chosen) -> tuple[str, ...]:
        """What a person answered who was asked whether a cadence counts one foot."""
        from pacetag.tagger.commands.choice_options import FEW_STEPS
        from pacetag.tagger.playlist.entries import Playlist

        typed, songs = self.request.cadence or FEW_STEPS, chosen.songs
        if self.request.strides is not None or typed >= FEW_STEPS or self.request.is_planned:
            return ()
        doubled = isinstance(songs, Playlist) and songs.cadence != typed
        return ("--strides" if doubled else "--steps",)


def absolute(path: Path) -> str:
    """Return the path of a file as it is noted; links in it are not followed."""
    return os.path.abspath(path.expanduser())  # noqa: PTH100


def file_hash(path: str) -> str:
    """Return the hash of a file's content; "" where it cannot be read."""
    with suppress(OSError):
        return hashlib.blake2b(Path(path).read_bytes(), digest_size=16).hexdigest()
    return ""


def list_kept(index: Path | None, *, as_json: bool) -> None:
    """Print the kept playlists as a table or as JSON."""
    from pacetag.tagger.index.opening import read_index
    from pacetag.tagger.output.json_lines import say_json
    from pacetag.tagger.settings import index_path
    from pacetag.tagger.terminal.columns import Column, print_table
    from pacetag.tagger.terminal.say import say

    with read_index(index_path(index)) as songs:
        kept = songs.kept.all()
    if as_json:
        say_json({"kept": [_object(each) for each in kept]})
    elif kept:
        columns = [Column(heading="File"), Column(heading="Asked for", least=20)]
        print_table(columns, [(each.target, _shown(each.arguments)) for each in kept])
    else:
        say("No playlist is kept fresh; --output FILE --keep-fresh keeps one.")


def _object(kept: "KeptPlaylist") -> dict[str, Any]:
    return {
        "file": kept.target,
        "folder": kept.folder,
        "arguments": list(kept.arguments),
        "since": kept.since,
    }


def _shown(arguments: Sequence[str]) -> str:
    from shlex import join

    return join(arguments)


def refresh_all(ctx: typer.Context, index: Path | None, *, dry_run: bool) -> None:
    """Write all kept playlists again, and say what changed. Raises Exit where one failed.

    A dry run says what would become of each, without choosing songs.
    """
    from pacetag.tagger.index.opening import opened_index
    from pacetag.tagger.settings import index_path
    from pacetag.tagger.terminal.say import say

    place, failed = index_path(index), False
    with opened_index(place) as songs:
        for kept in songs.kept.all():
            try:
                line = _refreshed(ctx, songs, kept, place, dry_run=dry_run)
            except (TaggerError, typer.Exit) as error:
                line, failed = f"{kept.target}: not written again: {error}", True
            if line is not None:
                say(line)
    if failed:
        raise typer.Exit(1)


def _refreshed(
    ctx: typer.Context, index: "SongIndex", kept: "KeptPlaylist", place: Path, *, dry_run: bool
) -> str | None:
    """Write one kept playlist again; returns what is to be said."""
    ended = None
    if not os.path.lexists(kept.target):
        if not Path(kept.target).parent.is_dir():
            return f"{kept.target}: its folder is not there; it is tried again"
        ended = "is gone, and no longer kept fresh"
    elif file_hash(kept.target) != kept.hash:
        ended = "was changed by you, stays so, and is no longer kept fresh"
    if ended is not None:
        if not dry_run:
            index.kept.forget(kept.target)
        return f"{kept.target}: {ended}"
    if dry_run:
        return f"{kept.target}: would be written again if other songs fit"
    _run(ctx, kept, place)
    now = file_hash(kept.target)
    return None if now == kept.hash else f"{kept.target}: written again"


def _run(ctx: typer.Context, kept: "KeptPlaylist", place: Path) -> None:
    """Run the command that asked for a playlist, in its folder, and say nothing."""
    asked = [*kept.arguments, f"--output={kept.target}", f"--index={place}", "--keep-fresh"]
    before = os.getcwd()  # noqa: PTH109
    with suppress(OSError):
        os.chdir(kept.folder)
    try:
        again = ctx.command.make_context("playlist", [*asked, "--overwrite"], parent=ctx.parent)
        again.obj = REFRESH
        with again:
            ctx.command.invoke(again)
    finally:
        os.chdir(before)


REFRESH = object()  # of a context in which a kept playlist is written again
