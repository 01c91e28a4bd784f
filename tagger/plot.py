"""A picture of what a song was judged by, for `pacetag show --plot`."""

from matplotlib.figure import Figure, SubFigure

from pacetag.model.evidence import Evidence
from pacetag.tagger.output_files import OutputFile
from pacetag.tagger.pictures import picture
from pacetag.tagger.plot_cases import (
    draw_column_variance,
    draw_correlation,
    draw_heat_maps,
    draw_histograms,
)
from pacetag.tagger.plot_tempos import draw_scatter, draw_tempogram

WIDTH = 12.0  # inches
TEMPOGRAM, MAPS, MEASURES, HISTOGRAMS = 3.0, 3.0, 3.2, 1.9  # inches, heights of the rows
DPI = 110


def draw_evidence(evidence: Evidence, output: OutputFile, *, title: str) -> None:
    """Write the picture: tempogram, heat maps of the cases, how alike their beats are.

    From above: the tempogram with the judged tempos; a row of heat maps for each tempo that is
    shown; correlation of the beats with each other, variance within the columns, and all
    candidates by both; histograms of the power and of what the network gets.

    Raises TaggerError when the file cannot be written.
    """
    heights = [TEMPOGRAM, *[MAPS] * len(evidence.shown), MEASURES, HISTOGRAMS]
    figure = Figure(figsize=(WIDTH, sum(heights) + 0.4), layout="constrained")
    figure.suptitle(title, parse_math=False)
    rows = figure.subfigures(len(heights), 1, squeeze=False, height_ratios=heights)[:, 0]
    above, *maps, measures, below = rows
    draw_tempogram(above.subplots(), evidence)
    for row, tempo in zip(maps, evidence.shown, strict=True):
        draw_heat_maps(row, tempo)
    _draw_measures(measures, evidence)
    raw, transformed = below.subplots(1, 2)
    draw_histograms(raw, transformed, evidence.shown)
    output.write(picture(figure, output.named, dpi=DPI))


def _draw_measures(figure: SubFigure, evidence: Evidence) -> None:
    shown = evidence.shown
    *maps, variance, scatter = figure.subplots(
        1, len(shown) + 2, width_ratios=[*[1.0] * len(shown), 1.0, 1.4]
    )
    for place, (axes, tempo) in enumerate(zip(maps, shown, strict=True)):
        draw_correlation(axes, tempo, bar=place == len(shown) - 1)
    draw_column_variance(variance, shown)
    draw_scatter(scatter, evidence)
