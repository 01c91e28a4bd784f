"""Paces as a person sets them, and as PACE shows them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

SLOWEST, QUICKEST = 20.0, 400.0  # steps a minute; the range that a person may set
MOST = 12  # paces that a person may set for one song

# Two whole numbers with "-" (as people type it) or ".." between; either end of ".." may be open.
_RANGE = re.compile(r"(\d{1,3})?\s*(-|\u2013|\.\.)\s*(\d{1,3})?", re.ASCII)
_WHOLE = re.compile(r"\d{1,3}", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class PaceRange:
    """Whole paces between two ends."""

    low: int  # steps a minute, included
    high: int  # likewise

    def __contains__(self, pace: int) -> bool:
        return self.low <= pace <= self.high

    def __str__(self) -> str:
        return f"{self.low}-{self.high}"

    @classmethod
    def read(cls, text: str) -> "PaceRange":
        """The range of "140-190", "140..190", "140..", "..190" or one number.

        Raises ValueError with what is wrong, to follow the text.
        """
        text = text.strip()
        found = _RANGE.fullmatch(text)
        if _WHOLE.fullmatch(text):
            low, high = text, text
        elif found is None or not (found[1] or found[3]):
            raise ValueError("is no range of whole numbers; write 140-190, 140.. or ..190")
        elif found[2] != ".." and not (found[1] and found[3]):
            raise ValueError("lacks an end; write 140-190, or 140.. and ..190 for an open end")
        else:
            low, high = found[1] or f"{SLOWEST:g}", found[3] or f"{QUICKEST:g}"
        if not all(SLOWEST <= int(end) <= QUICKEST for end in (low, high)):
            raise ValueError(f"is not within {SLOWEST:g} to {QUICKEST:g} steps a minute")
        if int(low) > int(high):
            raise ValueError(f"ends below its beginning; write {high}-{low}")
        return cls(low=int(low), high=int(high))


def are_settable(paces: Sequence[float]) -> bool:
    """Whether a person may set these paces, in steps a minute, for a song."""
    return len(paces) <= MOST and all(SLOWEST <= bpm <= QUICKEST for bpm in paces)


def whole_paces(rates: Iterable[float]) -> list[int]:
    """Whole steps a minute in the given order, without repeats; halves round up.

    The two stored decimals are what is rounded, so that the whole number always follows from the
    number that is stored beside it.
    """
    return list(dict.fromkeys(int(round(bpm, 2) + 0.5) for bpm in rates))
