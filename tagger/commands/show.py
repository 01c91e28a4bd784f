"""`pacetag show`: one song and its judgement."""

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from pacetag.tagger.commands.options import OUTPUT, PATH, JsonOption, OverwriteOption
from pacetag.tagger.terminal.standard_output import is_stdout
from pacetag.tagger.terminal.standard_streams import results_on_stderr

if TYPE_CHECKING:
    from pacetag.db.records import Opinion
    from pacetag.model.evidence.evidence import Evidence
    from pacetag.model.judgement import Analysis
    from pacetag.tagger.files.output_files import OutputFile
    from pacetag.tagger.output.show import ShownSong


def show(
    file: Annotated[Path, typer.Argument(metavar="FILE", click_type=PATH, help="A song.")],
    evidence: Annotated[
        tuple[float, float] | None,
        typer.Option(
            "--evidence",
            metavar="A B",
            help="Test which of two tempos the sound supports better, from 20 to 400 bpm.",
        ),
    ] = None,
    plot: Annotated[
        Path | None,
        typer.Option(
            "--plot",
            metavar="PNG",
            click_type=OUTPUT,
            help="Draw what the song was judged by, - to standard output; needs matplotlib.",
        ),
    ] = None,
    overwrite: OverwriteOption = False,
    everything: Annotated[
        bool, typer.Option("--all", help="List the candidates below 1 % as well.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Say how probable each tempo of a song is.

    Nothing is written but the plot. Exit codes: 0 done, 1 it cannot be judged, 2 wrong
    usage.
    """
    from pacetag.tagger.errors import UsageError
    from pacetag.tagger.evaluating.trial import load_judge
    from pacetag.tagger.index.recovery import finish_at_usual_places
    from pacetag.tagger.library.walk import check_paths
    from pacetag.tagger.logs.logger import library_noise
    from pacetag.tagger.workers import pool

    finish_at_usual_places()
    path = check_paths([file])[0]
    if path.is_dir():
        raise UsageError(f"{file}: is a folder; name one song, or use `pacetag scan FOLDER`")
    judge = pool.shipped_judge()
    song = _called(path, str(file))
    say = partial(_say, song, judge.bundle, everything=everything)
    if plot is None and evidence is None:
        with library_noise():
            analysis = load_judge(judge).file(path)
        say(analysis, None, as_json=as_json)
        return
    _check_tempos(evidence)
    place = None
    if plot is not None:
        from pacetag.tagger.plots.image_files import picture_place
        from pacetag.tagger.settings import index_path

        place = picture_place(plot, (path, index_path()), overwrite=overwrite)
    found = _examined(judge, path, evidence, place, song)
    stream = results_on_stderr() if is_stdout(plot) else sys.stdout
    say(found.judgement, found, as_json=as_json, stream=stream)


def _called(path: Path, named: str) -> "ShownSong":
    """The song with names, paces and opinion, as far as its tags and the index can be read."""
    from contextlib import suppress

    from pacetag.tagger.output.show import ShownSong
    from pacetag.tagger.tags.errors import TagError
    from pacetag.tagger.tags.ownership import said_by
    from pacetag.tagger.tags.pacetag import parse_pacetag
    from pacetag.tagger.tags.reader import read_tags

    listener, opinion = _said_in_index(path)
    with suppress(TagError, OSError):
        tags = read_tags(path)
        own = said_by(tags).listener
        note = parse_pacetag(tags.pacetag)
        return ShownSong(
            path=path,
            named=named,
            title=tags.title,
            artist=tags.artist,
            listener=own if own is not None else listener,
            opinion=_standing(opinion, note.opinion if note is not None else None),
        )
    return ShownSong(path=path, named=named, listener=listener, opinion=_standing(opinion, None))


def _standing(known: "Opinion | None", tagged: str | None) -> "Opinion | None":
    """The opinion that stands: the index's, or else that of the tags."""
    from pacetag.db.records import Opinion

    if known is not None:
        return None if known is Opinion.NONE else known
    return None if tagged is None else Opinion(tagged)


def _said_in_index(path: Path) -> "tuple[tuple[float, ...] | None, Opinion | None]":
    """The paces that a person set and the opinion, if the file is still as the index has it."""
    from contextlib import suppress

    from pacetag.db.errors import SongIndexError
    from pacetag.tagger.errors import TaggerError
    from pacetag.tagger.index.opening import read_index
    from pacetag.tagger.library.walk import stamp
    from pacetag.tagger.settings import index_path

    place = index_path()
    with suppress(SongIndexError, TaggerError, OSError):
        if place.exists():
            with read_index(place) as index:
                song = index.song(str(path))
                if song is not None and song.stamp == stamp(path):
                    return song.listener, index.listening.opinion(song.fingerprint or "")
    return None, None


def _check_tempos(tempos: tuple[float, float] | None) -> None:
    from pacetag.model.evidence.tempo_comparison import check_tempos
    from pacetag.tagger.errors import UsageError

    if tempos is not None and (objection := check_tempos(*tempos)) is not None:
        raise UsageError(f"--evidence: {objection}")


def _examined(
    judge: Any,
    path: Path,
    tempos: tuple[float, float] | None,
    place: "OutputFile | None",
    song: "ShownSong",
) -> "Evidence":
    """Judge the song; compare tempos and draw the picture if asked to."""
    from pacetag.model.evidence.evidence import gather_evidence
    from pacetag.tagger.evaluating.trial import load_judge
    from pacetag.tagger.logs.logger import library_noise
    from pacetag.tagger.output.show import title_lines

    with library_noise():
        found = gather_evidence(load_judge(judge), path, tempos)
    if place is not None:
        from pacetag.tagger.plots.song import draw_evidence

        title, below = title_lines(song, found.judgement)
        draw_evidence(found, place, title=title, below=below)
    return found


def _say(
    song: "ShownSong",
    bundle: str,
    analysis: "Analysis",
    evidence: "Evidence | None",
    *,
    everything: bool,
    as_json: bool,
    stream: TextIO | None = None,
) -> None:
    from dataclasses import replace

    from pacetag.tagger.output.show import show_lines, shown_object
    from pacetag.tagger.scanning.copies import other_places
    from pacetag.tagger.terminal.columns import terminal_width
    from pacetag.tagger.terminal.say import say

    song = replace(song, also=tuple(other_places(song.path)))
    if as_json:
        from pacetag.tagger.output.json_lines import say_json

        say_json(shown_object(song, bundle, analysis, evidence), stream)
        return
    width = terminal_width(stream)
    for line in show_lines(song, bundle, analysis, evidence, everything=everything, width=width):
        say(line, stream)
