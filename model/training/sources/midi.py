"""MIDI files by mido: what sounds when, one more track, another tempo."""

import io
import re
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from mido import KeySignatureError, Message, MidiFile, MidiTrack

from pacetag.model.errors import ModelError

DRUM_CHANNEL = 9  # counted from 0
CENTRE = 8192  # a pitch bend that bends nothing, in the numbers of the format
DEFAULT_QUARTER = 500_000  # microseconds
_KEY_SIGNATURE = re.compile(rb"\xff\x59\x02..", re.DOTALL)
_C_MAJOR = b"\xff\x59\x02\0\0"


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


def parse_midi(data: bytes) -> MidiFile:
    """Parse a MIDI file.

    Raises MidiError: the bytes are cut short, no MIDI, or timed in SMPTE frames.
    """
    try:
        try:
            midi = MidiFile(file=io.BytesIO(data), clip=True)
        except KeySignatureError:  # a mode of 255, say; nothing here asks for the key
            plain = _KEY_SIGNATURE.sub(_C_MAJOR, data)
            midi = MidiFile(file=io.BytesIO(plain), clip=True)
    except (EOFError, OSError, ValueError, LookupError, struct.error, KeySignatureError) as error:
        reason = str(error) or "the MIDI data ends in the middle of an event"
        raise MidiError(f"this is not a MIDI file: {reason}") from error
    if midi.ticks_per_beat <= 0:
        raise MidiError("MIDI timed in SMPTE frames has no beat")
    return midi


def song_of(midi: MidiFile) -> MidiSong:
    """The notes and the first tempo of a MIDI file."""
    notes: list[Note] = []
    channels: set[int] = set()
    tempos: list[tuple[int, int]] = []
    for tick, event in (each for track in midi.tracks for each in timed(track)):
        if event.type == "set_tempo":
            tempos.append((tick, event.tempo))
        elif not event.is_meta and hasattr(event, "channel"):
            channels.add(event.channel)
        if event.type == "note_on" and event.velocity:
            notes.append(
                Note(tick=tick, channel=event.channel, key=event.note, velocity=event.velocity)
            )
    return MidiSong(
        ticks_per_quarter=midi.ticks_per_beat,
        tempo=60e6 / (min(tempos)[1] if tempos else DEFAULT_QUARTER),
        notes=tuple(sorted(notes)),
        channels=frozenset(channels),
    )


def add_track(
    midi: MidiFile,
    *,
    channel: int,
    program: int,
    notes: Sequence[Note],
    bends: Sequence[tuple[int, int]] = (),
) -> MidiFile:
    """The file with one more track, which plays `notes` with a General MIDI program (0..127).

    Notes must not overlap on the same key. `bends` are ticks and pitch bends, 0..16383 about 8192.
    Raises MidiError unless the file is of format 1, of several tracks.
    """
    if midi.type != 1:
        raise MidiError("a track can only be added to a MIDI file of format 1")
    events = [(0, Message("program_change", channel=channel, program=program))]
    for note in notes:
        events += note_events(note, note.tick + max(1, note.length))
    events += [
        (tick, Message("pitchwheel", channel=channel, pitch=bend - CENTRE)) for tick, bend in bends
    ]
    # By time only: the program change stays first. Note-offs go before note-ons of the same tick.
    events.sort(key=lambda event: (event[0], event[1].type == "note_on"))
    return with_tracks(midi, [*midi.tracks, track_of(events)])


def set_tempo(midi: MidiFile, quarters_per_minute: float) -> MidiFile:
    """A file of constant tempo with another one, to the microsecond a quarter.

    Raises MidiError where the first track sets no tempo.
    """
    conductor, *others = midi.tracks
    length = round(60e6 / quarters_per_minute)
    if not any(event.type == "set_tempo" for event in conductor):
        raise MidiError("the MIDI file sets no tempo")
    timed = [e.copy(tempo=length) if e.type == "set_tempo" else e for e in conductor]
    return with_tracks(midi, [MidiTrack(timed), *others])


def timed(track: MidiTrack) -> Iterator[tuple[int, Message]]:
    """Each event of a track with its tick from the start."""
    tick = 0
    for event in track:
        tick += event.time
        yield tick, event


def track_of(events: Iterable[tuple[int, Message]]) -> MidiTrack:
    """A track of events that are given by tick and in order."""
    track, now = MidiTrack(), 0
    for tick, event in events:
        track.append(event.copy(time=tick - now))
        now = tick
    return track


def note_events(note: Note, end: int) -> list[tuple[int, Message]]:
    """What strikes a note, and what ends it at the tick `end`."""
    place = {"channel": note.channel, "note": note.key}
    return [
        (note.tick, Message("note_on", velocity=note.velocity, **place)),
        (end, Message("note_off", velocity=0, **place)),
    ]


def with_tracks(midi: MidiFile, tracks: list[MidiTrack]) -> MidiFile:
    """A file of the same ticks with other tracks."""
    return MidiFile(type=midi.type, ticks_per_beat=midi.ticks_per_beat, tracks=tracks)
