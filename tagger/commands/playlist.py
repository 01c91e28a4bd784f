"""`pacetag playlist`: songs for a cadence, as a table, a file or JSON."""

from pathlib import Path
from typing import Annotated

import typer

from pacetag.tagger.commands.choice_options import (
    RepeatOption,
    RestOption,
    SeedOption,
    ShuffleOption,
    StridesOption,
    checked_numbers,
    listener_for,
    note_written,
    seed_of,
    steps_of,
)
from pacetag.tagger.commands.filter_options import (
    AddedOption,
    AlbumOption,
    ArtistOption,
    ExcludeOption,
    GenreOption,
    MaxLengthOption,
    MinLengthOption,
    PathOption,
    QueryOption,
    YearOption,
    condition_of,
)
from pacetag.tagger.commands.options import OUTPUT, IndexOption, JsonOption, OverwriteOption
from pacetag.tagger.commands.plan_options import (
    FromOption,
    NameArgument,
    PlanOption,
    PlaylistDryRunOption,
    given,
    is_typed,
    plan_of_run,
)
from pacetag.tagger.commands.playlist_paths import (
    AbsoluteOption,
    RelativeOption,
    RootOption,
    path_style,
)
from pacetag.tagger.commands.stretch_options import (
    CopiesFormatOption,
    CopiesOption,
    StretchOption,
    StretchWish,
    stretching_of,
)
from pacetag.tagger.settings import index_path
from pacetag.tagger.stretching.formats import Format

LINES = 250  # rows of a table without --limit and --duration: fifteen hours of music


def playlist(
    ctx: typer.Context,
    name: NameArgument = None,
    cadence: Annotated[
        float | None,
        typer.Option("--cadence", metavar="N", help="Steps a minute, both feet counted."),
    ] = None,
    plan: PlanOption = None,
    recording: FromOption = None,
    tolerance: Annotated[
        str,
        typer.Option(
            "--tolerance", metavar="SHARE", help="How far a pace may be off: 4%, 0.04, 6steps."
        ),
    ] = "0.04",
    min_confidence: Annotated[
        float, typer.Option("--min-confidence", help="How sure a pace must be, 0 to 1.")
    ] = 0.5,
    duration: Annotated[
        str | None,
        typer.Option(
            "--duration",
            metavar="TIME",
            help="How long to run: 45m, 1h30m, 1:30:00, 90 (minutes), 2700s.",
        ),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit",
            min=1,
            metavar="N",
            help="At most so many songs, the best; a table without --duration ends at 250.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            metavar="FILE",
            click_type=OUTPUT,
            help="Write a playlist: .m3u8, .m3u, .xspf, .pls, .csv or .json; - prints M3U8.",
        ),
    ] = None,
    strides: StridesOption = None,
    genre: GenreOption = None,
    artist: ArtistOption = None,
    album: AlbumOption = None,
    year: YearOption = None,
    path: PathOption = None,
    added: AddedOption = None,
    min_length: MinLengthOption = None,
    max_length: MaxLengthOption = None,
    query: QueryOption = None,
    exclude: ExcludeOption = None,
    rest: RestOption = 3,
    repeat: RepeatOption = False,
    shuffle: ShuffleOption = False,
    seed: SeedOption = None,
    stretch: StretchOption = None,
    copies: CopiesOption = None,
    copies_format: CopiesFormatOption = Format.FLAC,
    dry_run: PlaylistDryRunOption = False,
    overwrite: OverwriteOption = False,
    absolute: AbsoluteOption = None,
    relative_to: RelativeOption = None,
    root_map: RootOption = None,
    index: IndexOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the songs that fit a cadence best, or those of a run by plan or as one was recorded.

    A piece comes once, songs of one artist stand apart, and songs that are not where they were are
    left out. When too few songs fit, it says what a wider tolerance would give. Exit codes: 0 done,
    1 the index or the output cannot be used, 2 wrong usage.
    """
    from pacetag.tagger.commands.planned import Asked, help_lines, in_time, run_plan
    from pacetag.tagger.commands.playlist_output import place_of, show_playlist, write_playlist
    from pacetag.tagger.index.opening import read_index
    from pacetag.tagger.library.presence import Presence
    from pacetag.tagger.logs.logger import info
    from pacetag.tagger.playlist.query import build_playlist
    from pacetag.tagger.sessions.pool_of_plan import Wishes
    from pacetag.tagger.terminal.standard_output import descriptor_of

    drawn = seed_of(seed, shuffle=shuffle)
    wish = StretchWish(share=stretch, folder=copies, form=copies_format)
    where = condition_of(
        genre=genre,
        artist=artist,
        album=album,
        year=year,
        path=path,
        added=added,
        min_length=min_length,
        max_length=max_length,
        query=query,
        exclude=exclude,
    )
    own = {"--cadence": cadence, "--duration": duration, "--limit": limit}
    if recording is not None:
        others = {"the name of a training": name, "--plan": plan, **own}
        plan, strides = plan_of_run(recording, strides=strides, excluded=others), None
    if plan is not None or name is not None:
        run_plan(
            Asked(
                name=name,
                plan=plan,
                tolerance=tolerance,
                tolerance_is_typed=is_typed(ctx, "tolerance"),
                min_confidence=min_confidence,
                where=where,
                rest=0 if repeat else rest,
                seed=drawn,
                stretch=wish,
                output=output,
                overwrite=overwrite,
                dry_run=dry_run,
                index=index,
                as_json=as_json,
                excluded={**own, "--strides": strides},
            ),
            lambda target: path_style(target, relative_to, root_map or [], absolute=absolute),
        )
        return
    cadence = steps_of(given(cadence), strides=strides)
    share, seconds = checked_numbers(cadence, tolerance, min_confidence, duration)
    stretching, usual = stretching_of(wish, output, dry_run=dry_run), share
    if stretching is not None:
        share = stretching.widened(share, cadence)
    style = path_style(output, relative_to, root_map or [], absolute=absolute)
    bounded = limit is not None or seconds is not None
    if limit is None and seconds is None and output is None and not as_json:
        limit = LINES
    helping: list[str] = []
    index_file = index_path(index)
    with read_index(index_file) as songs:
        place = None if output is None else place_of(output, songs, index_file, overwrite=overwrite)
        found = build_playlist(
            songs,
            cadence,
            tolerance=share,
            min_confidence=min_confidence,
            duration=seconds,
            limit=limit,
            presence=(presence := Presence()),
            where=where,
            listener=(
                listener := listener_for(
                    songs, rest=rest, repeat=repeat, output=output, bounded=bounded
                )
            ),
            seed=drawn,
        )
        if found.excluded:
            info("playlist", f"{found.excluded} that you excluded would have come")
        if seconds is not None and limit is None:
            wishes = Wishes(
                tolerances=(share,),
                min_confidence=min_confidence,
                where=where,
                listener=listener,
                seed=drawn,
                cuts=False,
            )
            found = in_time(songs, found, wishes, presence)
            helping = help_lines(songs, found, wishes)
        carried = None if stretching is None else stretching.carry_out(found, (usual,))
        if carried is not None:
            found = carried.stretched.chosen
        if place is not None and found.entries and not dry_run:
            found = write_playlist(found, place, style, carried)
            if output is not None and bounded and descriptor_of(output) is None:
                note_written(songs, index_file, found, output)
    show_playlist(found, output, helping, as_json=as_json, dry_run=dry_run, carried=carried)
    if carried is not None:
        carried.end()
