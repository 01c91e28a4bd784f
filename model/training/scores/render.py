"""A piece turned into sound: every stretch with several sound fonts, or out of its recording."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray

from pacetag.model.audio.excerpts import read_window
from pacetag.model.errors import DecodeError
from pacetag.model.spec import FeatureSpec
from pacetag.model.training.grooves.truth import Level
from pacetag.model.training.scores.score import read_score
from pacetag.model.training.scores.sections import Stretch, find_stretches, recording_lag
from pacetag.model.training.scores.sources import PACKAGES, Piece
from pacetag.model.training.scores.truth import ScoreTruth, find_truth
from pacetag.model.training.sources.sound import FONTS, require_synthesiser, synthesise, write_flac
from pacetag.model.training.sources.tools import RenderError

RENDERINGS = 2  # of each piece, with different sound fonts

_GAIN = (0.2, 1.2)
_LATEST = 0.5  # seconds: a recording that is further beside its score is moved


@dataclass(frozen=True, kw_only=True)
class ScoreSong:
    """One stretch as it sounds, and its truth: a line of songs.jsonl."""

    name: str
    package: str
    group: str
    piece: str
    sha256: str  # of the MIDI file
    starts_at: float  # seconds from the start of the score
    seconds: float
    tempo: float  # beats per minute
    bar: int | None  # beats, None if unknown; 4 stands for 2 and 8 too
    notated: bool  # whether the beat is that of the notation
    font: str  # file name; "recording" where it was not rendered
    gain: float
    reverb: bool
    audio: str  # file name, beside songs.jsonl
    levels: tuple[Level, ...]  # slow to fast


def require_tools() -> None:
    """Check that FluidSynth and the sound fonts are there. Raises ToolsMissingError."""
    require_synthesiser("rendering the scores")


def render_piece(piece: Piece, folder: Path) -> Iterator[ScoreSong]:
    """Write the stretches of a piece into `folder` as 22 050 Hz mono FLAC, and yield each.

    Equal pieces give equal songs. Raises MidiError, DecodeError or RenderError.
    """
    score = read_score(piece.data)
    known: list[tuple[Stretch, ScoreTruth]] = []
    for stretch in find_stretches(score):
        truth = find_truth(score.part(stretch.start, stretch.end))
        if truth is not None:
            known.append((stretch, truth))
    if not known:
        return
    spec = FeatureSpec()
    if piece.recording is not None:
        for number, (stretch, truth) in enumerate(known):
            samples = _recorded(piece.recording, stretch, stretch.starts_at, spec)
            lag = recording_lag(score, stretch, samples, spec) if len(samples) else None
            if lag is None:
                continue
            if abs(lag) > _LATEST:
                samples = _recorded(piece.recording, stretch, stretch.starts_at + lag, spec)
            song = _song(piece, number, stretch, truth, "recording", 1.0, False)
            _write(samples, folder / song.audio, spec)
            yield song
        return
    rng = Random(piece.digest)
    for font in rng.sample(sorted(FONTS), RENDERINGS):
        gain, reverb = round(rng.uniform(*_GAIN), 3), rng.random() < 0.5
        # The whole piece: programs and volumes are set anywhere before the stretch.
        stereo = synthesise(
            piece.data, font, rate=spec.sample_rate, gain=gain, reverb=reverb, what=piece.name
        )
        sound = stereo.mean(axis=1)
        for number, (stretch, truth) in enumerate(known):
            first = round(stretch.starts_at * spec.sample_rate)
            samples = sound[first : first + round(stretch.seconds * spec.sample_rate)]
            song = _song(piece, number, stretch, truth, Path(font).name, gain, reverb)
            _write(samples, folder / song.audio, spec)
            yield song


def _song(
    piece: Piece,
    number: int,
    stretch: Stretch,
    truth: ScoreTruth,
    font: str,
    gain: float,
    reverb: bool,
) -> ScoreSong:
    name = f"{piece.package}-{piece.name}-{number}-{Path(font).stem}"
    return ScoreSong(
        name=name,
        package=piece.package,
        group=PACKAGES[piece.package],
        piece=piece.name,
        sha256=piece.digest,
        starts_at=round(stretch.starts_at, 3),
        seconds=round(stretch.seconds, 2),
        tempo=round(truth.beat, 4),
        bar=truth.pulse.bar,
        notated=truth.pulse.notated,
        font=font,
        gain=gain,
        reverb=reverb,
        audio=f"{name}.flac",
        levels=truth.levels,
    )


def _recorded(path: Path, stretch: Stretch, start: float, spec: FeatureSpec) -> NDArray[np.float32]:
    try:
        return read_window(path, max(0.0, start), stretch.seconds, spec)
    except DecodeError:
        return np.empty(0, np.float32)


def _write(samples: NDArray[np.float32], target: Path, spec: FeatureSpec) -> None:
    if not np.any(samples):
        raise RenderError(f"{target.name} came out silent")
    write_flac(target, samples, spec.sample_rate)
