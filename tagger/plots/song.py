"""A picture of what a song's judgement rests on, for `pacetag show --plot`."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import FuncFormatter

from pacetag.model.evidence.evidence import Evidence
from pacetag.tagger.files.output_files import OutputFile
from pacetag.tagger.plots.cases import (
    draw_column_variance,
    draw_correlation,
    draw_heat_maps,
    draw_histograms,
)
from pacetag.tagger.plots.fonts import drawable
from pacetag.tagger.plots.image_files import picture
from pacetag.tagger.plots.tempos import draw_scatter, draw_tempogram
from pacetag.tagger.terminal.columns import shortened
from pacetag.tagger.text.formatting import clock

WIDTH = 12.0  # inches
TEMPOGRAM, MAPS, MEASURES, HISTOGRAMS = 3.0, 3.0, 3.2, 1.9  # inches, heights of the rows
OVER_TIME, TITLE = 1.8, 0.7  # inches
BETWEEN = 0.16  # share of a drawing's width, so that a label is nearest to its own drawing
DPI = 110
MARGIN_OF_TEMPO = 0.03  # share of the tempo, above and below: a steady one must look steady
LONGEST = 90  # columns of the title; a longer one would leave the picture


def draw_evidence(evidence: Evidence, output: OutputFile, *, title: str, below: str) -> None:
    """Write the picture of `evidence_figure`.

    Raises TaggerError if the file cannot be written.
    """
    figure = evidence_figure(evidence, title=title, below=below)
    output.write(picture(figure, output.named, dpi=DPI))


def evidence_figure(evidence: Evidence, *, title: str, below: str) -> Figure:
    """The picture: tempogram, heat maps of the cases, similarity of their beats.

    From above: the title and a line `below` it; the tempogram with the judged tempos; a row of heat
    maps for each shown tempo; correlation of the beats with each other, variance within the
    columns, and all candidates by both; histograms of the power and of the network's input; the
    tempo over time.
    """
    heights = [TEMPOGRAM, *[MAPS] * len(evidence.shown), MEASURES, HISTOGRAMS, OVER_TIME]
    layout = ConstrainedLayoutEngine(wspace=BETWEEN)
    figure = Figure(figsize=(WIDTH, sum(heights) + TITLE), layout=layout)
    named = drawable(f"{_cut(title)}\n{_cut(below)}")
    figure.suptitle(named.text, parse_math=False, fontfamily=list(named.families))
    rows = figure.subfigures(len(heights), 1, squeeze=False, height_ratios=heights)[:, 0]
    above, *maps, measures, spread, last = rows
    draw_tempogram(above.subplots(), evidence)
    for row, tempo in zip(maps, evidence.shown, strict=True):
        draw_heat_maps(row, tempo)
    _draw_measures(measures, evidence)
    raw, transformed = spread.subplots(1, 2)
    draw_histograms(raw, transformed, evidence.shown)
    _draw_over_time(last.subplots(), evidence)
    return figure


def _cut(text: str) -> str:
    return shortened(text, LONGEST)


def _draw_measures(figure: SubFigure, evidence: Evidence) -> None:
    shown = evidence.shown
    *maps, variance, scatter = figure.subplots(
        1, len(shown) + 2, width_ratios=[*[1.0] * len(shown), 1.0, 1.4]
    )
    for place, (axes, tempo) in enumerate(zip(maps, shown, strict=True)):
        draw_correlation(axes, tempo, first=not place, bar=place == len(shown) - 1)
    draw_column_variance(variance, shown)
    draw_scatter(scatter, evidence)


def _draw_over_time(axes: Axes, evidence: Evidence) -> None:
    """The tempo every few seconds of the excerpts; grey where the beat is not clear."""
    moments = evidence.moments
    seconds = np.array([moment.seconds for moment in moments])
    bpms = np.array([moment.bpm for moment in moments])
    clear = np.array([moment.clear for moment in moments], bool)
    axes.set_title("tempo over time, of what was listened to", fontsize="small")
    axes.set_xlabel("minutes and seconds into the song", fontsize="small")
    axes.set_ylabel("bpm", fontsize="small")
    axes.set_xlim(0, max(evidence.judgement.seconds, 1.0))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: clock(max(0.0, value))))
    if not len(bpms):
        axes.set_yticks([])
        axes.text(0.5, 0.5, "no pace to follow", ha="center", transform=axes.transAxes)
        return
    axes.plot(seconds[clear], bpms[clear], color="tab:blue", marker="o", markersize=4, linewidth=1)
    axes.plot(seconds[~clear], bpms[~clear], color="0.75", marker="o", markersize=3, linestyle="")
    known = bpms[clear] if clear.any() else bpms
    axes.set_ylim(known.min() * (1 - MARGIN_OF_TEMPO), known.max() * (1 + MARGIN_OF_TEMPO))
