"""MIDI scores as people wrote them: tempo map, time signatures, and how loud each note sounds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from mido import Message
from numpy.typing import NDArray

from pacetag.model.training.sources.midi import (
    DEFAULT_QUARTER,
    DRUM_CHANNEL,
    MidiError,
    parse_midi,
    timed,
)

_VOLUME, _EXPRESSION, _RESET = 7, 11, 121  # controllers
_DEFAULT_VOLUME = 100  # of 127, as General MIDI has it
# Strings, choirs, pads and sound effects swell: their onsets carry no pulse.
_SWELLING = frozenset((*range(48, 55), *range(88, 104), *range(119, 128)))
_SWELL = 0.5


@dataclass(frozen=True, kw_only=True)
class TempoChange:
    """A tempo and where it begins."""

    quarter: float  # from the start of the file
    bpm: float  # quarters a minute


@dataclass(frozen=True, kw_only=True)
class MetreChange:
    """A time signature and where it begins."""

    quarter: float  # from the start of the file
    beats: int  # 7 of 7/8
    unit: int  # 8 of 7/8


Change = TypeVar("Change", TempoChange, MetreChange)


@dataclass(frozen=True, kw_only=True)
class Score:
    """The notes of a song by time, with what is written about tempo and metre."""

    onsets: NDArray[np.float64]  # quarters from the start [notes]
    loudness: NDArray[np.float64]  # on the scale of velocities, with the channel's volume [notes]
    voices: NDArray[np.int64]  # one number for a channel, one for each drum [notes]
    tempos: tuple[TempoChange, ...]  # the first at quarter 0
    metres: tuple[MetreChange, ...]  # none if the file says nothing

    @property
    def end(self) -> float:
        """Quarter of the last note."""
        return float(self.onsets[-1]) if len(self.onsets) else 0.0

    def seconds(self, quarters: NDArray[np.float64]) -> NDArray[np.float64]:
        """Turn quarters [n] into seconds from the start of the file [n]."""
        starts = np.array([change.quarter for change in self.tempos])
        pace = np.array([60 / change.bpm for change in self.tempos])
        began = np.concatenate([[0.0], np.cumsum(np.diff(starts) * pace[:-1])])
        place = np.maximum(np.searchsorted(starts, quarters, side="right") - 1, 0)
        result: NDArray[np.float64] = began[place] + (quarters - starts[place]) * pace[place]
        return result

    def part(self, start: float, end: float) -> Score:
        """Cut out the notes from quarter `start` to quarter `end`, counted from `start`."""
        inside = (self.onsets >= start - 0.02) & (self.onsets < end - 0.02)
        return replace(
            self,
            onsets=self.onsets[inside] - start,
            loudness=self.loudness[inside],
            voices=self.voices[inside],
            tempos=_within(self.tempos, start, end),
            metres=_within(self.metres, start, end),
        )


def read_score(data: bytes) -> Score:
    """Read a MIDI file.

    Raises:
        MidiError: the bytes are cut short, no MIDI, timed in SMPTE frames, or without a note.
    """
    midi = parse_midi(data)
    events = [each for track in midi.tracks for each in timed(track)]
    # By time only: of two tempos at once the one that stands later counts, as in a synthesiser.
    events.sort(key=lambda event: (event[0], event[1].type == "note_on"))
    mixer = _Mixer()
    tempos: list[TempoChange] = []
    metres: list[MetreChange] = []
    notes: list[tuple[float, float, int]] = []
    for tick, event in events:
        quarter = tick / midi.ticks_per_beat
        if event.type == "set_tempo" and event.tempo:
            _note(tempos, TempoChange(quarter=quarter, bpm=60e6 / event.tempo))
        elif event.type == "time_signature" and event.numerator:
            metre = MetreChange(quarter=quarter, beats=event.numerator, unit=event.denominator)
            _note(metres, metre)
        elif event.type == "note_on" and event.velocity:
            channel = event.channel
            voice = 128 + event.note if channel == DRUM_CHANNEL else channel
            notes.append((quarter, event.velocity * mixer.level(channel), voice))
        else:
            mixer.hear(event)
    if not notes:
        raise MidiError("the MIDI file plays nothing")
    if not tempos or tempos[0].quarter:
        tempos.insert(0, TempoChange(quarter=0.0, bpm=60e6 / DEFAULT_QUARTER))
    return Score(
        onsets=np.array([note[0] for note in notes]),
        loudness=np.array([note[1] for note in notes]),
        voices=np.array([note[2] for note in notes]),
        tempos=tuple(tempos),
        metres=tuple(metres),
    )


def wad_midi(data: bytes) -> dict[str, bytes]:
    """The MIDI files in a game's WAD archive by their names. Raises MidiError if it is none.

    A WAD holds a directory of lumps: position, size, and a name of eight characters.
    """
    if data[:4] not in (b"IWAD", b"PWAD") or len(data) < 12:
        raise MidiError("this is not a WAD archive")
    count, place = (int.from_bytes(data[at : at + 4], "little") for at in (4, 8))
    found = {}
    for entry in range(place, place + 16 * count, 16):
        start, size = (int.from_bytes(data[at : at + 4], "little") for at in (entry, entry + 4))
        lump = data[start : start + size]
        if lump[:4] == b"MThd":
            found[data[entry + 8 : entry + 16].rstrip(b"\0").decode("ascii", "replace")] = lump
    return found


class _Mixer:
    """What the channels are set to."""

    def __init__(self) -> None:
        self.volume = defaultdict[int, int](lambda: _DEFAULT_VOLUME)
        self.expression = defaultdict[int, int](lambda: 127)
        self.program = defaultdict[int, int](int)

    def hear(self, event: Message) -> None:
        """Follow a control or program change."""
        if event.type == "program_change":
            self.program[event.channel] = event.program
        elif event.type == "control_change" and event.control == _VOLUME:
            self.volume[event.channel] = event.value
        elif event.type == "control_change" and event.control == _EXPRESSION:
            self.expression[event.channel] = event.value
        elif event.type == "control_change" and event.control == _RESET:
            self.expression[event.channel] = 127

    def level(self, channel: int) -> float:
        """What a velocity is worth: loudness goes with the square of all three alike."""
        swells = channel != DRUM_CHANNEL and self.program[channel] in _SWELLING
        soft = _SWELL if swells else 1.0
        return soft * self.volume[channel] * self.expression[channel] / 127 / _DEFAULT_VOLUME


def _within(changes: Sequence[Change], start: float, end: float) -> tuple[Change, ...]:
    """What is in force between two quarters, counted from the first of them."""
    ends = (*(change.quarter for change in changes[1:]), np.inf)[: len(changes)]
    return tuple(
        replace(change, quarter=max(0.0, change.quarter - start))
        for change, until in zip(changes, ends, strict=True)
        if change.quarter < end and until > start
    )


def _note(changes: list[Change], change: Change) -> None:
    """Add a change; at the same time as the last one it takes its place."""
    if changes and changes[-1].quarter == change.quarter:
        changes.pop()
    if not changes or replace(changes[-1], quarter=change.quarter) != change:
        changes.append(change)
