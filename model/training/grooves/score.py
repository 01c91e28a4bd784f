"""A MIDI file as notes with lengths, so that they can be moved and it can be written again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from pacetag.model.training.sources.midi import (
    Note,
    read_events,
    read_tracks,
    track_chunk,
    variable_length,
)

_TEMPO, _END = 0x51, 0x2F  # types of meta events


@dataclass(frozen=True, kw_only=True)
class Track:
    """One track: its notes, and everything else as it stands."""

    notes: tuple[Note, ...]  # by tick
    others: tuple[tuple[int, bytes], ...]  # (tick, event), without the end mark


@dataclass(frozen=True, kw_only=True)
class Score:
    """All tracks of a file of format 1."""

    ticks_per_quarter: int
    tracks: tuple[Track, ...]

    def moved(self, move: Callable[[Note], Note | None]) -> Score:
        """Put `move(note)` in the place of every note; None leaves it out."""
        tracks = []
        for track in self.tracks:
            kept = [note for note in map(move, track.notes) if note is not None]
            tracks.append(replace(track, notes=tuple(sorted(kept))))
        return replace(self, tracks=tuple(tracks))

    def refined(self, factor: int) -> Score:
        """Count the same music in ticks `factor` times as fine."""
        tracks = tuple(
            Track(
                notes=tuple(
                    replace(note, tick=note.tick * factor, length=note.length * factor)
                    for note in track.notes
                ),
                others=tuple((tick * factor, event) for tick, event in track.others),
            )
            for track in self.tracks
        )
        return Score(ticks_per_quarter=self.ticks_per_quarter * factor, tracks=tracks)

    def timed(self, tempos: Iterable[tuple[int, int]]) -> Score:
        """Set other tempos: ticks and microseconds a quarter."""
        kept = [one for one in self.tracks[0].others if one[1][:2] != bytes([0xFF, _TEMPO])]
        kept += [(tick, bytes([0xFF, _TEMPO, 3]) + length.to_bytes(3)) for tick, length in tempos]
        conductor = replace(self.tracks[0], others=tuple(sorted(kept, key=lambda event: event[0])))
        return replace(self, tracks=(conductor, *self.tracks[1:]))


def read_score(data: bytes) -> Score:
    """Read a whole MIDI file; `read_midi` says whether it is one."""
    return Score(
        ticks_per_quarter=int.from_bytes(data[12:14]),
        tracks=tuple(_read_track(track) for track in read_tracks(data)),
    )


def write_score(score: Score) -> bytes:
    """Write a MIDI file of format 1."""
    head = b"MThd\x00\x00\x00\x06\x00\x01" + len(score.tracks).to_bytes(2)
    head += score.ticks_per_quarter.to_bytes(2)
    return head + b"".join(track_chunk(_events(track)) for track in score.tracks)


def _read_track(data: bytes) -> Track:
    notes: list[Note] = []
    others: list[tuple[int, bytes]] = []
    sounding: dict[tuple[int, int], Note] = {}
    for tick, status, payload in read_events(data):
        kind, channel = status & 0xF0, status & 0x0F
        if kind in (0x80, 0x90):
            struck = sounding.pop((channel, payload[0]), None)
            if struck is not None:  # a second stroke ends the first as well
                notes.append(replace(struck, length=tick - struck.tick))
            if kind == 0x90 and payload[1]:
                sounding[channel, payload[0]] = Note(
                    tick=tick, channel=channel, key=payload[0], velocity=payload[1]
                )
        elif status != 0xFF:
            body = _sized(payload) if kind == 0xF0 else payload
            others.append((tick, bytes([status]) + body))
        elif payload[0] != _END:
            others.append((tick, bytes([status, payload[0]]) + _sized(payload[1:])))
    notes += sounding.values()
    return Track(notes=tuple(sorted(notes)), others=tuple(others))


def _sized(payload: bytes) -> bytes:
    """Put the length before the bytes, as meta events and exclusive ones have it."""
    return variable_length(len(payload)) + payload


def _events(track: Track) -> list[tuple[int, bytes]]:
    """All events by tick: at the same one, notes end first and begin last."""
    ranked = [(tick, 1, event) for tick, event in track.others]
    following: dict[tuple[int, int], int] = {}  # where the next note on the same key begins
    for note in reversed(track.notes):
        end = note.tick + max(1, note.length)
        end = min(end, following.get((note.channel, note.key), end))
        following[note.channel, note.key] = note.tick
        ranked.append((note.tick, 2, bytes([0x90 | note.channel, note.key, note.velocity])))
        if end > note.tick:
            ranked.append((end, 0, bytes([0x80 | note.channel, note.key, 0])))
    ranked.sort(key=lambda event: event[:2])  # stable: setting-up events keep their order
    return [(tick, event) for tick, _, event in ranked]
