"""How a song fills its place in a mix: up to a bar line, and a passage twice where it must."""

import math
from dataclasses import dataclass

from pacetag.tagger.mixing.song import HeardSong

FEWEST = 16  # beats that a song has besides those that are heard twice
REPEAT_FADE = 4  # beats over which a song crosses to an earlier passage of its own


@dataclass(frozen=True, kw_only=True)
class Passage:
    """How a song is played: from a beat on, perhaps with a leap back, up to another."""

    entry: int  # beat that falls on the step at which it is heard in full
    end: float  # beat at which it is gone
    leap: int | None = None  # beat at which it goes back
    back: int = 0  # beats

    @property
    def beats(self) -> float:
        """How many it fills."""
        return self.end - self.entry + self.back


def room(heard: HeardSong, entry: int) -> int:
    """How many beats a song has from an entry, which begins a bar, to its last bar line."""
    bar = heard.bar if heard.is_clear else 1
    return max(0, heard.last - entry) // bar * bar


def passage_of(heard: HeardSong, entry: int, wanted: float, fade: int) -> Passage:
    """How a song fills so many beats from an entry on; it ends on a bar line if it is clear."""
    bar = heard.bar if heard.is_clear else 1
    last = entry + room(heard, entry)
    back = max(0, math.ceil((entry + wanted - last) / bar - 0.5)) * bar
    if back and last - entry < back + FEWEST:
        back = 0  # nothing could be repeated but the joins themselves
    end = entry + max(1, round((wanted - back) / bar)) * bar
    end = max(entry + bar, min(end, last))
    if not back:
        return Passage(entry=entry, end=end)
    return Passage(entry=entry, end=end, leap=_leap(heard, entry, end, back, fade), back=back)


def _leap(heard: HeardSong, entry: int, end: int, back: int, fade: int) -> int:
    """The beat from which a song goes back so many beats: where both places sound most alike."""
    first = heard.bar_from(max(entry + fade, entry + back, heard.first + back + REPEAT_FADE))
    places = range(first, max(first, end - fade) + 1, heard.bar)
    return max(places, key=lambda beat: heard.alike(beat, beat - back))
