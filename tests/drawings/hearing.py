"""The pictures of docs/how-it-hears.md: how the sample waltz becomes paces.

`python -m tests.drawings.hearing` draws them again into docs/hearing/.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pacetag.model.audio.excerpts import open_song
from pacetag.model.features.features import Features
from pacetag.model.features.mel import mel_spectrogram
from pacetag.model.judge import Judge
from pacetag.model.judgement import MIN_CONFIDENCE
from pacetag.model.tempo.candidates import Candidate, song_candidates
from pacetag.model.tempo.clips import weighted_logits
from pacetag.model.tempo.folding import TempoFolder, log_power
from pacetag.model.tempo.levels import TempoLevels
from pacetag.model.tempo.schedule import excerpt_schedule
from pacetag.tagger.plots.image_files import picture

ROOT = Path(__file__).parents[2]
SONG = ROOT / "sample_audio/04-riverside-waltz.ogg"
FOLDER = ROOT / "docs/hearing"
SHOWN_SECONDS = 5.0  # of the spectrograms
FOLDED_AT = (62.0, 93.0, 186.0)  # bpm: the bar, no level of the metre, the beat
TICKS = (40, 60, 80, 100, 120, 160, 200, 240, 320)  # bpm
WIDE = 9.0  # inches
DPI = 80
SAME = 1e-6  # two numbers of one tempo


@dataclass(frozen=True, kw_only=True)
class Hearing:
    """The sample waltz at each step on the way to its paces."""

    judge: Judge
    power: Any  # of the whole sound [bands, frames], of the first excerpt
    excerpts: tuple[Features, ...]
    candidates: tuple[Candidate, ...]
    asked: tuple[float, ...]  # bpm of those that the network is asked about
    alone: tuple[float, ...]  # probability of each level's tempo by itself, calibrated
    levels: TempoLevels


def hear(song: Path = SONG) -> Hearing:
    """Take the steps of a judgement one by one and keep what each gives."""
    judge = Judge()
    excerpts = judge.listen(song).features
    with open_song(song, judge.spec) as sound:
        span = excerpt_schedule(sound.duration, judge.settings.schedule)[0][0]
        samples = sound.excerpt(span)
    assert samples is not None
    logits, levels = judge.logits(excerpts), judge.levels(excerpts).levels
    alone = judge.calibration.probability(weighted_logits(logits.clips, judge.settings.clips))
    by_tempo = dict(zip(logits.bpms, alone, strict=True))
    return Hearing(
        judge=judge,
        power=mel_spectrogram(samples, judge.spec),
        excerpts=excerpts,
        candidates=song_candidates([excerpt.autocorrelation for excerpt in excerpts], judge.spec),
        asked=tuple(logits.bpms),
        alone=tuple(float(by_tempo[bpm]) for bpm in levels.bpms),
        levels=levels,
    )


def draw_sound(hearing: Hearing) -> Figure:
    """The mel spectrogram of some seconds, whole and its percussive part, and the onsets."""
    figure, axes = _panels(3, 5.4)
    rate = hearing.judge.spec.frame_rate
    shown = slice(0, round(SHOWN_SECONDS * rate))
    first = hearing.excerpts[0]
    for panel, power, name in (
        (axes[0], hearing.power, "all of the sound"),
        (axes[1], first.mel, "what is struck"),
    ):
        levels = 10 * np.log10(power[:, shown] + 1e-6)
        extent = (0.0, SHOWN_SECONDS, 0.0, float(len(levels)))
        top = float(10 * np.log10(hearing.power[:, shown].max()))
        panel.imshow(levels, aspect="auto", origin="lower", extent=extent, vmin=top - 70, vmax=top)
        panel.set(title=name, ylabel="mel band")
    onsets = first.onset_envelope[shown]
    axes[2].plot(np.arange(len(onsets)) / rate, onsets, color="tab:green")
    axes[2].set(title="where it begins: onset strength", xlabel="s", xlim=(0.0, SHOWN_SECONDS))
    return figure


def draw_candidates(hearing: Hearing) -> Figure:
    """The tempogram, with a dot at each candidate tempo: blue where the network is asked."""
    figure, (axes,) = _panels(1, 3.2)
    spec = hearing.judge.spec
    lags = np.arange(spec.min_lag, spec.max_lag + 1)
    mean = np.mean([excerpt.autocorrelation for excerpt in hearing.excerpts], axis=0)
    axes.plot(60 * spec.frame_rate / lags, mean[lags], color="0.5")
    for found in hearing.candidates:
        asked = min(abs(found.bpm / bpm - 1) for bpm in hearing.asked) < SAME
        axes.plot(found.bpm, found.strength, "o", color="tab:blue" if asked else "0.75")
        if asked:
            axes.annotate(
                f"{found.bpm:.0f}",
                (found.bpm, found.strength),
                xytext=(0, 7),
                textcoords="offset points",
                ha="center",
            )
    axes.set_xscale("log")
    axes.set_xticks(TICKS, [str(tick) for tick in TICKS])
    axes.minorticks_off()
    axes.margins(y=0.15)
    axes.set(xlabel="beats a minute", ylabel="how alike it is one beat later")
    return figure


def draw_cases(hearing: Hearing) -> Figure:
    """The song folded at three tempos: what the network is asked about."""
    figure = Figure(figsize=(WIDE, 3.6), layout="constrained")
    panels = figure.subplots(1, len(FOLDED_AT), sharey=True)
    spec = hearing.judge.spec
    folder = TempoFolder(hearing.excerpts[0].mel, spec)
    for panel, bpm in zip(panels, FOLDED_AT, strict=True):
        case = log_power(folder.fold(np.array([bpm]), np.array([0.0])), spec)[0]
        panel.imshow(case.mean(axis=2), aspect="auto", cmap="magma")
        panel.set(title=f"{bpm:.0f} beats a minute", xlabel="sixteenth of a beat")
    panels[0].set_ylabel("beat after beat")
    return figure


def draw_levels(hearing: Hearing) -> Figure:
    """What each tempo's probability is by itself, within a family, and by how people step."""
    figure, (axes,) = _panels(1, 3.2)
    levels = hearing.levels
    people = {tempo.bpm: tempo.confidence for tempo in levels.tempos}
    order = np.argsort(levels.bpms)
    bars = {
        "by itself": np.array(hearing.alone),
        "in one metrical family": levels.present,
        "and as people step": np.array([people[bpm] for bpm in levels.bpms]),
    }
    for place, (name, heights) in enumerate(bars.items()):
        axes.bar(np.arange(len(order)) + 0.27 * (place - 1), heights[order], 0.25, label=name)
    names = [f"{bpm:.0f}" for bpm in levels.bpms[order]]
    axes.set_xticks(np.arange(len(order)), names)
    axes.axhline(MIN_CONFIDENCE, color="0.5", linewidth=0.8, linestyle="--")
    axes.set(xlabel="beats a minute", ylabel="probability", ylim=(0.0, 1.05))
    axes.legend(frameon=False, loc="upper center", fontsize="small")
    return figure


def _panels(count: int, height: float) -> tuple[Figure, list[Axes]]:
    """Return a figure of so many inches, with its drawings from above."""
    figure = Figure(figsize=(WIDE, height), layout="constrained")
    return figure, list(figure.subplots(count, 1, squeeze=False)[:, 0])


PICTURES: Mapping[str, Callable[[Hearing], Figure]] = {
    "sound.png": draw_sound,
    "candidates.png": draw_candidates,
    "cases.png": draw_cases,
    "levels.png": draw_levels,
}


def draw(folder: Path, hearing: Hearing) -> None:
    """Write all pictures into a folder."""
    for name, drawing in PICTURES.items():
        (folder / name).write_bytes(picture(drawing(hearing), folder / name, dpi=DPI))


if __name__ == "__main__":
    draw(FOLDER, hear())
