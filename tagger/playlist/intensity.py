"""Which intensity of songs is asked for: three words, or a range from 0 to 1."""

import re
from dataclasses import dataclass

MIDDLE = 0.5  # what a song counts as whose intensity was not measured

_NUMBER = r"(?:0(?:\.\d{1,6})?|1(?:\.0{1,6})?|\.\d{1,6})"
_RANGE = re.compile(rf"(?P<low>{_NUMBER})?\s*(?:\.\.|-|–)\s*(?P<high>{_NUMBER})?", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A range of intensities, both ends included."""

    low: float
    high: float
    word: str | None = None  # "easy", "steady" or "hard"

    def __str__(self) -> str:
        return self.word or f"{self.low:g}..{self.high:g}"

    def distance(self, intensity: float | None) -> float:
        """Return how far a song's intensity lies outside; None counts as the middle."""
        own = MIDDLE if intensity is None else intensity
        return max(self.low - own, own - self.high, 0.0)


EASY = Asked(word="easy", low=0.1, high=0.4)
STEADY = Asked(word="steady", low=0.4, high=0.7)
HARD = Asked(word="hard", low=0.7, high=1.0)
WORDS = {str(asked): asked for asked in (EASY, STEADY, HARD)}
AWAKE = Asked(low=0.2, high=1.0)  # where nothing is asked: no lullabies before other songs

FORMS = "write easy, steady or hard, or a range from 0 to 1 such as 0.6..1"


def parse_intensity(text: str) -> Asked:
    """Return what a word or a range such as "0.6..1", "0.6.." or "..0.4" asks for.

    Raises ValueError with a sentence.
    """
    bare = text.strip().lower()
    if bare in WORDS:
        return WORDS[bare]
    found = _RANGE.fullmatch(bare)
    if found is None or found["low"] is found["high"] is None:
        raise ValueError(f"{text!r} is no intensity: {FORMS}")
    low, high = float(found["low"] or 0.0), float(found["high"] or 1.0)
    return Asked(low=min(low, high), high=max(low, high))
