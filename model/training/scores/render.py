"""A piece turned into sound: every stretch with several sound fonts, or out of its recording."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
import soundfile
from numpy.typing import NDArray

from pacetag.model.audio.excerpts import read_window
from pacetag.model.errors import DecodeError, ModelError
from pacetag.model.spec import FeatureSpec
from pacetag.model.training.grooves.draw import FONTS
from pacetag.model.training.grooves.truth import Level
from pacetag.model.training.scores.score import read_score
from pacetag.model.training.scores.sections import Stretch, find_stretches, recording_lag
from pacetag.model.training.scores.sources import PACKAGES, Piece
from pacetag.model.training.scores.truth import ScoreTruth, find_truth
from pacetag.model.training.sources.tools import require_installed

RENDERINGS = 2  # of each piece, with different sound fonts

_GAIN = (0.2, 1.2)
_TIMEOUT = 600  # seconds; a piece of ten minutes takes about ten
_FULL_SCALE = 0.99
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


class RenderError(ModelError):
    """A piece could not be rendered."""


def require_tools() -> None:
    """Check that FluidSynth and the sound fonts are there. Raises ToolsMissingError."""
    fonts = {Path(font): package for font, package in FONTS.items()}
    require_installed("rendering the scores", {"fluidsynth": "fluidsynth"}, fonts)


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
        sound = _synthesise(piece, font, gain, reverb, spec)
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


def _synthesise(
    piece: Piece, font: str, gain: float, reverb: bool, spec: FeatureSpec
) -> NDArray[np.float32]:
    """Play a whole piece: programs and volumes are set anywhere before the stretch. Mono [n]."""
    with tempfile.TemporaryDirectory(prefix="pacetag-score-") as scratch:
        midi, wav = Path(scratch, "song.mid"), Path(scratch, "song.wav")
        midi.write_bytes(piece.data)
        command = ["fluidsynth", "-ni", "-q", "-r", str(spec.sample_rate), "-g", str(gain)]
        command += ["-R", str(int(reverb)), "-F", str(wav), font, str(midi)]
        try:
            done = subprocess.run(
                command,
                capture_output=True,
                text=True,
                timeout=_TIMEOUT,
                check=False,
                errors="replace",
            )
        except subprocess.TimeoutExpired as error:
            raise RenderError(f"fluidsynth hung on {piece.name}") from error
        if done.returncode or not wav.is_file():
            said = (done.stdout + done.stderr).strip().splitlines()[-3:]
            raise RenderError(f"fluidsynth failed on {piece.name}: {' | '.join(said)}")
        stereo, _ = soundfile.read(wav, dtype="float32", always_2d=True)
    mono: NDArray[np.float32] = stereo.mean(axis=1)
    return mono


def _recorded(path: Path, stretch: Stretch, start: float, spec: FeatureSpec) -> NDArray[np.float32]:
    try:
        return read_window(path, max(0.0, start), stretch.seconds, spec)
    except DecodeError:
        return np.empty(0, np.float32)


def _write(samples: NDArray[np.float32], target: Path, spec: FeatureSpec) -> None:
    """Write a file whole or not at all, so that an interrupted run can be resumed."""
    peak = float(np.abs(samples).max(initial=0.0))
    if not peak:
        raise RenderError(f"{target.name} came out silent")
    partial = target.with_suffix(".part")
    scaled = samples / max(1.0, peak / _FULL_SCALE)
    soundfile.write(partial, scaled, spec.sample_rate, format="FLAC", subtype="PCM_16")
    partial.replace(target)
