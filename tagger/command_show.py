"""`pacetag show`: one song, and what the network makes of it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pacetag.tagger.arguments import JsonOption

if TYPE_CHECKING:
    from pacetag.tagger.paces import JudgementLike


def show(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A song.")],
    plot: Annotated[
        Path | None,
        typer.Option(
            "--plot", metavar="PNG", help="Draw what the song was judged by; needs pacetag[plot]."
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

    path = check_paths([file])[0]
    if path.is_dir():
        raise UsageError(f"{file}: is a folder; name one song, or use `pacetag scan`")
    ear = workers.shipped_ear()
    judgement = ear.load().file(path) if plot is None else _drawn(ear.load(), path, plot)
    _say(path, ear.bundle, judgement, as_json=as_json)


def _drawn(judge: Any, path: Path, output: Path) -> "JudgementLike":
    """Judge and draw."""
    from pacetag.tagger.errors import MissingExtraError, TaggerError
    from pacetag.tagger.paces import JudgementLike
    from pacetag.tagger.wording import printable

    try:
        from pacetag.tagger.plot import draw_evidence
    except ImportError as error:
        raise MissingExtraError("--plot", "plot") from error
    evidence = judge.evidence(path)
    try:
        draw_evidence(evidence, output, beats=judge.spec.beats, title=printable(path.name))
    except OSError as error:
        raise TaggerError(f"{output}: cannot be written ({error.strerror or error})") from error
    judgement: JudgementLike = evidence.judgement
    return judgement


def _say(path: Path, bundle: str, judgement: "JudgementLike", *, as_json: bool) -> None:
    from pacetag.tagger.json_lines import pace_objects, say_json
    from pacetag.tagger.paces import compatible_paces
    from pacetag.tagger.report import say
    from pacetag.tagger.wording import clock, printable

    paces = compatible_paces(judgement)
    if as_json:
        candidates = [
            {"bpm": round(tempo.bpm, 2), "probability": round(tempo.probability, 4)}
            for tempo in judgement.tempos
        ]
        say_json(
            {
                "path": str(path),
                "duration": round(judgement.duration, 3),
                "bundle": bundle,
                "paces": pace_objects(paces),
                "candidates": candidates,
            }
        )
        return
    say(printable(f"{path}  {clock(judgement.duration)}, judged by {bundle}"))
    listed = ", ".join(f"{pace.bpm:.1f} ({pace.confidence:.0%})" for pace in paces)
    say(f"Paces: {listed or 'none; nobody could step to this'}")
    say("Candidates:")
    for tempo in judgement.tempos:
        say(f"  {tempo.bpm:6.1f} bpm  {tempo.probability:7.2%}")
