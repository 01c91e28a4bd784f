"""The bins of the histogram of paces, and a song's set of bins as one number.

A pace counts as the whole number that tags hold: 119.97 is 120. Since the set is a column of the
songs, a histogram of a million songs is one pass over an index.
"""

from collections.abc import Iterable

LOWEST, HIGHEST, BIN = 40, 320, 10  # bpm; the range in which tempos are judged
STARTS = tuple(range(LOWEST, HIGHEST, BIN))
# Paces outside the range fall into no bin, but a song that has only such paces still has paces.
BEYOND = 1 << len(STARTS)


def bins_of(paces: Iterable[float]) -> int:
    """Return the bins of the paces (bpm): bit n for the n-th of STARTS, or BEYOND."""
    found = 0
    for bpm in paces:
        start = bin_of(bpm)
        found |= BEYOND if start is None else 1 << STARTS.index(start)
    return found


def bin_of(bpm: float) -> int | None:
    """Return the lowest bpm of a pace's bin; None if the pace is outside the range.

    The highest bin includes its upper edge: 320 is a tempo that is judged.
    """
    if not LOWEST - 1 < bpm < HIGHEST + 1:  # false for NaN, too
        return None
    whole = int(round(bpm, 2) + 0.5)  # from the two decimals that are stored, halves up
    return min(whole, HIGHEST - 1) // BIN * BIN if LOWEST <= whole <= HIGHEST else None


def histogram(songs: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Return (lowest bpm of a bin, songs with a pace in it) from (`bins_of` a song, songs)."""
    counts = [0] * len(STARTS)
    for bins, count in songs:
        for place in range(len(STARTS)):
            if bins >> place & 1:
                counts[place] += count
    return tuple(zip(STARTS, counts, strict=True))
