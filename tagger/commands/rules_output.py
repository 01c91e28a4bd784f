"""`pacetag playlist --output run.nsp`: files that hold rules for other programs, and no songs."""

from collections.abc import Callable
from pathlib import Path

from pacetag.tagger.commands.playlist_request import Request

NAVIDROME, QUOD_LIBET = ".nsp", ".qlquery"  # suffixes
NAMES = {NAVIDROME: "Navidrome", QUOD_LIBET: "Quod Libet"}


def holds_rules(output: Path | None) -> bool:
    """Whether a file of that name holds rules."""
    return output is not None and output.suffix.lower() in NAMES


def write_rules(request: Request) -> None:
    """Write the rules of a request, and say what they cannot say. Raises TaggerError."""
    from pacetag.tagger.commands.choice_options import checked_numbers, steps_of
    from pacetag.tagger.commands.plan_options import given
    from pacetag.tagger.commands.playlist_output import say_lines
    from pacetag.tagger.filters.errors import TermError
    from pacetag.tagger.playlist.formats import rules_format
    from pacetag.tagger.playlist.rules import rules_of
    from pacetag.tagger.playlist.writing import playlist_output
    from pacetag.tagger.settings import index_path
    from pacetag.tagger.terminal.say import say

    output = request.output or Path()
    _check(request, output)
    cadence = steps_of(given(request.cadence), strides=request.strides)
    numbers = request.tolerance, request.min_confidence, request.duration
    tolerance, _ = checked_numbers(cadence, *numbers)
    unsaid = {"duration": request.duration, "shuffle": request.seed is not None}
    try:
        rules = rules_of(
            output.stem,
            cadence=cadence,
            tolerance=tolerance,
            limit=request.limit,
            filters={**request.filters, **unsaid},
        )
    except TermError as error:
        from pacetag.tagger.errors import UsageError

        raise UsageError(str(error)) from error
    suffix = output.suffix.lower()
    place = playlist_output(
        output, overwrite=request.overwrite, inputs=(index_path(request.index),)
    )
    place.check()
    content, left_out = _BODIES[suffix]()(rules)
    paces = f"{len(rules.paces)} paces, {rules.paces[0]} to {rules.paces[-1]}"
    if not request.dry_run:
        place.write(rules_format(suffix).whole(content).encode("utf-8"))
    if request.as_json:
        from pacetag.tagger.output.json_lines import say_json

        say_json({"file": str(output), "paces": list(rules.paces), "unsaid": left_out})
    else:
        would = "would be written: " if request.dry_run else ""
        say(f"{output}: {would}rules for {paces}")
    if left_out:
        say_lines([f"{NAMES[suffix]} cannot be told {', '.join(left_out)}: they are left out"])


def _check(request: Request, output: Path) -> None:
    """Raise UsageError for what needs songs."""
    from pacetag.tagger.errors import UsageError

    if request.is_planned:
        raise UsageError(
            f"{output}: holds rules for one cadence, which no plan is; write .m3u8, or another "
            "file that holds songs"
        )
    needs = {
        "--to": request.to,
        "--play": request.play,
        "--keep-fresh": request.keep_fresh,
        "--stretch": request.stretch.share,
    }
    typed = [option for option, value in needs.items() if value]
    if typed:
        raise UsageError(f"{output}: holds rules and no songs, so it excludes {', '.join(typed)}")


def _nsp() -> Callable[..., tuple[str, list[str]]]:
    from pacetag.tagger.playlist.navidrome import nsp_body

    return nsp_body


def _qlquery() -> Callable[..., tuple[str, list[str]]]:
    from pacetag.tagger.playlist.quodlibet import query_body

    return query_body


_BODIES = {NAVIDROME: _nsp, QUOD_LIBET: _qlquery}
