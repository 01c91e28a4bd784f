"""Pictures of free recordings, to check their labels by eye.

`python -m pacetag.model.training.recordings.pictures RECORDINGS OUT --sample 64 --seed 1` draws a
sample of the labels file, two recordings a picture. The pictures say neither which recording it
is nor how it is labelled, and nothing that a network said: only the tempo in question. Which is
which stands in OUT/key.csv. Needs matplotlib.
"""

from __future__ import annotations

import argparse
import csv
import random
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import librosa
import matplotlib
import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from pacetag.model.audio.excerpts import read_window
from pacetag.model.errors import DecodeError
from pacetag.model.features.features import Features, extract_features
from pacetag.model.spec import FeatureSpec
from pacetag.model.training.output_folders import OutputError, check_free, named_path
from pacetag.model.training.recordings.fetch import present_recordings
from pacetag.model.training.recordings.labels import recording_windows
from pacetag.model.training.recordings.pulse import (
    FOLD_BINS,
    fit_pulse,
    fold_onset,
    likely_tempo,
)
from pacetag.model.training.recordings.table import Recording

SHARES = {"beat": 40, "none": 8, "unclear": 10, "short": 6}  # of a sample, by class
PER_PICTURE = 2
SHOWN = 10.0  # s of the onset envelope; the folds take the whole window
BASS_BANDS = 6  # mel bands up to about 150 Hz: kick drum and bass
MARKS = (  # ratios to the tempo, colour and line of what is marked in a tempogram
    ((1.0,), "r", "-"),
    ((1 / 4, 1 / 2, 2.0, 4.0), "tab:blue", "--"),
    ((1 / 3, 3.0), "g", "--"),
    ((2 / 3, 3 / 4, 4 / 3, 3 / 2), "0.6", ":"),
)


def draw_sample(
    recordings: Sequence[Recording], count: int, seed: int, shares: dict[str, int] | None = None
) -> list[Recording]:
    """A sample with the shares of SHARES by class, from as many packages as there are, shuffled."""
    shares = shares or SHARES
    chance = random.Random(seed)
    sample: list[Recording] = []
    for kind, share in shares.items():
        rows = [recording for recording in recordings if recording.kind == kind]
        wanted = round(count * share / sum(shares.values()))
        sample += list(_by_turns(rows, chance))[:wanted]
    chance.shuffle(sample)
    return sample


def draw_pictures(
    sample: Sequence[Recording],
    folder: Path,
    out: Path,
    spec: FeatureSpec,
    *,
    overwrite: bool = False,
) -> list[Path]:
    """Draw the recordings that lie in `folder`, and the key to their numbers, into `out`.

    Raises OutputError when one of these files is there already, unless it is to be replaced.
    """
    from matplotlib import pyplot

    count = -(-len(sample) // PER_PICTURE)
    names = [f"page-{page:02d}.png" for page in range(1, count + 1)]
    check_free([out / name for name in (*names, "key.csv")], overwrite=overwrite)
    out.mkdir(parents=True, exist_ok=True)
    pages = range(0, len(sample), PER_PICTURE)
    pictures = []
    key = [("number", "picture", "package", "path", "tempo_bpm")]
    for page, first in enumerate(track(pages, "Drawing recordings"), start=1):
        picture = out / f"page-{page:02d}.png"
        figure = pyplot.figure(figsize=(18, 5.2 * PER_PICTURE), layout="constrained")
        blocks = figure.subfigures(PER_PICTURE, 1, squeeze=False)[:, 0]
        group = sample[first : first + PER_PICTURE]
        for number, (block, recording) in enumerate(zip(blocks, group, strict=False), first + 1):
            tempo = _draw_recording(block, number, recording, folder, spec)
            key.append(
                (str(number), picture.name, recording.package, recording.path, f"{tempo:.2f}")
            )
        figure.savefig(picture, dpi=88)
        pyplot.close(figure)
        pictures.append(picture)
    with (out / "key.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(key)
    return pictures


def _by_turns(rows: Sequence[Recording], chance: random.Random) -> Iterator[Recording]:
    """One row of each package in turn, packages and rows in random order."""
    packages: dict[str, list[Recording]] = defaultdict(list)
    for row in rows:
        packages[row.package].append(row)
    order = sorted(packages)
    chance.shuffle(order)
    for package in order:
        chance.shuffle(packages[package])
    for turn in range(max(map(len, packages.values()), default=0)):
        yield from (packages[name][turn] for name in order if turn < len(packages[name]))


def _draw_recording(
    block: Any, number: int, recording: Recording, folder: Path, spec: FeatureSpec
) -> float:
    """Fill a figure's block; returns the tempo in bpm that was drawn."""
    heard: list[Features] = []
    for window in recording_windows(recording, folder):
        try:
            samples = read_window(window.path, window.start, window.seconds, spec)
        except DecodeError as error:
            block.suptitle(f"No. {number}: {error.reason}")
            continue
        heard.append(extract_features(samples, spec))
    if not heard:
        return 0.0
    mean = np.mean([f.autocorrelation for f in heard], axis=0)
    tempo = recording.tempo or likely_tempo(mean, spec)
    block.suptitle(f"No. {number}: {tempo:.2f} bpm")
    axes = block.subplots(2, 5, width_ratios=[6, 2, 1.6, 3, 2.4], squeeze=False)
    for row, features in enumerate(heard):
        _draw_window(axes[row], features, tempo, spec)
    return tempo


def _draw_window(axes: NDArray[Any], features: Features, tempo: float, spec: FeatureSpec) -> None:
    onset = features.onset_envelope
    bass = _bass_onset(features, spec)
    middle, length = len(onset) // 2, int(SHOWN * spec.frame_rate)
    part = slice(max(0, middle - length // 2), middle + length // 2)
    _draw_onset(axes[0], onset[part], bass[part], tempo, spec)
    pulse = fit_pulse(onset, tempo, spec)
    for ax, beats in ((axes[1], 4), (axes[2], 3)):
        place = np.arange(beats * FOLD_BINS) / FOLD_BINS
        ax.plot(place, _scaled(fold_onset(onset, pulse, beats)), "k", lw=1)
        ax.plot(place, _scaled(fold_onset(bass, pulse, beats)), "r", lw=1)
        ax.set_xticks(range(beats))
        ax.set_ylim(0)
        ax.grid(axis="x")
        ax.set_title(
            f"fold {beats}: {spec.bpm(pulse.period):.2f}, x{pulse.contrast:.2f}", fontsize=8
        )
    _draw_tempogram(axes[3], features.autocorrelation, tempo, spec)
    lags = np.arange(0.25, 8.5, 0.02)
    centred = onset - onset.mean()
    full = librosa.autocorrelate(centred) / max(float(centred @ centred), 1e-9)
    axes[4].plot(lags, np.interp(lags * pulse.period, np.arange(len(full)), full), "k", lw=1)
    axes[4].set_xticks(range(1, 9))
    axes[4].grid(axis="x")
    axes[4].set_title("autocorrelation, in beats", fontsize=8)


def _draw_onset(
    ax: Any,
    onset: NDArray[np.float32],
    bass: NDArray[np.float32],
    tempo: float,
    spec: FeatureSpec,
) -> None:
    pulse = fit_pulse(onset, tempo, spec)
    time = np.arange(len(onset)) / spec.frame_rate
    ax.plot(time, _scaled(onset), "k", lw=0.8)
    ax.plot(time, 0.6 * _scaled(bass) - 0.7, "r", lw=0.8)
    for beat in np.arange(pulse.first, len(onset), pulse.period) / spec.frame_rate:
        ax.axvline(beat, color="tab:blue", lw=0.7)
    ax.margins(x=0)
    ax.set_yticks([])
    ax.set_title(
        f"onsets (red: bass); beat at {spec.bpm(pulse.period):.2f}, x{pulse.contrast:.2f}",
        fontsize=8,
    )


def _draw_tempogram(
    ax: Any, tempogram: NDArray[np.float32], tempo: float, spec: FeatureSpec
) -> None:
    lags = np.arange(spec.min_lag, spec.max_lag + 1)
    ax.semilogx(60 * spec.frame_rate / lags, tempogram[lags], "k", lw=1)
    for ratios, colour, style in MARKS:
        for ratio in ratios:
            if spec.min_bpm <= ratio * tempo <= spec.max_bpm:
                ax.axvline(ratio * tempo, color=colour, ls=style, lw=1)
    ticks = (40, 60, 80, 100, 120, 160, 200, 240, 320)
    ax.set_xticks(ticks, [str(tick) for tick in ticks], fontsize=7)
    ax.minorticks_off()
    ax.set_title("tempogram; blue: halves, green: thirds, grey: 3/2, 4/3 ...", fontsize=8)


def _bass_onset(features: Features, spec: FeatureSpec) -> NDArray[np.float32]:
    power = librosa.power_to_db(features.mel[:BASS_BANDS])
    strength = librosa.onset.onset_strength(
        S=power, sr=spec.sample_rate, hop_length=spec.hop_length
    )
    return np.asarray(strength, dtype=np.float32)


def _scaled(values: NDArray[Any]) -> NDArray[Any]:
    return values / max(float(values.max(initial=0.0)), 1e-9)


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw from the command line."""
    parser = argparse.ArgumentParser(description="Draw free recordings, to check labels by eye.")
    parser.add_argument("recordings", type=named_path, help="the folder they were fetched to")
    parser.add_argument("out", type=named_path, help="where the pictures go")
    parser.add_argument("--sample", type=int, default=64, metavar="N", help="how many to draw")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--only", action="append", metavar="PATH", help="no sample, but these; may be repeated"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace pictures that are there")
    given = parser.parse_args(arguments)
    matplotlib.use("Agg")
    sample: Sequence[Recording] = present_recordings(given.recordings)
    if given.only:
        sample = [recording for recording in sample if recording.path in given.only]
    else:
        sample = draw_sample(sample, given.sample, given.seed)
    try:
        draw_pictures(sample, given.recordings, given.out, FeatureSpec(), overwrite=given.overwrite)
    except OutputError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
