"""Drawings of a song's tempos beside each other: tempogram and scatter plot."""

import numpy as np
from matplotlib.axes import Axes

from pacetag.model.evidence.evidence import Evidence
from pacetag.model.judgement import MIN_CONFIDENCE
from pacetag.tagger.plots.cases import SHOWN_COLOURS
from pacetag.tagger.text.formatting import percent

TICKS = (40, 60, 80, 100, 120, 160, 200, 240, 320)  # bpm
SAME = 0.01  # a candidate this near to a judged tempo is that tempo
LABEL_GAP = 0.085  # of a panel's height, between two labels


def draw_tempogram(axes: Axes, evidence: Evidence) -> None:
    """Self-similarity by tempo, with a line for each judged tempo and its probability."""
    axes.plot(evidence.tempogram_bpm, evidence.tempogram, color="0.4")
    top = float(np.max(evidence.tempogram, initial=1e-9))
    for tempo in evidence.judgement.candidates:
        fits = tempo.confidence >= MIN_CONFIDENCE
        axes.axvline(
            tempo.bpm,
            color="tab:green" if fits else "tab:red",
            alpha=0.25 + 0.75 * tempo.confidence,
        )
        axes.annotate(
            f"{tempo.bpm:.1f}: {percent(tempo.confidence)}",
            (tempo.bpm, top * 1.03),
            ha="right",
            va="bottom",
            rotation=90,  # neighbours may be 6 % apart, too near for words side by side
            fontsize="x-small",
        )
    axes.set_ylim(0, top * 1.7)  # room for the longest label
    axes.set_xscale("log")
    axes.set_xticks(TICKS, [str(tick) for tick in TICKS])
    axes.minorticks_off()
    axes.set_xlim(TICKS[0] * 0.95, TICKS[-1] * 1.08)
    axes.set_xlabel("beats per minute (green: compatible, red: not)")
    axes.set_ylabel("self-similarity")
    if evidence.comparison is not None:
        _mark_compared(axes, evidence)


def _mark_compared(axes: Axes, evidence: Evidence) -> None:
    low, high = axes.get_xlim()
    for tempo, colour in zip(evidence.shown, SHOWN_COLOURS, strict=False):
        inside = float(np.clip(tempo.bpm, low, high))
        axes.plot(
            [inside],
            [0.0],
            marker="^",
            markersize=12,
            linestyle="none",
            color=colour,
            clip_on=False,
            zorder=5,
            label=f"asked: {tempo.bpm:g} bpm",
        )
    axes.legend(loc="upper left", bbox_to_anchor=(0.0, 1.15), ncols=2, frameon=False)


def draw_scatter(axes: Axes, evidence: Evidence) -> None:
    """All candidates by the similarity of their beats; those that were not judged are grey."""
    judged = evidence.judgement.candidates
    x = np.array([figures.variance for figures in evidence.figures])
    y = np.array([figures.correlation for figures in evidence.figures])
    shade, names = np.full(len(x), np.nan), np.zeros(len(x))
    for place, figures in enumerate(evidence.figures):
        near = min(judged, key=lambda t: abs(t.bpm / figures.bpm - 1), default=None)
        if near is not None and abs(near.bpm / figures.bpm - 1) <= SAME:
            shade[place], names[place] = near.confidence, near.bpm
    known = np.isfinite(shade)
    axes.scatter(x[~known], y[~known], s=10, color="0.75")
    dots = axes.scatter(
        x[known], y[known], c=shade[known], s=36, cmap="RdYlGn", vmin=0, vmax=1, edgecolors="0.3"
    )
    bar = axes.figure.colorbar(dots, ax=axes, pad=0.02)
    bar.set_label("judged probability", fontsize="small")
    named = [(x[i], y[i], names[i]) for i in np.flatnonzero(shade >= MIN_CONFIDENCE)]
    if evidence.comparison is not None:
        for tempo, colour in zip(evidence.shown, SHOWN_COLOURS, strict=False):
            at = tempo.figures.variance, tempo.figures.correlation
            axes.plot(*at, marker="^", markersize=10, color=colour, markeredgecolor="k")
            named = [one for one in named if abs(one[2] / tempo.bpm - 1) > SAME]
            named.append((*at, tempo.bpm))
    if not named and not len(x):
        axes.text(0.5, 0.5, "no candidates", ha="center", transform=axes.transAxes)
    axes.margins(x=0.12, y=0.1)
    _name_points(axes, named)
    axes.set_title("candidates: above, left repeats best", fontsize="small")
    axes.set_xlabel("variance within columns, summed", fontsize="small")
    axes.set_ylabel("correlation of beats, summed", fontsize="small")


def _name_points(axes: Axes, points: list[tuple[float, float, float]]) -> None:
    """Write the tempos of points (x, y, bpm) in a column at the right, where no two overlap."""
    axes.autoscale_view()
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    axes.set_xlim(left, right + 0.3 * (right - left))
    axes.set_ylim(low, high)
    top = 0.97
    for x, y, bpm in sorted(points, key=lambda point: -point[1]):
        top = min(top, (y - low) / (high - low))
        axes.annotate(
            f"{bpm:.1f}",
            (x, y),
            xytext=(0.98, top),
            textcoords="axes fraction",
            ha="right",
            va="center",
            fontsize="small",
            arrowprops={"arrowstyle": "-", "color": "0.6", "linewidth": 0.6, "shrinkB": 4},
        )
        top -= LABEL_GAP
