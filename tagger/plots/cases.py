"""Drawings of cases: music folded at a tempo, and how similar its beats are."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import SubFigure
from matplotlib.ticker import MaxNLocator

from pacetag.model.evidence.case_analyses import column_variance, row_correlation
from pacetag.model.evidence.evidence import ShownTempo
from pacetag.tagger.text.formatting import percent

BAND_GROUPS = 4  # heat maps, each the mean of as many mel bands
SHOWN_COLOURS = ("tab:blue", "tab:orange")  # for the first and the second tempo
BINS = 60


def draw_heat_maps(figure: SubFigure, tempo: ShownTempo) -> None:
    """The case as four heat maps in a row, low bands to high."""
    row = figure.subplots(1, BAND_GROUPS)
    first = 0
    for axes, bands in zip(row, np.array_split(tempo.case, len(row), axis=2), strict=True):
        axes.imshow(bands.mean(axis=2), aspect="auto", cmap="magma")
        last = first + bands.shape[2]
        axes.set_title(f"mel bands {first + 1}-{last}", fontsize="small")
        _whole_ticks(axes)
        first = last
    row[0].set_ylabel(f"beats at {tempo.bpm:.1f} bpm ({percent(tempo.probability)})")
    figure.supxlabel("sample within the beat: a true tempo stands in columns", fontsize="small")


def draw_correlation(axes: Axes, tempo: ShownTempo, *, first: bool, bar: bool) -> None:
    """The correlation of each beat with each other one.

    Only the `first` of several drawings labels its y axis; `bar` adds the scale.
    """
    image = axes.imshow(row_correlation(tempo.case), cmap="RdBu_r", vmin=-1, vmax=1)
    axes.set_title(f"correlation, {tempo.bpm:.1f} bpm", fontsize="small")
    axes.set_xlabel("beat", fontsize="small")
    if first:  # between two drawings it would be nearer to the other one
        axes.set_ylabel("beat", fontsize="small")
    _whole_ticks(axes)
    if bar:
        # Without a label, which would be nearest to the axis of the next drawing.
        axes.figure.colorbar(image, ax=axes, shrink=0.8)


def draw_column_variance(axes: Axes, shown: Sequence[ShownTempo]) -> None:
    """How much the beats differ from each other at each sample within the beat."""
    width = 0.8 / len(shown)
    for place, (tempo, colour) in enumerate(zip(shown, SHOWN_COLOURS, strict=False)):
        heights = column_variance(tempo.case)
        at = np.arange(len(heights)) + width * (place - (len(shown) - 1) / 2)
        axes.bar(at, heights, width, color=colour, label=f"{tempo.bpm:.1f} bpm")
    axes.set_title("variance within columns", fontsize="small")
    axes.set_xlabel("sample within the beat", fontsize="small")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    if len(shown) > 1:
        axes.set_ylim(0, axes.get_ylim()[1] * 1.3)  # room for the legend
        axes.legend(fontsize="x-small", loc="upper center")


def draw_histograms(raw: Axes, transformed: Axes, shown: Sequence[ShownTempo]) -> None:
    """How the case's values are spread before and after the transform."""
    most = max(float(tempo.power.max()) for tempo in shown) or 1.0
    low = min(float(tempo.case.min()) for tempo in shown)
    high = max(float(tempo.case.max()) for tempo in shown)
    for tempo, colour in zip(shown, SHOWN_COLOURS, strict=False):
        label = f"{tempo.bpm:.1f} bpm"
        counts, edges = np.histogram(tempo.power, BINS, (0.0, most))
        raw.stairs(counts, edges, color=colour, label=label)
        counts, edges = np.histogram(tempo.case, BINS, (low, high + 1e-6))
        transformed.stairs(counts, edges, color=colour, label=label)
    raw.set_yscale("log")
    raw.set_title("raw: power of the mel bands, counts on a logarithmic scale", fontsize="small")
    transformed.set_title("transformed: input of the network", fontsize="small")
    for axes in (raw, transformed):
        axes.set_ylabel("cells", fontsize="small")
        if len(shown) > 1:
            axes.legend(fontsize="x-small")


def _whole_ticks(axes: Axes) -> None:
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(nbins=8, integer=True))
