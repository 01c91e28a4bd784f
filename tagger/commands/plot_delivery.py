"""`--plot` of `playlist`: a picture of the run."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pacetag.tagger.commands.options import OUTPUT
from pacetag.tagger.errors import UsageError
from pacetag.tagger.settings import index_path

if TYPE_CHECKING:
    from pacetag.db.index import SongIndex
    from pacetag.tagger.commands.deliveries import Chosen, Delivered
    from pacetag.tagger.commands.playlist_request import Request
    from pacetag.tagger.files.output_files import OutputFile

PlotOption = Annotated[
    Path | None,
    typer.Option(
        "--plot",
        metavar="FILE",
        click_type=OUTPUT,
        help="Draw the blocks of a plan and the paces of its songs into a picture; needs "
        "matplotlib.",
    ),
]


class PlotDelivery:
    """Draws a run by plan."""

    def __init__(self, named: Path, index_file: Path, *, overwrite: bool, dry_run: bool) -> None:
        self._named, self._index_file = named, index_file
        self._overwrite, self._dry_run = overwrite, dry_run
        self._place: OutputFile | None = None

    def check(self, index: "SongIndex") -> None:
        """Raise TaggerError where the picture cannot, or must not, be written."""
        from pacetag.tagger.plots.image_files import check_kind, picture_place

        del index
        check_kind(self._named)  # before the file itself: a wrong kind is wrong usage
        self._place = picture_place(self._named, (self._index_file,), overwrite=self._overwrite)

    def deliver(self, chosen: "Chosen") -> "Delivered":
        """Draw what is listed. Raises TaggerError."""
        from pacetag.tagger.commands.deliveries import Delivered
        from pacetag.tagger.playlist.entries import Playlist
        from pacetag.tagger.plots.session import draw_session

        if not isinstance(chosen.listed, Playlist) and self._place and not self._dry_run:
            draw_session(chosen.listed, self._place)
        return Delivered()


def plot_delivery(request: "Request") -> Iterator[PlotDelivery]:
    """Yield the drawing that is asked for. Raises UsageError where nothing can be drawn."""
    from pacetag.tagger.terminal.standard_output import is_stdout

    if request.plot is None:
        return
    if not request.is_planned:
        raise UsageError("--plot draws the blocks of a plan: give one with --plan")
    if is_stdout(request.plot):
        raise UsageError("--plot writes a file here, since songs are listed: name a .png file")
    yield PlotDelivery(
        request.plot,
        index_path(request.index),
        overwrite=request.overwrite,
        dry_run=request.dry_run,
    )
