"""MIDI files for tests, made of events by tick."""

import io
from collections.abc import Sequence

from mido import Message, MetaMessage, MidiFile

from pacetag.model.training.sources.midi import track_of

Events = Sequence[tuple[int, Message]]


def tempo(bpm: float) -> MetaMessage:
    return MetaMessage("set_tempo", tempo=round(60e6 / bpm))


def metre(beats: int, unit: int) -> MetaMessage:
    return MetaMessage("time_signature", numerator=beats, denominator=unit)


def note(channel: int = 0, key: int = 60, velocity: int = 100) -> Message:
    return Message("note_on", channel=channel, note=key, velocity=velocity)


def midi_bytes(*tracks: Events, division: int = 96) -> bytes:
    midi = MidiFile(ticks_per_beat=division, tracks=[track_of(track) for track in tracks])
    return bytes_of(midi)


def bytes_of(midi: MidiFile) -> bytes:
    written = io.BytesIO()
    midi.save(file=written)
    return written.getvalue()
