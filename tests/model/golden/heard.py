"""What the shipped bundle hears in the sample clips, step by step, as numbers to compare.

`stride-5.json` beside this file holds them. Each clip is judged as a scan judges it; two longer
songs, made of the lossless clips, are there for the steps that a clip of half a minute never
reaches: the second round of excerpts, and a tempo that changes.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from pacetag.model.bundle import DEFAULT_NAME, shipped_bundle_folder
from pacetag.model.judge import Judge
from pacetag.model.steps import song_levels
from pacetag.model.tempo.candidates import song_candidates

SAMPLES = Path(__file__).parents[3] / "sample_audio"
FILE = Path(__file__).with_name(f"{DEFAULT_NAME}.json")
SUFFIXES = frozenset({".mp3", ".flac", ".ogg", ".opus", ".m4a"})
SWING, HILL = "03-swing-shoes.flac", "11-half-time-hill.flac"
# Name -> the clips that follow one another in it, and how many times as long each is played.
MEDLEYS: Mapping[str, tuple[tuple[str, float], ...]] = {
    "changing": ((SWING, 1.0),) * 3 + ((HILL, 1.2),) * 3,
    "steady": ((SWING, 1.0),) * 4,
}

Numbers = dict[str, Any]  # of one song, as in the JSON


def songs(scratch: Path) -> dict[str, Path]:
    """Every medley, which is written to `scratch`, and every clip, by name."""
    clips = sorted(path for path in SAMPLES.iterdir() if path.suffix in SUFFIXES)
    return {name: _medley(name, scratch) for name in MEDLEYS} | {path.name: path for path in clips}


def shipped_judge() -> Judge:
    """The judge of the bundle that is shipped, whichever the environment names."""
    return Judge(shipped_bundle_folder())


def heard_song(judge: Judge, path: Path) -> Numbers:
    """What every step of judging says of a song."""
    listening = judge.listen(path)
    excerpts, judgement = listening.features, listening.judgement
    found = song_candidates([one.autocorrelation for one in excerpts], judge.spec)
    logits = judge.logits(excerpts)
    levels = song_levels(logits, judge.calibration, judge.settings).levels
    accepted = {tempo.bpm: tempo.confidence for tempo in levels.tempos}
    return {
        "excerpts": [
            [_short(start), _short(one.mel.shape[1] / judge.spec.frame_rate)]
            for start, one in zip(listening.starts, excerpts, strict=True)
        ],
        "candidates": [[_short(one.bpm), _short(one.strength)] for one in found],
        "judged": [
            [_short(bpm), *map(_short, row)]
            for bpm, row in zip(logits.bpms, logits.clips, strict=True)
        ],
        "levels": [
            [_short(bpm), _short(present), _short(odds), _short(accepted[bpm])]
            for bpm, present, odds in sorted(
                zip(levels.bpms, levels.present, levels.metre_log_odds, strict=True)
            )
        ],
        "metre": judgement.metre,
        "paces": [[_short(tempo.bpm), _short(tempo.confidence)] for tempo in judgement.candidates],
        "stability": None if judgement.stability is None else _short(judgement.stability),
        "tempo_segments": [_short(bpm) for bpm in judgement.tempo_segments],
    }


def written(songs: Mapping[str, Numbers]) -> str:
    """The file's text: one line for each step of each song."""
    parts = []
    for name, numbers in songs.items():
        lines = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in numbers.items()]
        parts.append(f"{json.dumps(name)}: {{\n" + ",\n".join(lines) + "\n}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _medley(name: str, scratch: Path) -> Path:
    parts = []
    for clip, stretch in MEDLEYS[name]:
        samples, rate = soundfile.read(SAMPLES / clip)
        places = np.arange(0, len(samples), 1 / stretch)
        parts.append(np.interp(places, np.arange(len(samples)), samples))
    target = scratch / f"{name}.flac"
    soundfile.write(target, np.concatenate(parts), rate)
    return target


def _short(value: float) -> float:
    return round(float(value), 5)
