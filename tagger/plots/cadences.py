"""A picture of how much music there is for each cadence."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from pacetag.tagger.files.output_files import OutputFile
from pacetag.tagger.plots.image_files import picture

DPI = 120


def draw_cadences(bars: Sequence[tuple[float, float]], output: OutputFile) -> None:
    """Write the picture of `cadence_figure`. Raises TaggerError if that cannot be done."""
    output.write(picture(cadence_figure(bars), output.named, dpi=DPI))


def cadence_figure(bars: Sequence[tuple[float, float]]) -> Figure:
    """Bars of (cadence, minutes of music)."""
    figure = Figure(figsize=(8, 4.5), layout="constrained")
    axes = figure.subplots()
    cadences = [cadence for cadence, _ in bars]
    width = 0.8 * (cadences[1] - cadences[0] if len(cadences) > 1 else 1.0)
    axes.bar(cadences, [minutes for _, minutes in bars], width=width, color="tab:blue")
    axes.set_xlabel("steps a minute")
    axes.set_ylabel("minutes of music")
    axes.set_title("Music for each cadence", fontsize="medium")
    return figure
