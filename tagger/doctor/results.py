"""What a check found: a state, a sentence, a figure and advice."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How what was checked stands."""

    OK = "ok"
    WARNING = "warning"  # something works less well than it could
    FAULT = "fault"  # something cannot work


@dataclass(frozen=True, kw_only=True)
class CheckResult:
    """One thing that was checked."""

    area: str  # such as "index"
    state: State
    what: str  # was found
    figure: float | None = None  # the number that it rests on, if there is one
    unit: str | None = None  # of the figure
    advice: str | None = None  # one line: a command, or what to do


def ok(
    area: str,
    what: str,
    *,
    figure: float | None = None,
    unit: str | None = None,
    advice: str | None = None,
) -> CheckResult:
    """Return the result for something that is well; its advice says what more there could be."""
    return CheckResult(
        area=area, state=State.OK, what=what, figure=figure, unit=unit, advice=advice
    )


def warning(
    area: str, what: str, *, advice: str, figure: float | None = None, unit: str | None = None
) -> CheckResult:
    """Return the result for something that works less well than it could."""
    return CheckResult(
        area=area, state=State.WARNING, what=what, figure=figure, unit=unit, advice=advice
    )


def fault(
    area: str, what: str, *, advice: str, figure: float | None = None, unit: str | None = None
) -> CheckResult:
    """Return the result for something that cannot work."""
    return CheckResult(
        area=area, state=State.FAULT, what=what, figure=figure, unit=unit, advice=advice
    )


def parted(sentence: str, otherwise: str) -> tuple[str, str]:
    """Return what an error's sentence says and what it advises, which follows the last semicolon.

    `otherwise` is the advice where the sentence has none.
    """
    what, there, advice = sentence.rpartition("; ")
    return (what, advice) if there else (sentence, otherwise)
