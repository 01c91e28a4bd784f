"""The scores of free games without their drums, played again with expression."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from pacetag.model.training.expressive.expression import Expression, draw_expression
from pacetag.model.training.expressive.piece import METRES, Part, Piece, Tone
from pacetag.model.training.grooves.draw import song_random
from pacetag.model.training.grooves.score import read_score as read_notes
from pacetag.model.training.scores.score import Score, read_score
from pacetag.model.training.scores.sections import find_stretches
from pacetag.model.training.scores.songs import SPLIT
from pacetag.model.training.scores.sources import PACKAGES, opened_package
from pacetag.model.training.scores.sources import Piece as Source
from pacetag.model.training.scores.truth import ScoreTruth, find_truth
from pacetag.model.training.sources.midi import DRUM_CHANNEL, MidiError, Note, parse_midi
from pacetag.model.training.sources.sound import FONTS

# Every package but the one whose pieces are all in another one as well.
COVERED = tuple(package for package in PACKAGES if package != "freedm")

_MOST = 2  # stretches of one piece
_FEWEST = 3.0  # notes a second, below which hardly anything is left without the drums
_SECONDS = 70.0
_ALL_PIANO = 0.4  # share of the covers that one pianist plays
_PIANOS = frozenset(range(8))
_GAIN = (0.4, 1.4)
_QUIETER = 0.75  # a sequencer's velocities are those of a band with drums
_LOUDNESS = (40.0, 88.0)


@dataclass(frozen=True, kw_only=True)
class CoverPlan:
    """Everything that makes one cover; equal plans give equal songs."""

    seed: int
    number: int  # of the stretch in its piece
    package: str
    title: str
    start: int  # quarters from the start of the score
    end: int  # quarters
    truth: ScoreTruth
    piano: bool
    expression: Expression
    font: str  # path
    gain: float
    reverb: bool
    data: bytes = field(repr=False)  # the MIDI file

    @property
    def name(self) -> str:
        """The song's name, unique within its corpus."""
        return f"{self.group} {self.title} {self.number}"

    @property
    def group(self) -> str:
        """The game, which is on one side of the split."""
        return PACKAGES[self.package]

    @property
    def split(self) -> str:
        """The side on which the scores of the game are."""
        return SPLIT[self.group]


def draw_covers(package: str, seed: int, debs: Path | None = None) -> list[CoverPlan]:
    """Draw the covers of all pieces of a package whose beat is known without their drums.

    `debs` is a folder of packages that were downloaded before. Raises PackageError.
    """
    with opened_package(package, debs) as pieces:
        found = list({source.digest: source for source in pieces}.values())
    return [plan for source in found for plan in covers_of(source, seed)]


def covers_of(source: Source, seed: int) -> Iterator[CoverPlan]:
    """Draw the covers of a piece: two stretches of it at most."""
    try:
        score = read_score(source.data)
    except MidiError:
        return
    for number, stretch in enumerate(find_stretches(score)[:_MOST]):
        part = _without_drums(score.part(stretch.start, stretch.end))
        if len(part.onsets) < _FEWEST * stretch.seconds:
            continue
        truth = find_truth(part)
        if truth is None or truth.pulse.bar not in (3, 4) or not _is_clear(truth):
            continue
        rng = song_random(seed, number, f"cover {source.digest}")
        yield CoverPlan(
            seed=seed,
            number=number,
            package=source.package,
            title=source.name,
            start=stretch.start,
            end=stretch.end,
            truth=truth,
            piano=rng.random() < _ALL_PIANO,
            expression=draw_expression(rng),
            font=rng.choice(sorted(FONTS)),
            gain=round(rng.uniform(*_GAIN), 3),
            reverb=rng.random() < 0.7,
            data=source.data,
        )


def _without_drums(part: Score) -> Score:
    pitched = part.voices < 128
    return replace(
        part,
        onsets=part.onsets[pitched],
        loudness=part.loudness[pitched],
        voices=part.voices[pitched],
    )


def _is_clear(truth: ScoreTruth) -> bool:
    return any(level.name == "beat" and level.verdict == "compatible" for level in truth.levels)


def cover_piece(plan: CoverPlan) -> Piece:
    """The stretch of a plan as a written piece of bars of three or four."""
    pulse, midi = plan.truth.pulse, parse_midi(plan.data)
    size, first = midi.ticks_per_beat, plan.start + pulse.phase
    metre = METRES["3/4" if pulse.bar == 3 else "4/4"]
    quarters = min(plan.end - first, _SECONDS * plan.truth.beat / 60 * pulse.quarters)
    bars = int(quarters / pulse.quarters / metre.beats)
    programs, by_channel = _programs(plan, size), defaultdict[int, list[Note]](list)
    for track in read_notes(midi).tracks:
        for note in track.notes:
            beat = (note.tick / size - first) / pulse.quarters
            if note.channel != DRUM_CHANNEL and -0.02 <= beat < bars * metre.beats - 0.02:
                by_channel[note.channel].append(note)
    ordered = sorted(by_channel.values(), key=lambda notes: -np.mean([n.key for n in notes]))
    tones = [
        Tone(
            beat=max(0.0, (note.tick / size - first) / pulse.quarters),
            key=note.key,
            length=note.length / size / pulse.quarters,
            part=part,
        )
        for part, notes in enumerate(ordered)
        for note in notes
    ]
    every = metre.beats if metre.beats == 3 else 2
    return Piece(
        bpm=plan.truth.beat,
        metre=metre,
        parts=tuple(
            _part(notes, 0 if plan.piano else programs.get(notes[0].channel, 0), melody=not part)
            for part, notes in enumerate(ordered)
        ),
        tones=tuple(sorted(tones)),
        bars=bars,
        phrases=tuple(range(0, bars, 4)),
        sections=tuple(range(0, max(1, bars - 3), 8)),
        harmonies=tuple(map(float, range(0, bars * metre.beats, every))),
    )


def _programs(plan: CoverPlan, size: int) -> dict[int, int]:
    """The program of each channel as the stretch begins."""
    found: dict[int, int] = {}
    for track in read_notes(parse_midi(plan.data)).tracks:
        for tick, event in track.others:
            early = tick <= (plan.start + 4) * size
            if event.type == "program_change" and (early or event.channel not in found):
                found[event.channel] = event.program
    return found


def _part(notes: list[Note], program: int, *, melody: bool) -> Part:
    loudness = _QUIETER * float(np.median([note.velocity for note in notes]))
    return Part(
        program=program,
        role="melody" if melody else "accompaniment",
        loudness=min(_LOUDNESS[1], max(_LOUDNESS[0], loudness)),
        legato=1.0,
        pedal=program in _PIANOS,
    )
