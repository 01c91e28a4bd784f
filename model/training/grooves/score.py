"""A MIDI file as notes with lengths, so that they can be moved and it can be written again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from mido import Message, MetaMessage, MidiFile, MidiTrack

from pacetag.model.training.sources.midi import Note, note_events, timed, track_of


@dataclass(frozen=True, kw_only=True)
class Track:
    """One track: its notes, and everything else as it stands."""

    notes: tuple[Note, ...]  # by tick
    others: tuple[tuple[int, Message], ...]  # (tick, event), without the end mark


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
        kept = [one for one in self.tracks[0].others if one[1].type != "set_tempo"]
        kept += [(tick, MetaMessage("set_tempo", tempo=length)) for tick, length in tempos]
        conductor = replace(self.tracks[0], others=tuple(sorted(kept, key=lambda event: event[0])))
        return replace(self, tracks=(conductor, *self.tracks[1:]))


def read_score(midi: MidiFile) -> Score:
    """A whole MIDI file as a score."""
    return Score(
        ticks_per_quarter=midi.ticks_per_beat,
        tracks=tuple(_read_track(track) for track in midi.tracks),
    )


def write_score(score: Score) -> MidiFile:
    """A score as a MIDI file of format 1."""
    return MidiFile(
        ticks_per_beat=score.ticks_per_quarter,
        tracks=[track_of(_events(track)) for track in score.tracks],
    )


def _read_track(track: MidiTrack) -> Track:
    notes: list[Note] = []
    others: list[tuple[int, Message]] = []
    sounding: dict[tuple[int, int], Note] = {}
    for tick, event in timed(track):
        if event.type in ("note_on", "note_off"):
            place = event.channel, event.note
            struck = sounding.pop(place, None)
            if struck is not None:  # a second stroke ends the first as well
                notes.append(replace(struck, length=tick - struck.tick))
            if event.type == "note_on" and event.velocity:
                sounding[place] = Note(
                    tick=tick, channel=event.channel, key=event.note, velocity=event.velocity
                )
        elif event.type != "end_of_track":
            others.append((tick, event.copy(time=0)))
    notes += sounding.values()
    return Track(notes=tuple(sorted(notes)), others=tuple(others))


def _events(track: Track) -> list[tuple[int, Message]]:
    """All events by tick: at the same one, notes end first and begin last."""
    ranked = [(tick, 1, event) for tick, event in track.others]
    following: dict[tuple[int, int], int] = {}  # where the next note on the same key begins
    for note in reversed(track.notes):
        end = note.tick + max(1, note.length)
        end = min(end, following.get((note.channel, note.key), end))
        following[note.channel, note.key] = note.tick
        (_, strike), (_, release) = note_events(note, end)
        ranked.append((note.tick, 2, strike))
        if end > note.tick:
            ranked.append((end, 0, release))
    ranked.sort(key=lambda event: event[:2])  # stable: setting-up events keep their order
    return [(tick, event) for tick, _, event in ranked]
