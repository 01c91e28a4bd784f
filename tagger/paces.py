"""Paces as a person sets them, and as PACE shows them."""

from collections.abc import Iterable, Sequence

SLOWEST, QUICKEST = 20.0, 400.0  # steps a minute, of what a person may set
MOST = 12  # paces that a person may set of one song


def are_settable(paces: Sequence[float]) -> bool:
    """Whether a person may set these as the paces of a song, in steps per minute."""
    return len(paces) <= MOST and all(SLOWEST <= bpm <= QUICKEST for bpm in paces)


def whole_paces(rates: Iterable[float]) -> list[int]:
    """Whole steps per minute in the given order, each once; halves round up as people do.

    Rounding starts from the two decimals that are stored, so that the whole number always follows
    from what is stored beside it.
    """
    return list(dict.fromkeys(int(round(bpm, 2) + 0.5) for bpm in rates))
