"""The four voices of a chorale: chords in even steps, with passing notes, ties and suspensions."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from pacetag.model.training.expressive.harmony import Harmony
from pacetag.model.training.expressive.piece import Tone

_PASSING, _TIED, _SUSPENDED = 0.4, 0.45, 0.15  # shares of where they could be
_OUTER = (0, 3)  # soprano and bass, who strike what the others hold


def write_voice(rng: Random, voice: int, harmonies: Sequence[Harmony], centre: int) -> list[Tone]:
    """Write one voice of a section; 0 is the soprano, 3 the bass."""
    found: list[Tone] = []
    keys = [_key(voice, chord) for chord in harmonies]
    shift = 12 * round((centre - sum(keys) / len(keys)) / 12)
    for number, chord in enumerate(harmonies):
        key = keys[number] + shift
        after = keys[number + 1] + shift if number + 1 < len(keys) else None
        last = found[-1] if found else None
        if last and last.key == key and voice not in _OUTER and rng.random() < _TIED:
            found[-1] = _held(last, chord.length)
        elif last and last.key - key in (1, 2) and rng.random() < _SUSPENDED and voice != 3:
            found[-1] = _held(last, chord.length / 2)
            found.append(Tone(beat=chord.beat + chord.length / 2, key=key, length=chord.length / 2))
        else:
            found += _moving(rng, chord, key, after)
    return found


def _moving(rng: Random, chord: Harmony, key: int, after: int | None) -> list[Tone]:
    """A note, and often the one between it and the next."""
    apart = (after or key) - key
    between = next((each for each in range(min(key, key + apart) + 1, max(key, key + apart))
                    if each % 12 in chord.scale), None)  # fmt: skip
    if abs(apart) in (3, 4) and between is not None and rng.random() < _PASSING:
        half = chord.length / 2
        return [
            Tone(beat=chord.beat, key=key, length=half),
            Tone(beat=chord.beat + half, key=between, length=half),
        ]
    return [Tone(beat=chord.beat, key=key, length=chord.length)]


def _key(voice: int, chord: Harmony) -> int:
    return chord.bass if voice == 3 else chord.upper[2 - voice]


def _held(tone: Tone, longer: float) -> Tone:
    return Tone(beat=tone.beat, key=tone.key, length=tone.length + longer)
