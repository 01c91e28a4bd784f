"""`--mix` of `playlist`: the songs as one continuous file, and what is said about it."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from pacetag.tagger.errors import TaggerError, UsageError
from pacetag.tagger.settings import index_path

if TYPE_CHECKING:
    from pacetag.db.index import SongIndex
    from pacetag.tagger.commands.deliveries import Chosen, Delivered
    from pacetag.tagger.commands.playlist_request import Request
    from pacetag.tagger.mixing.making import MadeMix, Order

HEARING = 0.25  # of the time that a second takes to be mixed it takes to be heard


class MixDelivery:
    """Writes a mix."""

    def __init__(self, request: "Request", path: Path) -> None:
        from pacetag.tagger.mixing.cue_sheet import cue_file
        from pacetag.tagger.mixing.mix_file import MixFile

        self._request, self._index_file = request, index_path(request.index)
        others = [each for each in (request.output, request.plot) if each is not None]
        inputs, overwrite = (self._index_file, *others), request.overwrite
        self._file = MixFile(named=path, overwrite=overwrite, inputs=inputs)
        self._cue = cue_file(path, overwrite=overwrite, inputs=inputs)
        self._index: SongIndex | None = None

    def check(self, index: "SongIndex") -> None:
        """Raise TaggerError where the mix or its cue sheet cannot, or must not, be written."""
        from pacetag.tagger.stretching.engine import check_installed

        self._index = index
        check_installed("--mix")
        self._file.check()
        self._cue.check()

    def deliver(self, chosen: "Chosen") -> "Delivered":
        """Make the mix of the originals. Raises TaggerError, and Exit where a stop is requested."""
        from pacetag.tagger.commands.deliveries import Delivered
        from pacetag.tagger.mixing.slots import expected_seconds
        from pacetag.tagger.output.mixes import (
            expected_line,
            expected_object,
            mix_lines,
            mix_object,
        )

        order = self._order(chosen)
        if self._request.dry_run:
            seconds = expected_seconds(order.slots)
            line = expected_line(self._file, seconds)
            return Delivered(value={"mix": expected_object(self._file, seconds)}, lines=[line])
        made = self._make(order)
        if made.plan is None:
            reasons = "; ".join(f"{path}: {reason}" for path, reason in made.lost.items())
            raise TaggerError(f"{self._file.named}: no song of the mix can be read ({reasons})")
        self._note(chosen)
        return Delivered(
            value={"mix": mix_object(made, self._file)},
            lines=list(mix_lines(made, self._file)),
            failed=bool(made.lost),
        )

    def _note(self, chosen: "Chosen") -> None:
        """Note the songs, so that they rest; those of a written playlist are noted already."""
        from pacetag.tagger.commands.choice_options import note_written

        if self._index is not None and self._request.output is None:
            note_written(self._index, self._index_file, chosen.songs, self._file.path)

    def _order(self, chosen: "Chosen") -> "Order":
        from pacetag.tagger.mixing.cues import Extras
        from pacetag.tagger.mixing.making import Order
        from pacetag.tagger.mixing.slots import slots_of
        from pacetag.tagger.output.sessions import listing_of

        songs = chosen.songs
        return Order(
            slots=slots_of(songs),
            title=listing_of(songs).title,
            file=self._file,
            cue=self._cue,
            extras=Extras(click=self._request.mix.click, cues=self._request.mix.cues),
        )

    def _make(self, order: "Order") -> "MadeMix":
        from pacetag.tagger.cancellation import INTERRUPTED, Stop, stop_on_signals
        from pacetag.tagger.mixing.making import StoppedError, make_mix
        from pacetag.tagger.mixing.slots import expected_seconds
        from pacetag.tagger.output.progress import MixBar
        from pacetag.tagger.terminal.say import say

        stop = Stop()
        total = expected_seconds(order.slots) * (1 + HEARING)
        try:
            with stop_on_signals(stop), MixBar(total) as bar:
                return make_mix(
                    order,
                    stop=stop,
                    heard=lambda name, seconds: bar.advance(name, HEARING * seconds),
                    mixed=lambda seconds: bar.advance(self._file.path.name, seconds),
                )
        except StoppedError as error:
            say(f"stopped: {self._file.named} is not finished, and nothing of it stays", sys.stderr)
            raise typer.Exit(INTERRUPTED) from error


def mix_delivery(request: "Request") -> Iterator[MixDelivery]:
    """Yield the mix that is asked for. Raises UsageError for options that make no sense."""
    wish = request.mix
    if wish.path is None:
        if wish.click is not None or wish.cues:
            raise UsageError("--mix-click and --mix-cues belong to a mix: --mix run.mp3")
        return
    if not (request.is_planned or request.duration or request.limit):
        raise UsageError("--mix needs an end: give --duration 45m, --limit 12 or a --plan")
    yield MixDelivery(request, wish.path)
