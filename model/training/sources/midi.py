"""Standard MIDI Files: what sounds when, and one more track.

Only what a groove's truth needs is read: note onsets and the tempo. See "Standard MIDI-File Format
Spec. 1.1" (MIDI Manufacturers Association, 1994).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pacetag.model.errors import ModelError

DRUM_CHANNEL = 9  # counted from 0

_HEADER_BYTES = 14
_TEMPO_EVENT = re.compile(rb"\xff\x51\x03...", re.DOTALL)
_DATA_BYTES = {0x80: 2, 0x90: 2, 0xA0: 2, 0xB0: 2, 0xC0: 1, 0xD0: 1, 0xE0: 2}


class MidiError(ModelError):
    """The bytes are not a MIDI file that can be read here."""


@dataclass(frozen=True, kw_only=True, order=True)
class Note:
    """One struck note."""

    tick: int  # from the start of the file
    channel: int  # 0..15
    key: int  # 60 is middle C
    velocity: int  # 1..127
    length: int = 0  # ticks; only used for writing


@dataclass(frozen=True, kw_only=True)
class MidiSong:
    """What a MIDI file plays, with every track merged."""

    ticks_per_quarter: int
    tempo: float  # quarters per minute, as set first
    notes: tuple[Note, ...]  # by tick
    channels: frozenset[int]  # all that are set up or played on


def read_midi(data: bytes) -> MidiSong:
    """Read the notes and the first tempo of a MIDI file.

    Raises:
        MidiError: the bytes are cut short, no MIDI, or timed in SMPTE frames.
    """
    division = read_division(data)
    notes: list[Note] = []
    channels: set[int] = set()
    tempos: list[tuple[int, int]] = []
    for tick, status, payload in song_events(data):
        kind, channel = status & 0xF0, status & 0x0F
        if status == 0xFF:
            if payload[:1] == b"\x51":
                tempos.append((tick, int.from_bytes(payload[1:4])))
            continue
        channels.add(channel)
        if kind == 0x90 and payload[1]:
            notes.append(Note(tick=tick, channel=channel, key=payload[0], velocity=payload[1]))
    microseconds = min(tempos)[1] if tempos else 500_000  # 120 is the format's default
    return MidiSong(
        ticks_per_quarter=division,
        tempo=60e6 / microseconds,
        notes=tuple(sorted(notes)),
        channels=frozenset(channels),
    )


def add_track(
    data: bytes,
    *,
    channel: int,
    program: int,
    notes: Sequence[Note],
    bends: Sequence[tuple[int, int]] = (),
) -> bytes:
    """Append a track that plays `notes` with a General MIDI program (0..127).

    The file must be of format 1 (several tracks). Notes must not overlap on the same key. `bends`
    are ticks and pitch bends, 0..16383 about 8192.
    """
    if int.from_bytes(data[8:10]) != 1:
        raise MidiError("a track can only be added to a MIDI file of format 1")
    events = [(0, bytes([0xC0 | channel, program]))]
    for note in notes:
        events.append((note.tick, bytes([0x90 | channel, note.key, note.velocity])))
        events.append((note.tick + max(1, note.length), bytes([0x80 | channel, note.key, 0])))
    events += [(tick, bytes([0xE0 | channel, bend & 0x7F, bend >> 7])) for tick, bend in bends]
    # By time only: the program change stays first. Note-offs go before note-ons of the same tick.
    events.sort(key=lambda event: (event[0], event[1][0] & 0xF0 == 0x90))
    count = int.from_bytes(data[10:12]) + 1
    return data[:10] + count.to_bytes(2) + data[12:] + track_chunk(events)


def track_chunk(events: Iterable[tuple[int, bytes]]) -> bytes:
    """Write a track of whole events, given by tick and in order; its end mark is added."""
    body, now = bytearray(), 0
    for tick, event in events:
        body += variable_length(tick - now) + event
        now = tick
    body += b"\x00\xff\x2f\x00"
    return b"MTrk" + len(body).to_bytes(4) + bytes(body)


def set_tempo(data: bytes, quarters_per_minute: float) -> bytes:
    """Give a file of constant tempo another one, to the microsecond a quarter.

    Raises:
        MidiError: the first track sets no tempo.
    """
    size = int.from_bytes(data[_HEADER_BYTES + 4 : _HEADER_BYTES + 8])
    end = _HEADER_BYTES + 8 + size
    conductor, found = re.subn(
        _TEMPO_EVENT,
        lambda _: b"\xff\x51\x03" + round(60e6 / quarters_per_minute).to_bytes(3),
        data[:end],
    )
    if not found:
        raise MidiError("the MIDI file sets no tempo")
    return conductor + data[end:]


def read_division(data: bytes) -> int:
    """Read the ticks of a quarter. Raises MidiError where there are none."""
    if data[:4] != b"MThd" or len(data) < _HEADER_BYTES:
        raise MidiError("this is not a MIDI file")
    division = int.from_bytes(data[12:14])
    if division & 0x8000 or not division:
        raise MidiError("MIDI timed in SMPTE frames has no beat")
    return division


def song_events(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield (tick, status, payload) of every event, one track after the other.

    System exclusives are left out. Raises MidiError for damaged data.
    """
    try:
        for track in read_tracks(data):
            yield from (event for event in read_events(track) if event[1] not in (0xF0, 0xF7))
    except IndexError as error:
        raise MidiError("the MIDI data ends in the middle of an event") from error


def read_tracks(data: bytes) -> Iterator[bytes]:
    """Yield the events of each track as they lie in the file."""
    position = 8 + int.from_bytes(data[4:8])
    while position + 8 <= len(data):
        size = int.from_bytes(data[position + 4 : position + 8])
        if data[position : position + 4] == b"MTrk":
            yield data[position + 8 : position + 8 + size]
        position += 8 + size


def read_events(track: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield (tick, status, payload); a meta event has status 0xFF and its type as first byte.

    Raises:
        IndexError: the track is cut short.
        MidiError: an event has no status.
    """
    position = tick = status = 0
    while position < len(track):
        delta, position = _read_length(track, position)
        tick += delta
        first = track[position]
        if first in (0xF0, 0xF7):
            size, position = _read_length(track, position + 1)
            yield tick, first, track[position : position + size]
            position += size
        elif first == 0xFF:
            kind = track[position + 1]
            size, position = _read_length(track, position + 2)
            yield tick, 0xFF, bytes([kind]) + track[position : position + size]
            position += size
        else:
            if first & 0x80:
                status, position = first, position + 1
            size = _DATA_BYTES.get(status & 0xF0, 0)
            if not size:
                raise MidiError("a MIDI event without a status byte")
            payload = track[position : position + size]
            if len(payload) < size:
                raise IndexError
            yield tick, status, payload
            position += size


def _read_length(data: bytes, position: int) -> tuple[int, int]:
    value = 0
    while True:
        byte = data[position]
        position += 1
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, position


def variable_length(value: int) -> bytes:
    """Write a number in groups of seven bits, as times and sizes are."""
    groups = [value & 0x7F]
    while value := value >> 7:
        groups.append(value & 0x7F | 0x80)
    return bytes(reversed(groups))
