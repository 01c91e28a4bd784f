"""MIDI to sound by FluidSynth, and sound to FLAC files."""

import tempfile
from pathlib import Path

import numpy as np
import soundfile
from mido import MidiFile
from numpy.typing import NDArray

from pacetag.model.training.sources.tools import RenderError, run_tool

_FULL_SCALE = 0.99


def synthesise(
    midi: MidiFile | bytes, font: str, *, rate: int, gain: float, reverb: bool, what: str
) -> NDArray[np.float32]:
    """Play a MIDI file with a sound font: samples [n, 2] at `rate` Hz, echoes included.

    Raises RenderError, which says of `what` FluidSynth made no sound.
    """
    with tempfile.TemporaryDirectory(prefix="pacetag-midi-") as scratch:
        score, wav = Path(scratch, "song.mid"), Path(scratch, "song.wav")
        if isinstance(midi, bytes):
            score.write_bytes(midi)
        else:
            midi.save(score)
        command = ["fluidsynth", "-ni", "-q", "-r", str(rate), "-g", str(gain)]
        command += ["-R", str(int(reverb)), "-F", str(wav), font, str(score)]
        run_tool(command, wav, what)
        samples, _ = soundfile.read(wav, dtype="float32", always_2d=True)
    if not np.any(samples):
        raise RenderError(f"{what} came out silent")
    return np.asarray(samples, np.float32)


def write_flac(target: Path, samples: NDArray[np.float32], rate: int) -> None:
    """Write samples [n] or [n, channels] as FLAC, whole or not at all; too loud ones softer."""
    target.parent.mkdir(parents=True, exist_ok=True)
    peak = float(np.abs(samples).max(initial=0.0))
    partial = target.with_name(f"{target.name}.part")
    scaled = samples / max(1.0, peak / _FULL_SCALE)
    soundfile.write(partial, scaled, rate, format="FLAC", subtype="PCM_16")
    partial.replace(target)
