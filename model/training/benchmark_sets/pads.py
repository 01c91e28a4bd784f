"""Free-rhythm music without a pulse: notes at random times, played by FluidSynth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from mido import Message, MidiFile
from numpy.typing import NDArray

from pacetag.model.training.sources.midi import Note, note_events, track_of
from pacetag.model.training.sources.sound import FONTS, synthesise

SECONDS = 60.0
RATE = 44_100  # Hz
PROGRAMS: Mapping[int, tuple[str, float]] = {  # General MIDI, from 0: name, seconds of a note
    48: ("strings", 7.0),
    52: ("choir", 6.0),
    89: ("warm pad", 8.0),
    91: ("space voice", 8.0),
    94: ("halo pad", 7.0),
    95: ("sweep pad", 9.0),
    19: ("church organ", 5.0),
    0: ("piano", 2.5),
    10: ("music box", 1.5),
    24: ("nylon guitar", 2.0),
    46: ("harp", 2.0),
    73: ("flute", 1.8),
}

_TICKS = 500  # a quarter at 120 bpm, so one a millisecond
_SCALES = ((0, 2, 4, 7, 9), (0, 3, 5, 7, 10), (0, 2, 3, 7, 8), (0, 2, 4, 6, 8, 10))


@dataclass(frozen=True, kw_only=True)
class Struck:
    """One note."""

    at: float  # seconds
    length: float  # seconds
    key: int  # 60 is middle C
    velocity: int  # 1..127


def free_notes(rng: np.random.Generator, length: float) -> tuple[Struck, ...]:
    """Notes at the times of a Poisson process, with no memory and so no pulse.

    They set in on average a third of their `length` (seconds) apart.
    """
    scale = _SCALES[rng.integers(len(_SCALES))]
    root = int(rng.integers(36, 48))
    notes = []
    at = 0.0
    while (at := at + rng.exponential(length / 3)) < SECONDS:
        key = root + 12 * int(rng.integers(0, 4)) + scale[rng.integers(len(scale))]
        held = length * rng.uniform(0.6, 1.6)
        notes.append(Struck(at=at, length=held, key=key, velocity=int(rng.integers(35, 105))))
    return tuple(notes)


def midi_of(notes: tuple[Struck, ...], program: int) -> MidiFile:
    """A MIDI file of one channel. A key that is struck anew while it sounds is let go first."""
    events = [(0, Message("program_change", program=program))]
    end: dict[int, int] = {}
    for note in sorted(notes, key=lambda one: one.at, reverse=True):
        start = round(1_000 * note.at)
        stop = min(round(1_000 * (note.at + note.length)), end.get(note.key, 10**9))
        end[note.key] = start
        struck = Note(tick=start, channel=0, key=note.key, velocity=note.velocity)
        events += note_events(struck, stop)
    # Of one tick: let go before striking, and low keys first; the program comes before all.
    first, *others = events
    others.sort(key=lambda event: (event[0], event[1].type == "note_on", event[1].bytes()))
    return MidiFile(type=0, ticks_per_beat=_TICKS, tracks=[track_of([first, *others])])


def play(rng: np.random.Generator, program: int) -> tuple[NDArray[np.float32], str]:
    """A piece of SECONDS as samples [n, 2] at RATE, and the sound font's name.

    Raises RenderError.
    """
    font = sorted(FONTS)[rng.integers(len(FONTS))]
    name, length = PROGRAMS[program]
    played = midi_of(free_notes(rng, length), program)
    samples = synthesise(played, font, rate=RATE, gain=0.7, reverb=True, what=name)
    return samples[: round(SECONDS * RATE)], Path(font).name
