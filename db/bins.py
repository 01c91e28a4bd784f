"""The bins of the histogram of paces, and a song's set of them as one number.

A pace counts as the whole number that tags hold and people read: 119.97 is 120.
With that number in a row of songs, a histogram over a million songs is one pass over an index.
"""

from collections.abc import Iterable

LOWEST, HIGHEST, BIN = 40, 320, 10  # bpm; the range in which tempos are judged
STARTS = tuple(range(LOWEST, HIGHEST, BIN))
# Paces beyond the range fall into no bin, but a song with only such ones has paces all the same.
BEYOND = 1 << len(STARTS)


def bins_of(paces: Iterable[float]) -> int:
    """The bins that the paces (bpm) fall into: bit n for the n-th of STARTS, or BEYOND."""
    found = 0
    for bpm in paces:
        start = bin_of(bpm)
        found |= BEYOND if start is None else 1 << STARTS.index(start)
    return found


def bin_of(bpm: float) -> int | None:
    """The lowest bpm of the bin that a pace falls into; None where it lies beyond them.

    The highest bin takes its upper border too: 320 itself is a tempo that is judged.
    """
    if not LOWEST - 1 < bpm < HIGHEST + 1:  # no number is beyond them, too
        return None
    whole = int(round(bpm, 2) + 0.5)  # from the two decimals that are stored, halves up
    return min(whole, HIGHEST - 1) // BIN * BIN if LOWEST <= whole <= HIGHEST else None


def histogram(songs: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """(lowest bpm of a bin, songs with a pace in it), from (`bins_of` a song, such songs)."""
    counts = [0] * len(STARTS)
    for bins, count in songs:
        for place in range(len(STARTS)):
            if bins >> place & 1:
                counts[place] += count
    return tuple(zip(STARTS, counts, strict=True))
