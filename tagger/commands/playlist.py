"""`pacetag playlist`: songs for a cadence, as a table, a file or JSON."""

from pathlib import Path
from typing import Annotated, Any

import typer

from pacetag.tagger.commands.choice_options import (
    IntensityOption,
    RepeatOption,
    RestOption,
    SeedOption,
    ShuffleOption,
    SkipIntrosOption,
    StridesOption,
    seed_of,
)
from pacetag.tagger.commands.completing import kept_playlists
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
from pacetag.tagger.commands.keep_options import (
    REFRESH,
    KeepFreshOption,
    KeptOption,
    RefreshOption,
    list_kept,
    refresh_all,
    typed_arguments,
)
from pacetag.tagger.commands.mix_options import (
    MixClickOption,
    MixCuesOption,
    MixOption,
    MixWish,
)
from pacetag.tagger.commands.options import (
    OUTPUT,
    IndexOption,
    JsonOption,
    OverwriteOption,
    is_typed,
)
from pacetag.tagger.commands.plan_options import (
    FromOption,
    NameArgument,
    PlanOption,
    PlaylistDryRunOption,
    plan_of_run,
)
from pacetag.tagger.commands.play_options import PlayerOption, PlayOption, check_player
from pacetag.tagger.commands.playlist_flow import carry_out
from pacetag.tagger.commands.playlist_paths import (
    AbsoluteOption,
    RelativeOption,
    RootOption,
)
from pacetag.tagger.commands.playlist_request import Request
from pacetag.tagger.commands.plot_delivery import PlotOption
from pacetag.tagger.commands.stretch_options import (
    CopiesFormatOption,
    CopiesOption,
    StretchOption,
    StretchWish,
)
from pacetag.tagger.commands.target_options import ToOption
from pacetag.tagger.stretching.formats import Format


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
            autocompletion=kept_playlists,
            help="Write a playlist: .m3u8, .m3u, .xspf, .pls, .csv or .json; - prints M3U8. "
            "Rules for Navidrome: .nsp; for Quod Libet: .qlquery.",
        ),
    ] = None,
    to: ToOption = None,
    play: PlayOption = False,
    player: PlayerOption = None,
    keep_fresh: KeepFreshOption = False,
    refresh: RefreshOption = False,
    kept: KeptOption = False,
    strides: StridesOption = None,
    intensity: IntensityOption = None,
    skip_intros: SkipIntrosOption = False,
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
    plot: PlotOption = None,
    mix: MixOption = None,
    mix_click: MixClickOption = None,
    mix_cues: MixCuesOption = False,
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
    if kept or refresh:
        if kept:
            list_kept(index, as_json=as_json)
        else:
            refresh_all(ctx, index, dry_run=dry_run)
        return
    check_player(play=play, player=player, typed=is_typed(ctx, "player"))
    drawn = seed_of(seed, shuffle=shuffle)
    arguments = typed_arguments(ctx, drawn) if keep_fresh else ()
    if recording is not None:
        others = {
            "the name of a training": name,
            "--plan": plan,
            "--cadence": cadence,
            "--duration": duration,
            "--limit": limit,
            "--intensity": intensity,
        }
        plan, strides = plan_of_run(recording, strides=strides, excluded=others), None
    filters: dict[str, Any] = {
        "genre": genre,
        "artist": artist,
        "album": album,
        "year": year,
        "path": path,
        "added": added,
        "min_length": min_length,
        "max_length": max_length,
        "query": query,
        "exclude": exclude,
    }
    carry_out(
        Request(
            cadence=cadence,
            duration=duration,
            limit=limit,
            strides=strides,
            plan=plan,
            name=name,
            tolerance=tolerance,
            tolerance_is_typed=is_typed(ctx, "tolerance"),
            min_confidence=min_confidence,
            intensity=intensity,
            skip_intros=skip_intros,
            where=condition_of(**filters),
            filters=filters,
            rest=0 if repeat or keep_fresh else rest,
            seed=drawn,
            stretch=StretchWish(share=stretch, folder=copies, form=copies_format),
            output=output,
            to=to,
            play=play,
            player=player,
            keep_fresh=keep_fresh,
            is_refresh=ctx.obj is REFRESH,
            arguments=arguments,
            overwrite=overwrite,
            absolute=absolute,
            relative_to=relative_to,
            root_map=root_map or [],
            plot=plot,
            mix=MixWish(path=mix, click=mix_click, cues=mix_cues),
            dry_run=dry_run,
            index=index,
            as_json=as_json,
        )
    )
