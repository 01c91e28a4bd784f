"""A lead voice with a rhythm of its own, on the same metrical grid as its accompaniment."""

from __future__ import annotations

import random

import numpy as np
from mido import MidiFile
from numpy.typing import NDArray

from pacetag.model.training.sources.midi import DRUM_CHANNEL, MidiSong, Note, add_track

# Pianos to pads; the sound effects and drums at the end of General MIDI carry no tune.
_MELODIC_PROGRAMS = (*range(80), *range(104, 109))
_TWELFTHS = 12
_SCALES = {False: (0, 2, 4, 7, 9), True: (0, 3, 5, 7, 10)}  # pentatonic: fits any chord of the key


def add_lead(
    midi: MidiFile,
    song: MidiSong,
    struck: NDArray[np.bool_],
    rng: random.Random,
    *,
    beats_per_bar: int,
    quarters_per_beat: float,
    compound: bool,
    key: int,
    minor: bool,
) -> MidiFile | None:
    """Add a lead voice to a MIDI file; None when all sixteen channels are taken.

    Args:
        struck: [beats, 12] what the accompaniment strikes: the lead divides the beat as it does.
        key: pitch class of the tonic.
    """
    free = [c for c in range(16) if c != DRUM_CHANNEL and c not in song.channels]
    if not free:
        return None
    slots = _slots(struck, rng, compound)
    n_bars = len(struck) // beats_per_bar
    onsets = _onsets(rng, slots, n_bars, beats_per_bar)
    ticks = [round(o / _TWELFTHS * quarters_per_beat * song.ticks_per_quarter) for o in onsets]
    notes = _melody(rng, ticks, key, minor, free[0])
    return add_track(midi, channel=free[0], program=rng.choice(_MELODIC_PROGRAMS), notes=notes)


def _slots(struck: NDArray[np.bool_], rng: random.Random, compound: bool) -> tuple[int, ...]:
    """Choose where in the beat the lead may strike, in twelfths: straight, swung or in triplets."""
    share = struck.mean(axis=0)
    if compound or share[4] >= 0.15:
        return (4, 8)
    if max(share[6], share[8]) < 0.05:  # the accompaniment leaves it open
        return rng.choice(((6,), (6,), (8,)))
    if share[8] > share[6]:
        return (8,)
    sixteenths = max(share[3], share[9]) >= 0.1 or rng.random() < 0.15
    return (3, 6, 9) if sixteenths else (6,)


def _onsets(
    rng: random.Random, slots: tuple[int, ...], n_bars: int, beats_per_bar: int
) -> list[int]:
    """String together bars of two motifs, a free one now and then, and rests, in twelfths."""
    on_beat, off_beat = rng.uniform(0.3, 0.95), rng.uniform(0.05, 0.9)
    rest = rng.uniform(0.0, 0.35)

    def draw_bar() -> list[int]:
        onsets: list[int] = []
        for beat in range(beats_per_bar):
            onsets += [beat * _TWELFTHS] if rng.random() < on_beat else []
            onsets += [beat * _TWELFTHS + slot for slot in slots if rng.random() < off_beat]
        return onsets

    motifs = (draw_bar(), draw_bar())
    found = []
    for number in range(n_bars):
        if rng.random() < rest:
            continue
        bar = draw_bar() if rng.random() < 0.25 else motifs[number % 4 == 3]
        found += [number * beats_per_bar * _TWELFTHS + onset for onset in bar]
    return found


def _melody(
    rng: random.Random, ticks: list[int], key: int, minor: bool, channel: int
) -> list[Note]:
    """Walk up and down the scale; a note ends before the next begins."""
    scale = [60 + key % 12 + 12 * octave + step for octave in (-1, 0, 1) for step in _SCALES[minor]]
    place, legato, loudness = len(scale) // 2, rng.uniform(0.4, 1.0), rng.uniform(70, 115)
    notes = []
    for index, tick in enumerate(ticks):
        following = ticks[index + 1] if index + 1 < len(ticks) else tick + 200
        place = min(len(scale) - 1, max(0, place + rng.choice((-2, -1, -1, 0, 1, 1, 2))))
        notes.append(
            Note(
                tick=tick,
                channel=channel,
                key=scale[place],
                velocity=min(127, max(1, round(loudness + rng.uniform(-12, 12)))),
                length=max(1, round(min(800, following - tick) * legato)),
            )
        )
    return notes
