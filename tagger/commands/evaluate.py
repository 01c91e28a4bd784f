"""`pacetag evaluate`: how well a judge does on songs whose truth is known."""

import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pacetag.tagger.commands.options import OUTPUT, PATH, JsonOption, OverwriteOption
from pacetag.tagger.evaluating.judges import JudgeName
from pacetag.tagger.logs.logger import debug, is_verbose
from pacetag.tagger.terminal.standard_output import is_stdout
from pacetag.tagger.terminal.standard_streams import results_on_stderr

if TYPE_CHECKING:
    from pacetag.model.evaluation.evaluation_set import EvaluationSong
    from pacetag.model.evaluation.report import EvaluationReport, Failure
    from pacetag.model.evaluation.song_marks import HeardSong
    from pacetag.tagger.files.output_files import OutputFile


def evaluate(
    songs: Annotated[
        Path,
        typer.Argument(
            metavar="SET.csv",
            click_type=PATH,
            help="A table with the columns file and paces, or file, tempo and beats_per_bar; "
            "or labels as `pacetag train --labels` takes them.",
        ),
    ],
    music: Annotated[
        Path | None,
        typer.Option(
            "--music",
            metavar="DIR",
            click_type=PATH,
            help="Where the files lie; beside SET.csv if not given.",
        ),
    ] = None,
    as_json: JsonOption = False,
    judge: Annotated[
        JudgeName,
        typer.Option(
            "--judge",
            help="The network of 2019, the current one, or librosa's tempo folded by two.",
        ),
    ] = JudgeName.CURRENT,
    plot: Annotated[
        Path | None,
        typer.Option(
            "--plot",
            metavar="PNG",
            click_type=OUTPUT,
            help="Draw the reliability plot, - to standard output; needs matplotlib.",
        ),
    ] = None,
    overwrite: OverwriteOption = False,
    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs", min=1, metavar="N", help="Worker processes; one a processor if not given."
        ),
    ] = None,
) -> None:
    """Say how well songs with known paces are judged.

    Nothing is written but the plot. `paces` holds all paces of a song with spaces between them,
    "none" for music without a beat; further columns are unclear, style or genre, artist, remarks.
    Exit codes: 0 done, 1 some songs failed, 2 wrong usage, 130 interrupted.
    """
    from pacetag.tagger.errors import TaggerError
    from pacetag.tagger.evaluating.songs import songs_to_evaluate
    from pacetag.tagger.settings import default_jobs
    from pacetag.tagger.terminal.say import say
    from pacetag.tagger.text.formatting import printable

    if plot is not None:
        _check_judge(judge)
    found = songs_to_evaluate(songs, music)
    inputs = (songs.expanduser(), *(song.path for song in found.songs))
    place = None
    if plot is not None:
        from pacetag.tagger.plots.image_files import picture_place
        from pacetag.tagger.settings import index_path

        place = picture_place(plot, (*inputs, index_path()), overwrite=overwrite)
    for sentence in found.left_out:
        say(printable(f"pacetag: {sentence}"), sys.stderr)
    if not found.songs:
        raise TaggerError(f"{songs}: there is no song in it that could be judged")
    report = _report(found.songs, judge, min(jobs or default_jobs(), len(found.songs)))
    stream = results_on_stderr() if is_stdout(plot) else sys.stdout
    if as_json:
        from pacetag.tagger.output.evaluation_json import report_object
        from pacetag.tagger.output.json_lines import say_json

        say_json(report_object(report, set_name=str(songs)), stream)
    elif report.heard:
        from pacetag.tagger.output.evaluation_tables import print_report

        print_report(report, stream)
    if place is not None:
        _draw(report, place)
    raise typer.Exit(1 if report.failed or found.left_out else 0)


def _check_judge(judge: JudgeName) -> None:
    from pacetag.tagger.errors import UsageError

    if not judge.gives_probabilities:
        raise UsageError(f"--plot: the judge {judge} gives no probabilities that could be drawn")


def _draw(report: "EvaluationReport", place: "OutputFile") -> None:
    from pacetag.tagger.plots.reliability import draw_reliability
    from pacetag.tagger.text.formatting import printable

    title = printable(f"{report.judge}, {len(report.heard)} songs")
    draw_reliability(report.reliability, place, title=title)


def _report(rows: "Sequence[EvaluationSong]", judge: JudgeName, jobs: int) -> "EvaluationReport":
    from pacetag.model.evaluation.report import Failure, make_report
    from pacetag.tagger.evaluating.run import hear_songs, judge_ref_of
    from pacetag.tagger.terminal.say import say
    from pacetag.tagger.text.formatting import printable

    ref = judge_ref_of(judge)
    began = time.monotonic()
    heard: list[HeardSong] = []
    failed: list[Failure] = []
    for one in _with_a_bar(hear_songs(ref, rows, jobs=jobs), len(rows)):
        if isinstance(one, Failure):
            failed.append(one)
            debug("evaluate", f"{one.song.path}: {one.reason}", trace=one.trace)
            say(printable(f"pacetag: {one.song.path}: {one.reason}"), sys.stderr)
        else:
            heard.append(one)
    return make_report(
        heard,
        failed,
        judge=judge.value,
        bundle=ref.bundle if judge.gives_probabilities else None,
        scores_cases=judge.gives_probabilities,
        seconds=time.monotonic() - began,
    )


def _with_a_bar(
    songs: "Iterable[HeardSong | Failure]", total: int
) -> "Iterable[HeardSong | Failure]":
    """The songs as they come, under a bar on a terminal."""
    from rich.progress import Progress

    from pacetag.tagger.output.progress import bar_columns
    from pacetag.tagger.terminal.consoles import CleanConsole

    console = CleanConsole(stderr=True)
    bar = Progress(
        *bar_columns(console.width),
        console=console,
        transient=True,
        disable=not console.is_terminal or is_verbose(),
    )
    with bar:
        yield from bar.track(songs, total=total, description="judged")
