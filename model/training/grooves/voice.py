"""A sung line: long bound notes, scooped and with vibrato, that breathes at the ends of phrases."""

from __future__ import annotations

import math
import random
from dataclasses import replace

from mido import MidiFile

from pacetag.model.training.sources.midi import CENTRE, DRUM_CHANNEL, MidiSong, Note, add_track

_PROGRAMS = (52, 53, 54, 85)  # choir, ooh, synth voice, solo vox; counted from 0
_SCALES = {False: (0, 2, 4, 7, 9), True: (0, 3, 5, 7, 10)}  # pentatonic: fits any chord of the key
_SHORTEST = 0.35  # seconds; the sung beat is doubled until it lasts so long
_LENGTHS = (1, 1, 2, 2, 3, 4)  # sung beats
_CENT = 8192 / 200  # General MIDI bends two semitones each way
_EVERY = 0.03  # seconds between bends
_SCOOP = 0.12  # seconds in which a note is reached from below
_STEADY = 0.3  # seconds before the vibrato begins


def add_voice(
    midi: MidiFile,
    song: MidiSong,
    rng: random.Random,
    *,
    beats: int,
    quarters_per_beat: float,
    key: int,
    minor: bool,
) -> MidiFile | None:
    """Add a sung line to a MIDI file; None when all sixteen channels are taken.

    Args:
        beats: length of the song.
        key: pitch class of the tonic.
    """
    free = [c for c in range(16) if c != DRUM_CHANNEL and c not in song.channels]
    if not free:
        return None
    per_beat = song.ticks_per_quarter * quarters_per_beat
    ticks_a_second = song.tempo / 60 * song.ticks_per_quarter
    unit = 1
    while unit * per_beat / ticks_a_second < _SHORTEST:
        unit *= 2
    notes = _sing(rng, beats // unit, round(per_beat * unit), free[0], key, minor)
    bends = _bend(rng, notes, ticks_a_second)
    program = rng.choice(_PROGRAMS)
    return add_track(midi, channel=free[0], program=program, notes=notes, bends=bends)


def _sing(
    rng: random.Random, beats: int, ticks: int, channel: int, key: int, minor: bool
) -> list[Note]:
    """Phrases of three to seven notes with a breath between, now and then ahead of the beat."""
    low = 55 + rng.choice((0, 0, 7, 12))  # men and women
    scale = [low + (key - low) % 12 + 12 * octave + step for octave in (0, 1)
             for step in _SCALES[minor]]  # fmt: skip
    place, loudness, early = len(scale) // 2, rng.uniform(75, 120), rng.uniform(0, 0.4)
    notes: list[Note] = []
    beat = rng.choice((0, 4, 8, 16))
    while beat < beats:
        for _ in range(rng.randint(3, 7)):
            length = rng.choice(_LENGTHS)
            if beat + length > beats:
                return notes
            ahead = 0.5 if notes and rng.random() < early else 0.0
            start = round((beat - ahead) * ticks)
            if notes and notes[-1].tick + notes[-1].length > start:
                notes[-1] = replace(notes[-1], length=max(1, start - notes[-1].tick))
            place = min(len(scale) - 1, max(0, place + rng.choice((-2, -1, -1, 0, 1, 1, 2))))
            notes.append(
                Note(
                    tick=start,
                    channel=channel,
                    key=scale[place],
                    velocity=min(127, max(1, round(loudness + rng.uniform(-10, 10)))),
                    length=round((length + ahead) * ticks),
                )
            )
            beat += length
        beat += rng.choice((1, 2, 4))
    return notes


def _bend(rng: random.Random, notes: list[Note], ticks_a_second: float) -> list[tuple[int, int]]:
    """Scoops and vibrato, as ticks and bends."""
    speed, depth = rng.uniform(4.5, 6.5), rng.uniform(10, 45)  # Hz, cents
    scoop = rng.uniform(0, 80)  # cents
    bends = []
    for note in notes:
        for step in range(int(note.length / ticks_a_second / _EVERY)):
            seconds = step * _EVERY
            cents = -scoop * max(0.0, 1 - seconds / _SCOOP)
            swell = min(1.0, max(0.0, (seconds - _STEADY) / _STEADY))
            cents += depth * swell * math.sin(2 * math.pi * speed * seconds)
            tick = note.tick + round(seconds * ticks_a_second)
            bends.append((tick, min(16_383, max(0, round(CENTRE + cents * _CENT)))))
    return bends
