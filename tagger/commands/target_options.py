"""The option of `playlist` that copies songs to a target, and how it is carried out."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pacetag.tagger.commands.completing import targets
from pacetag.tagger.commands.deliveries import Chosen, Delivered
from pacetag.tagger.commands.playlist_request import Request

if TYPE_CHECKING:
    from pacetag.db.index import SongIndex
    from pacetag.tagger.playlist.tracks import Listing
    from pacetag.tagger.targets.delivery import Delivered as Brought
    from pacetag.tagger.targets.target import Target

ToOption = Annotated[
    str | None,
    typer.Option(
        "--to",
        metavar="TARGET",
        autocompletion=targets,
        help="Copy the songs to a target such as a watch; see `target`.",
    ),
]


def target_of(request: Request) -> "Target | None":
    """Return the target that songs are copied to; None where none is asked for.

    --stretch takes the place of the target's own `stretch` where no file is written: then no copies
    lie beside one. Raises UsageError for a target that there is not.
    """
    name = request.to or (None if request.output else _of_training(request.name))
    if name is None:
        return None
    from pacetag.tagger.commands.target import target_named

    target = target_named(name)
    if request.output is None and request.stretch.share is not None:
        target = replace(target, stretch=request.stretch.share)
    return target


def _of_training(name: str | None) -> str | None:
    """The target that a training names, if it does."""
    if name is None:
        return None
    from pacetag.tagger.config.file import read_config
    from pacetag.tagger.sessions.trainings import trainings_of

    training = trainings_of(read_config().values).by_name.get(name)
    return None if training is None else training.to


def widened_for(
    target: "Target", tolerances: Sequence[float], cadences: Sequence[float]
) -> list[float]:
    """Return the tolerances by which songs are chosen that a target brings to the cadence.

    Raises UsageError, or MissingExtraError where the package that stretches is not installed.
    """
    from pacetag.tagger.commands.stretch_options import widened
    from pacetag.tagger.stretching.engine import check_installed

    if target.stretch is None:
        return list(tolerances)
    check_installed()
    pairs = zip(tolerances, cadences, strict=True)
    return [widened(target.stretch, share, cadence) for share, cadence in pairs]


def noted_place(target: "Target") -> Path:
    """Return the path by which the index notes a playlist that was brought to a target."""
    return (target.path or Path(target.name)) / (target.playlist or "")


@dataclass(kw_only=True)
class ToTarget:
    """Copies the chosen songs to a target: a delivery."""

    target: "Target"
    request: Request
    _index: "SongIndex | None" = field(default=None, init=False)

    def check(self, index: "SongIndex") -> None:
        """Raise TaggerError unless the player is there and can be written."""
        from pacetag.tagger.targets.folder import check_not_music, folder_of

        check_not_music(folder_of(self.target), index, self.target)
        self._index = index

    def deliver(self, chosen: Chosen) -> Delivered:
        """Copy what is not there yet. Raises TaggerError, and Exit where a stop is requested."""
        from pacetag.tagger.cancellation import INTERRUPTED
        from pacetag.tagger.output.delivered import delivered_lines, delivered_object
        from pacetag.tagger.output.sessions import listing_of
        from pacetag.tagger.terminal.say import say

        brought = self._bring(listing_of(chosen.listed))
        lines = list(delivered_lines(brought))
        if brought.stopped:
            say(lines[-1], sys.stderr)
            raise typer.Exit(INTERRUPTED)
        self._note(chosen)
        return Delivered(
            value={"target": delivered_object(brought)}, lines=lines, failed=bool(brought.failed)
        )

    def _bring(self, listing: "Listing") -> "Brought":
        from pacetag.tagger.cancellation import Stop, stop_on_signals
        from pacetag.tagger.output.progress import CopiesBar
        from pacetag.tagger.settings import default_jobs
        from pacetag.tagger.targets.delivery import Delivery

        stop = Stop()
        work = Delivery(
            target=self.target,
            jobs=default_jobs(),
            stop=stop,
            dry_run=self.request.dry_run,
            overwrite=self.request.overwrite,
        )
        with stop_on_signals(stop), CopiesBar(len(listing.tracks)) as bar:
            return work.bring(listing, bar.made)

    def _note(self, chosen: Chosen) -> None:
        """Note the playlist, so that its songs rest in the next ones; not one in a file twice."""
        from pacetag.tagger.commands.choice_options import note_written
        from pacetag.tagger.settings import index_path

        of = self.request
        bounded = of.is_planned or of.limit is not None or of.duration is not None
        if bounded and of.output is None and not of.dry_run and self._index is not None:
            place = noted_place(self.target)
            note_written(self._index, index_path(of.index), chosen.songs, place)
