"""One playlist from its request to its end: choose, stretch, write, deliver, show."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from pacetag.tagger.commands.playlist_request import Request
from pacetag.tagger.settings import index_path

if TYPE_CHECKING:
    from pacetag.db.index import SongIndex
    from pacetag.tagger.commands.deliveries import Chosen, Delivered, Delivery
    from pacetag.tagger.commands.playlist_chooser import Chooser
    from pacetag.tagger.commands.stretch_options import Stretching
    from pacetag.tagger.files.output_files import OutputFile
    from pacetag.tagger.output.stretched import Stretched
    from pacetag.tagger.playlist.entries import Playlist
    from pacetag.tagger.playlist.paths import PathStyle
    from pacetag.tagger.sessions.session import Session


def carry_out(request: Request) -> None:
    """Choose the songs of a request, and do with them what it asks for.

    Raises TaggerError, and Exit with code 1 where something could not be done.
    """
    from pacetag.tagger.commands.rules_output import holds_rules, write_rules
    from pacetag.tagger.index.opening import read_index

    if holds_rules(request.output):
        write_rules(request)
        return
    way = _way_of(request)
    with read_index(index_path(request.index)) as index:
        done = _Flow(request, way, index).run()
    _end(request, way, done)


@dataclass(frozen=True, kw_only=True)
class _Way:
    """How a request is carried out, found before the index is opened."""

    chooser: "Chooser"
    output: Path | None
    style: "PathStyle | None"
    tolerances: Sequence[float]  # by which songs are chosen, one a block
    exact: bool  # songs are brought to the cadence
    stretching: "Stretching | None"  # into copies beside the playlist
    noted: Path | None  # the place by which the index knows the playlist
    deliveries: "Sequence[Delivery]"


@dataclass(frozen=True, kw_only=True)
class _Done:
    """What was chosen, and the results of all that was done with it."""

    chosen: "Chosen"
    stretched: "Stretched | None"
    results: "list[Delivered]"


def _way_of(request: Request) -> _Way:
    """Return how a request is carried out. Raises UsageError for one that makes no sense."""
    from pacetag.tagger.commands.deliveries import deliveries_of
    from pacetag.tagger.commands.playlist_chooser import chooser_of
    from pacetag.tagger.commands.playlist_paths import path_style
    from pacetag.tagger.commands.stretch_options import stretching_of
    from pacetag.tagger.commands.target_options import noted_place, target_of, widened_for

    chooser = chooser_of(request)
    output = request.output or chooser.target
    style = path_style(output, request.relative_to, request.root_map, absolute=request.absolute)
    target, stretching, mix = target_of(request), None, request.mix.path
    noted: Path | None
    if target is not None and output is None:
        tolerances = widened_for(target, chooser.tolerances, chooser.cadences)
        exact, noted = target.stretch is not None, noted_place(target)
    else:
        stretching = stretching_of(
            request.stretch, output, dry_run=request.dry_run, is_mixed=mix is not None
        )
        pairs = zip(chooser.tolerances, chooser.cadences, strict=True)
        tolerances = [request.stretch.widened(share, cadence) for share, cadence in pairs]
        exact, noted = stretching is not None, output or mix
    return _Way(
        chooser=chooser,
        output=output,
        style=style,
        tolerances=tolerances,
        exact=exact or mix is not None,
        stretching=stretching,
        noted=noted,
        deliveries=deliveries_of(request, target),
    )


class _Flow:
    """Carries a request out with an open index."""

    def __init__(self, request: Request, way: _Way, index: "SongIndex") -> None:
        self._request, self._way, self._index = request, way, index

    def run(self) -> _Done:
        """Choose, stretch, write and deliver. Raises TaggerError."""
        from pacetag.tagger.commands.deliveries import Chosen

        place = self._place()
        for delivery in self._way.deliveries:
            delivery.check(self._index)
        songs = listed = self._choose()
        stretched, results = None, list["Delivered"]()
        if self._way.stretching is not None:
            usual = self._way.chooser.tolerances
            stretched, result = self._way.stretching.carry_out(songs, usual)
            songs, listed = stretched.chosen, stretched.listed
            results.append(result)
        chosen = Chosen(songs=songs, listed=listed)
        if place is not None and songs.entries and not self._request.dry_run:
            songs = self._write(chosen, place, stretched)
            chosen = Chosen(songs=songs, listed=songs if stretched is None else listed)
        if songs.entries:
            results += [delivery.deliver(chosen) for delivery in self._way.deliveries]
        return _Done(chosen=chosen, stretched=stretched, results=results)

    def _place(self) -> "OutputFile | None":
        from pacetag.tagger.commands.playlist_output import place_of

        if self._way.output is None:
            return None
        request = self._request
        index_file = index_path(request.index)
        return place_of(self._way.output, self._index, index_file, overwrite=request.overwrite)

    def _choose(self) -> "Playlist | Session":
        from pacetag.tagger.commands.choice_options import listener_for
        from pacetag.tagger.commands.playlist_chooser import Terms
        from pacetag.tagger.commands.playlist_output import say_lines

        way, bounded = self._way, self._way.chooser.is_bounded
        rest = self._request.rest
        listener = listener_for(self._index, rest=rest, output=way.noted, bounded=bounded)
        terms = Terms(tolerances=way.tolerances, listener=listener, exact=way.exact)
        found = way.chooser.choose(self._index, terms)
        if not self._request.is_refresh:
            say_lines(found.lines)
        return found.songs

    def _write(
        self, chosen: "Chosen", place: "OutputFile", stretched: "Stretched | None"
    ) -> "Playlist | Session":
        """Write the playlist; return the songs without those that could not be written."""
        from pacetag.tagger.commands.choice_options import note_written
        from pacetag.tagger.commands.playlist_output import write_songs
        from pacetag.tagger.terminal.standard_output import descriptor_of

        request, output = self._request, self._way.output
        songs = write_songs(chosen, place, self._way.style, stretched)
        rests = self._way.chooser.is_bounded and not request.keep_fresh
        if rests and output is not None and descriptor_of(output) is None:
            note_written(self._index, index_path(request.index), songs, output)
        return songs


def _end(request: Request, way: _Way, done: _Done) -> None:
    """Show the songs, say what was done, and raise Exit where something could not be done."""
    from pacetag.tagger.commands.playlist_output import say_lines, show_songs

    results = done.results
    if not request.is_refresh:
        added = {key: value for result in results for key, value in result.value.items()}
        show_songs(done.chosen, way.output, request, done.stretched, added)
    told = [result for result in results if result.failed or not request.is_refresh]
    say_lines(line for result in told for line in result.lines)
    for then in [result.then for result in results if result.then is not None]:
        results.append(then())
        say_lines(results[-1].lines)
    if any(result.failed for result in results):
        raise typer.Exit(1)
