"""Print what the checks found, as lines or as JSON."""

from collections import Counter
from collections.abc import Iterable

from pacetag.tagger.doctor.results import CheckResult, State
from pacetag.tagger.output.json_lines import say_json
from pacetag.tagger.terminal.say import say
from pacetag.tagger.text.formatting import counted, printable

_INSET = " " * 11


def say_results(results: Iterable[CheckResult], *, as_json: bool) -> int:
    """Print each result as it comes, and a summary; return the exit code."""
    counts: Counter[State] = Counter()
    for result in results:
        counts[result.state] += 1
        if as_json:
            say_json(_object(result))
        else:
            _say(result)
    if as_json:
        say_json({"counts": {state.value: counts[state] for state in State}})
    else:
        say(_summary(counts))
    return 1 if counts[State.FAULT] else 0


def _object(result: CheckResult) -> dict[str, object]:
    return {
        "area": result.area,
        "state": result.state.value,
        "what": result.what,
        "figure": result.figure,
        "unit": result.unit,
        "advice": result.advice,
    }


def _say(result: CheckResult) -> None:
    say(printable(f"  {result.state.value:<8} {result.area}: {result.what}"))
    if result.advice is not None:
        say(printable(f"{_INSET}-> {result.advice}"))


def _summary(counts: Counter[State]) -> str:
    faults, warnings = counts[State.FAULT], counts[State.WARNING]
    if not faults and not warnings:
        return "All is well."
    return f"{counted(faults, 'fault')}, {counted(warnings, 'warning')}."
