"""`pacetag show`: one song, and what the network makes of it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pacetag.tagger.arguments import PATH, JsonOption

if TYPE_CHECKING:
    from pacetag.model.evidence import Evidence
    from pacetag.tagger.paces import JudgementLike


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
            click_type=PATH,
            help="Draw what the song was judged by; needs pacetag[plot].",
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Say how probable each tempo of a song is.

    Neither the file nor the index is touched. Exit codes: 0 done, 1 it cannot be judged, 2 wrong
    usage.
    """
    from pacetag.tagger import workers
    from pacetag.tagger.errors import UsageError
    from pacetag.tagger.library import check_paths
    from pacetag.tagger.unfinished import finish_at_usual_places

    finish_at_usual_places()
    path = check_paths([file])[0]
    if path.is_dir():
        raise UsageError(f"{file}: is a folder; name one song, or use `pacetag scan`")
    ear = workers.shipped_ear()
    if plot is None and evidence is None:
        _say(path, ear.bundle, ear.load().file(path), None, as_json=as_json)
        return
    found = _examined(ear, path, evidence, plot)
    _say(path, ear.bundle, found.judgement, found, as_json=as_json)


def _examined(
    ear: Any, path: Path, tempos: tuple[float, float] | None, plot: Path | None
) -> "Evidence":
    """Judge, compare and draw, as far as it is asked for."""
    from pacetag.model.evidence import gather_evidence
    from pacetag.model.tempo_test import check_tempos
    from pacetag.tagger.errors import MissingExtraError, TaggerError, UsageError
    from pacetag.tagger.wording import printable

    if tempos is not None and (objection := check_tempos(*tempos)) is not None:
        raise UsageError(f"--evidence: {objection}")
    if plot is None:
        return gather_evidence(ear.load(), path, tempos)
    try:
        from pacetag.tagger.plot import draw_evidence
    except ImportError as error:
        raise MissingExtraError("--plot", "plot") from error
    found = gather_evidence(ear.load(), path, tempos)
    try:
        draw_evidence(found, plot, title=printable(path.name))
    except OSError as error:
        raise TaggerError(f"{plot}: cannot be written ({error.strerror or error})") from error
    return found


def _say(
    path: Path,
    bundle: str,
    judgement: "JudgementLike",
    evidence: "Evidence | None",
    *,
    as_json: bool,
) -> None:
    from pacetag.tagger.report import say
    from pacetag.tagger.shown import show_lines, shown_object

    if as_json:
        from pacetag.tagger.json_lines import say_json

        say_json(shown_object(path, bundle, judgement, evidence))
        return
    for line in show_lines(path, bundle, judgement, evidence):
        say(line)
