"""Tolerances as people write them: how far a pace may be off the cadence."""

import re

WIDEST = 0.5  # beyond half the cadence another pace of the song would fit better
FORMS = "write 4%, 0.04 or 6steps"

_NUMBER = r"(?P<number>[0-9]{1,6}(?:\.[0-9]{0,9})?|\.[0-9]{1,9})"
_PER_CENT = re.compile(rf"{_NUMBER}\s*(?:%|per\s?cent|percent)", re.IGNORECASE)
_STEPS = re.compile(rf"{_NUMBER}\s*(?:steps?|spm|bpm)", re.IGNORECASE)
_SHARE = re.compile(_NUMBER)


def parse_tolerance(text: str, cadence: float) -> float:
    """Return what `text` means as a part of the cadence: "4%", "4 %", "0.04", ".04", "6 steps".

    A bare number from 1 on is refused: 4 could be per cent or steps.

    Raises:
        ValueError: it is none of these, or more than half the cadence, with a sentence.
    """
    stripped = text.strip()
    below = stripped.startswith("-")
    share = _share(stripped.removeprefix("-"), cadence)
    if share is None:
        raise ValueError(f"{text!r} is not a tolerance: {FORMS}")
    if below or share > WIDEST:
        raise ValueError(f"must be from 0 to {WIDEST:g} (0.04 is 4 %), not {stripped}: {FORMS}")
    return share


def _share(text: str, cadence: float) -> float | None:
    if match := _PER_CENT.fullmatch(text):
        return float(match["number"]) / 100
    if match := _STEPS.fullmatch(text):
        return float(match["number"]) / cadence
    if not (match := _SHARE.fullmatch(text)):
        return None
    share = float(match["number"])
    if share < 1:
        return share
    bare = match["number"].rstrip(".")
    raise ValueError(f"{text!r} could be per cent or steps: write {bare}% or {bare}steps")
