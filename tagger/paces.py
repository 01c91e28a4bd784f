"""Paces as a person sets them, and as PACE shows them."""

from collections.abc import Iterable, Sequence

SLOWEST, QUICKEST = 20.0, 400.0  # steps a minute; the range that a person may set
MOST = 12  # paces that a person may set for one song


def are_settable(paces: Sequence[float]) -> bool:
    """Whether a person may set these paces, in steps a minute, for a song."""
    return len(paces) <= MOST and all(SLOWEST <= bpm <= QUICKEST for bpm in paces)


def whole_paces(rates: Iterable[float]) -> list[int]:
    """Whole steps a minute in the given order, without repeats; halves round up.

    The two stored decimals are what is rounded, so that the whole number always follows from the
    number that is stored beside it.
    """
    return list(dict.fromkeys(int(round(bpm, 2) + 0.5) for bpm in rates))
