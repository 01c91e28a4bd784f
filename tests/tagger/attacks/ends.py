"""How a command must end on damaged files: with a known exit code and a sentence."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(kw_only=True)
class Tally:
    """How the commands ended, counted."""

    indexes: int = 0
    codes: Counter[int] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


def objections(code: int, stdout: str, stderr: str, tally: Tally) -> Iterable[str]:
    """Yield what is wrong with an end: an unknown code, a traceback, or an unreported failure."""
    if code not in (0, 1, 2):
        yield f"ended with {code}"
    if "Traceback" in stderr or " broke off (" in stderr:
        yield f"said {stderr.strip()[-300:]!r}"
    if code and not (stderr or stdout):  # a song that failed is in the JSON
        yield "said nothing"
    refusals = [line for line in stderr.splitlines() if ": the index " in line]
    if len(refusals) > 1:
        yield f"said it {len(refusals)} times"
    for line in refusals:
        tally.refused[line.partition(": the index ")[2].partition(" (")[2][:50]] += 1
