"""MIDI to sound by FluidSynth, and sound to FLAC files."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import soundfile
from mido import MidiFile
from numpy.typing import NDArray

from pacetag.model.training.sources.tools import SHARE, RenderError, require_installed, run_tool

SAMPLE_RATE = 22_050  # Hz, of rendered songs
FONTS: Mapping[str, str] = {  # file -> the Debian package that brings it
    f"{SHARE}/sounds/sf2/FluidR3_GM.sf2": "fluid-soundfont-gm",
    f"{SHARE}/sounds/sf2/TimGM6mb.sf2": "timgm6mb-soundfont",
    f"{SHARE}/sounds/sf3/MuseScore_General_Lite.sf3": "musescore-general-soundfont-small",
}

_FULL_SCALE = 0.99


def require_synthesiser(
    purpose: str, programs: Mapping[str, str] | None = None, paths: Mapping[Path, str] | None = None
) -> None:
    """Check FluidSynth, the sound fonts, and what else is named with its Debian package.

    Raises ToolsMissingError, which says what to install.
    """
    require_installed(
        purpose,
        {"fluidsynth": "fluidsynth", **(programs or {})},
        {**{Path(font): package for font, package in FONTS.items()}, **(paths or {})},
    )


def synthesise_mono(
    midi: MidiFile, font: str, *, gain: float, reverb: bool, seconds: float, what: str
) -> NDArray[np.float32]:
    """Play the first seconds of a MIDI file: samples [n] at SAMPLE_RATE. Raises RenderError.

    FluidSynth waits for the last echo: up to ten seconds without a beat.
    """
    stereo = synthesise(midi, font, rate=SAMPLE_RATE, gain=gain, reverb=reverb, what=what)
    return np.asarray(stereo[: round(seconds * SAMPLE_RATE)].mean(axis=1), np.float32)


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
