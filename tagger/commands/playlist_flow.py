"""One playlist from its request to its end: choose, stretch, write, deliver, show."""

from typing import TYPE_CHECKING

import typer

from pacetag.tagger.commands.playlist_request import Request
from pacetag.tagger.settings import index_path

if TYPE_CHECKING:
    from pacetag.tagger.commands.deliveries import Delivered


def carry_out(request: Request) -> None:
    """Choose the songs of a request, and do with them what it asks for.

    Raises TaggerError, and Exit with code 1 where something could not be done.
    """
    from pacetag.tagger.commands.choice_options import listener_for, note_written
    from pacetag.tagger.commands.deliveries import Chosen, deliveries_of
    from pacetag.tagger.commands.playlist_chooser import chooser_of
    from pacetag.tagger.commands.playlist_output import (
        place_of,
        say_lines,
        show_songs,
        write_songs,
    )
    from pacetag.tagger.commands.playlist_paths import path_style
    from pacetag.tagger.commands.rules_output import holds_rules, write_rules
    from pacetag.tagger.commands.stretch_options import stretching_of
    from pacetag.tagger.commands.target_options import noted_place, target_of, widened_for
    from pacetag.tagger.index.opening import read_index
    from pacetag.tagger.terminal.standard_output import descriptor_of

    if holds_rules(request.output):
        write_rules(request)
        return
    chooser = chooser_of(request)
    output = request.output or chooser.target
    style = path_style(output, request.relative_to, request.root_map, absolute=request.absolute)
    tolerances = usual = chooser.tolerances
    stretching, target = None, target_of(request)
    noted = output or request.mix.path
    if target is not None and output is None:
        tolerances, noted = widened_for(target, usual, chooser.cadences), noted_place(target)
    else:
        is_mixed = request.mix.path is not None
        stretching = stretching_of(
            request.stretch, output, dry_run=request.dry_run, is_mixed=is_mixed
        )
        pairs = zip(usual, chooser.cadences, strict=True)
        tolerances = [request.stretch.widened(share, cadence) for share, cadence in pairs]
    brought = target is not None and output is None and target.stretch is not None
    exact = brought or request.mix.path is not None or stretching is not None
    deliveries = deliveries_of(request)
    index_file, results = index_path(request.index), list["Delivered"]()
    with read_index(index_file) as index:
        place = (
            None
            if output is None
            else place_of(output, index, index_file, overwrite=request.overwrite)
        )
        for delivery in deliveries:
            delivery.check(index)
        bounded = chooser.is_bounded
        listener = listener_for(index, rest=request.rest, output=noted, bounded=bounded)
        found = chooser.choose(index, tolerances, listener, exact=exact)
        if not request.is_refresh:
            say_lines(found.lines)
        songs, listed, stretched = found.songs, found.songs, None
        if stretching is not None:
            stretched, result = stretching.carry_out(songs, usual)
            songs, listed = stretched.chosen, stretched.listed
            results.append(result)
        chosen = Chosen(songs=songs, listed=listed)
        if place is not None and output is not None and songs.entries and not request.dry_run:
            songs = write_songs(chosen, place, style, stretched)
            if bounded and descriptor_of(output) is None and not request.keep_fresh:
                note_written(index, index_file, songs, output)
            chosen = Chosen(songs=songs, listed=songs if stretched is None else listed)
        if songs.entries:
            results += [delivery.deliver(chosen) for delivery in deliveries]
    added = {key: value for result in results for key, value in result.value.items()}
    if not request.is_refresh:
        show_songs(chosen, output, request, stretched, added)
    told = [result for result in results if result.failed or not request.is_refresh]
    say_lines(line for result in told for line in result.lines)
    for then in [result.then for result in results if result.then is not None]:
        results.append(then())
        say_lines(results[-1].lines)
    if any(result.failed for result in results):
        raise typer.Exit(1)
