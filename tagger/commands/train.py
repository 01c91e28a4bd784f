"""`pacetag train`: the network made again from free music, and from one's own songs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pacetag.tagger.commands.options import PATH

if TYPE_CHECKING:
    from pacetag.model.training.scoring.verdict import Verdict


def train(
    work: Annotated[
        Path,
        typer.Argument(metavar="WORK", click_type=PATH, help="Where everything is made and kept."),
    ],
    labels: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            click_type=PATH,
            help="Own songs with their paces: a CSV table, or an index; may be repeated.",
        ),
    ] = None,
    music: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", click_type=PATH, help="Where these songs lie; else beside the table."
        ),
    ] = None,
    with_free: Annotated[
        bool,
        typer.Option("--with-free/--only-own", help="Learn from free music beside the own songs."),
    ] = True,
    tolerance: Annotated[
        float,
        typer.Option(min=0.01, max=0.06, help="How far off a labelled pace is still right."),
    ] = 0.04,
    name: Annotated[str, typer.Option(help="Name of the bundle.")] = "own-1",
    songs: Annotated[
        int,
        typer.Option(
            min=1, help="Grooves of the standard library to render; others in proportion."
        ),
    ] = 800,
    epochs: Annotated[int, typer.Option(min=1, help="Passes over the cases.")] = 20,
    seed: Annotated[int, typer.Option(help="Of everything that is drawn at random.")] = 1,
    teachers: Annotated[
        int,
        typer.Option(
            metavar="N", min=0, help="Fit N more networks first, to learn from their mean as well."
        ),
    ] = 0,
    jobs: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="Processes; one a processor if not given."),
    ] = None,
    recordings: Annotated[
        bool, typer.Option(help="Fetch free recordings and scores too, several gigabytes.")
    ] = True,
    debs: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", click_type=PATH, help="Debian packages that were downloaded before."
        ),
    ] = None,
    drummers: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            click_type=PATH,
            help="The Groove MIDI Dataset, to learn from human drummers, too.",
        ),
    ] = None,
) -> None:
    """Train the network on free music and on own songs, score it, bundle it.

    Free music is rendered and fetched. Own songs are split by artist into 60 % to train, 20 % to
    validate and 20 % to test on, and WORK/experiments.md notes what they brought. Goes on from what
    an interrupted run left in WORK. Needs Keras and TensorFlow; for free music also MMA, FluidSynth
    and Debian's package tools. Set PACETAG_BUNDLE to the new bundle's folder to have it judge. Exit
    codes: 0 done, 1 something is missing, 2 wrong usage, 130 interrupted.
    """
    from pacetag.model.bundle_names import NAME_RULE, is_bundle_name
    from pacetag.tagger.errors import UsageError

    _hand_share_on()
    if not is_bundle_name(name):
        raise UsageError(f"--name {name!r}: {NAME_RULE}")
    from pacetag.model.training.command import TrainingOptions, train_bundle
    from pacetag.model.training.output_folders import OutputError, check_work
    from pacetag.model.training.songs import FreeMusic
    from pacetag.tagger.evaluating.labelled_songs import labelled_songs
    from pacetag.tagger.logs.logger import library_noise
    from pacetag.tagger.terminal.consoles import CleanConsole
    from pacetag.tagger.terminal.say import say

    if not labels and (music is not None or not with_free):
        raise UsageError("--music and --only-own need --labels")
    work = work.expanduser()
    _check_folder(work)
    try:
        check_work(work, name)
    except OutputError as error:
        raise UsageError(str(error)) from error
    options = TrainingOptions(
        name=name,
        epochs=epochs,
        seed=seed,
        teachers=teachers,
        tolerance=tolerance,
        jobs=jobs,
        free=FreeMusic(songs=songs, fetched=recordings, debs=debs, drummers=drummers)
        if with_free
        else None,
    )
    own = labelled_songs(labels, music) if labels else None
    with library_noise():
        made = train_bundle(work, options, own=own, console=CleanConsole(stderr=True))
    say(f"{made.folder}: trained; its scores are in bundle.json")
    if own:
        say(f"{work / 'experiments.md'}: what the own songs brought")
    for line in last_words(made.verdict, made.folder):
        say(line)


def _hand_share_on() -> None:
    """Tell the training code, and the processes that it starts, where fonts and styles lie."""
    import os

    from pacetag.tagger.config.table import SHARE_VARIABLE
    from pacetag.tagger.config.values import value_of

    if (share := value_of("share").value) is not None:
        os.environ[SHARE_VARIABLE] = str(share)


def last_words(verdict: "Verdict", folder: Path) -> list[str]:
    """Whether the network is better, and how to have it judge if it is no worse."""
    import shlex

    from pacetag.tagger.config.table import BUNDLE_VARIABLE

    if verdict.recommended:
        named = f"{BUNDLE_VARIABLE}={shlex.quote(str(folder.absolute()))}"
        return [*verdict.sentences(), f"To have it judge: export {named}"]
    return [
        *verdict.sentences(),
        f"So {verdict.before} goes on judging; {verdict.new} stays where it is, and nothing uses "
        "it.",
    ]


def _check_folder(work: Path) -> None:
    """Raise UsageError for a folder with songs: what training renders would lie among them."""
    from pacetag.tagger.errors import UsageError
    from pacetag.tagger.library.walk import walk

    if (song := next(walk([work], deep=False), None)) is not None:
        raise UsageError(
            f"{work}: is a folder with music ({song.name}); name another one to train in, and the "
            "music with --music"
        )
