"""Drawings of what a song was judged by."""

from pathlib import Path
from typing import Protocol

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from pacetag.tagger.errors import UsageError
from pacetag.tagger.paces import MIN_CONFIDENCE, JudgementLike

TICKS = (40, 60, 80, 100, 120, 160, 200, 240, 320)  # bpm
BAND_GROUPS = 4  # heat maps, each the mean of as many mel bands


class EvidenceLike(Protocol):
    """What a judgement rests on."""

    @property
    def judgement(self) -> JudgementLike:
        """The judged tempos."""

    @property
    def tempogram_bpm(self) -> NDArray[np.float64]:
        """Beats per minute of each lag, [lags]."""

    @property
    def tempogram(self) -> NDArray[np.float64]:
        """Mean over the song, [lags]."""

    @property
    def case_bpm(self) -> float:
        """The tempo that the case is cut by."""

    @property
    def case(self) -> NDArray[np.float32]:
        """Log power, [beats * samples per beat, bands]."""


def draw_evidence(evidence: EvidenceLike, output: Path, *, beats: int, title: str) -> None:
    """Write a picture: the tempogram with its judged tempos above, the case as heat maps below.

    `beats` is how many beats the case holds. Raises UsageError for a kind of picture that cannot
    be drawn, OSError when the file cannot be written.
    """
    figure = Figure(figsize=(11, 7), layout="constrained")
    figure.suptitle(title, parse_math=False)
    grid = figure.add_gridspec(2, BAND_GROUPS)
    _draw_tempogram(figure.add_subplot(grid[0, :]), evidence)
    _draw_case([figure.add_subplot(grid[1, i]) for i in range(BAND_GROUPS)], evidence, beats)
    figure.supxlabel(
        f"samples within a beat of {evidence.case_bpm:.1f} bpm: a true tempo stands in columns"
    )
    try:
        figure.savefig(output, dpi=120)
    except ValueError as error:
        raise UsageError(f"{output}: {error}; name a .png file") from error


def _draw_tempogram(axes: Axes, evidence: EvidenceLike) -> None:
    axes.plot(evidence.tempogram_bpm, evidence.tempogram, color="0.4", label="tempogram")
    top = float(np.max(evidence.tempogram, initial=1e-9))
    for tempo in evidence.judgement.tempos:
        fits = tempo.probability >= MIN_CONFIDENCE
        axes.axvline(
            tempo.bpm,
            color="tab:green" if fits else "tab:red",
            alpha=0.25 + 0.75 * tempo.probability,
        )
        axes.annotate(
            f"{tempo.bpm:.1f}: {tempo.probability:.0%}",
            (tempo.bpm, top * 1.02),
            ha="right",
            va="bottom",
            rotation=90,  # neighbours are 4 % apart, too near for words side by side
            fontsize="x-small",
        )
    axes.set_ylim(0, top * 1.35)
    axes.set_xscale("log")
    axes.set_xticks(TICKS, [str(tick) for tick in TICKS])
    axes.minorticks_off()
    axes.set_xlim(TICKS[0] * 0.95, TICKS[-1] * 1.08)
    axes.set_xlabel("beats per minute (green: compatible, red: not)")
    axes.set_ylabel("self-similarity")


def _draw_case(row: list[Axes], evidence: EvidenceLike, beats: int) -> None:
    groups = np.array_split(evidence.case, len(row), axis=1)
    first = 0
    for axes, bands in zip(row, groups, strict=True):
        axes.imshow(bands.mean(axis=1).reshape(beats, -1), aspect="auto", cmap="magma")
        axes.set_title(f"mel bands {first + 1}-{first + bands.shape[1]}", fontsize="small")
        first += bands.shape[1]
    row[0].set_ylabel("beats")
