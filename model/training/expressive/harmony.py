"""Chords that follow each other as in music of the common practice, and how they are voiced."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

# Bass and three upper pitch classes above the tonic.
_MAJOR: Mapping[str, tuple[int, tuple[int, int, int]]] = {
    "I": (0, (0, 4, 7)),
    "I6": (4, (0, 4, 7)),
    "I64": (7, (0, 4, 7)),
    "ii": (2, (2, 5, 9)),
    "ii65": (5, (0, 2, 9)),
    "iii": (4, (4, 7, 11)),
    "IV": (5, (0, 5, 9)),
    "V": (7, (2, 7, 11)),
    "V7": (7, (2, 5, 11)),
    "V65": (11, (2, 5, 7)),
    "vi": (9, (0, 4, 9)),
    "V/V": (2, (0, 6, 9)),
    "V/vi": (8, (2, 4, 11)),
    "vii": (11, (2, 5, 8)),
}
_MINOR: Mapping[str, tuple[int, tuple[int, int, int]]] = {
    "I": (0, (0, 3, 7)),
    "I6": (3, (0, 3, 7)),
    "I64": (7, (0, 3, 7)),
    "ii": (5, (2, 5, 8)),
    "ii65": (5, (0, 2, 8)),
    "iii": (3, (3, 7, 10)),
    "IV": (5, (0, 5, 8)),
    "V": (7, (2, 7, 11)),
    "V7": (7, (2, 5, 11)),
    "V65": (11, (2, 5, 7)),
    "vi": (8, (0, 3, 8)),
    "V/V": (2, (0, 6, 9)),
    "V/vi": (10, (2, 5, 10)),
    "vii": (11, (2, 5, 8)),
}
_NEXT: Mapping[str, str] = {
    "I": "IV IV ii65 vi V V I6 V65 iii ii V/vi vii",
    "I6": "IV ii65 V7 ii",
    "I64": "V7",
    "ii": "V V7 V65 I64",
    "ii65": "V V7 I64",
    "iii": "vi IV vi",
    "IV": "V I ii65 I64 V7 I6",
    "V": "I I vi I6 V7",
    "V7": "I I vi I6",
    "V65": "I",
    "vi": "ii IV ii65 V/V iii",
    "V/V": "V V7",
    "V/vi": "vi",
    "vii": "I I6",
}
_SCALES = {False: (0, 2, 4, 5, 7, 9, 11), True: (0, 2, 3, 5, 7, 8, 10)}
_FRESH = 0.8  # share of the chords that were not among the last two, where there is a choice
_CENTRE, _BASS_CENTRE = 62, 45  # about which chords and basses are voiced


@dataclass(frozen=True, kw_only=True)
class Harmony:
    """One chord as it is voiced, and how long it lasts."""

    beat: float  # from the start of the section
    length: float  # beats
    bass: int  # key
    upper: tuple[int, int, int]  # keys in close position, from below
    scale: tuple[int, ...]  # pitch classes, 0 is C

    @property
    def classes(self) -> frozenset[int]:
        """Pitch classes of the chord."""
        return frozenset(key % 12 for key in (self.bass, *self.upper))


def write_harmony(
    rng: Random,
    *,
    tonic: int,
    minor: bool,
    phrases: Sequence[Sequence[float]],
    sung: bool = False,
) -> list[Harmony]:
    """Write the chords of a section of phrases, each given by the lengths of its chords in beats.

    Phrases end on the dominant or close, the last one always closes. With `sung`, the highest notes
    make a melody; else chords move as little as they can.
    """
    table, found, beat = _MINOR if minor else _MAJOR, list[Harmony](), 0.0
    for number, lengths in enumerate(phrases):
        names = _walk(rng, len(lengths), half=number % 2 == 0 and number + 1 < len(phrases))
        for place, (name, length) in enumerate(zip(names, lengths, strict=True)):
            bass, upper = table[name]
            classes = tuple((pitch + tonic) % 12 for pitch in upper)
            last = found[-1] if found else None
            scale = {(step + tonic) % 12 for step in _SCALES[minor]}
            if (11 + tonic) % 12 in classes:  # the leading note of minor
                scale = scale - {(10 + tonic) % 12} | {(11 + tonic) % 12}
            arch = math.sin(math.pi * (place + 0.5) / len(names))
            goal = _CENTRE + 2 + 7 * arch + rng.gauss(0, 2) if sung else None
            found.append(
                Harmony(
                    beat=beat,
                    length=length,
                    bass=_nearest((bass + tonic) % 12, last.bass if last else _BASS_CENTRE),
                    upper=_voiced(classes, last.upper if last else None, goal),
                    scale=tuple(sorted(scale)),
                )
            )
            beat += length
    return found


def harmony_at(harmonies: Sequence[Harmony], beat: float) -> Harmony:
    """The chord that sounds at a beat."""
    sounding = [one for one in harmonies if one.beat <= beat + 1e-6]
    return sounding[-1] if sounding else harmonies[0]


def to_octave(key: int, centre: int) -> int:
    """The key of the same name that is nearest to `centre`."""
    return _nearest(key % 12, centre, low=0, high=127)


def _walk(rng: Random, count: int, *, half: bool) -> list[str]:
    end = ["V"] if half else ["V7", "I"]
    names = ["I"]
    while len(names) < count - len(end):
        offered = _NEXT[names[-1]].split()
        fresh = [name for name in offered if name not in names[-2:]]
        names.append(rng.choice(fresh if fresh and rng.random() < _FRESH else offered))
    return [*names, *end][-count:] if count > len(end) else end[-count:]


def _nearest(pitch_class: int, key: int, low: int = 34, high: int = 55) -> int:
    offered = (each for each in range(low, high + 1) if each % 12 == pitch_class)
    return min(offered, key=lambda each: abs(each - key))


def _voiced(
    classes: tuple[int, ...], last: tuple[int, ...] | None, goal: float | None
) -> tuple[int, int, int]:
    """The close position that moves least, in the middle of the keyboard, or with a goal above."""
    before = last or (_CENTRE - 4, _CENTRE, _CENTRE + 4)
    best: tuple[float, tuple[int, int, int]] | None = None
    for lowest in range(_CENTRE - 11, _CENTRE + 6):
        keys = tuple(key for key in range(lowest, lowest + 12) if key % 12 in classes)
        if lowest % 12 not in classes or len(keys) != 3:
            continue
        moved = sum(abs(a - b) for a, b in zip(keys, before, strict=True))
        if goal is None:
            cost = moved + 0.6 * abs(sum(keys) / 3 - _CENTRE)
        else:
            cost = 0.4 * moved + abs(keys[2] - goal) + 2.5 * (keys[2] == before[2])
        if best is None or cost < best[0]:
            best = cost, (keys[0], keys[1], keys[2])
    return best[1] if best else (_CENTRE - 4, _CENTRE, _CENTRE + 4)
