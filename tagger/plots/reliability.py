"""A reliability diagram of a judge."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from pacetag.model.evaluation.case_statistics import ReliabilityBin
from pacetag.tagger.files.output_files import OutputFile
from pacetag.tagger.plots.fonts import drawable
from pacetag.tagger.plots.image_files import picture

DPI = 120


def draw_reliability(rows: Sequence[ReliabilityBin], output: OutputFile, *, title: str) -> None:
    """Write the picture of `reliability_figure`.

    Raises TaggerError if the file cannot be written.
    """
    output.write(picture(reliability_figure(rows, title=title), output.named, dpi=DPI))


def reliability_figure(rows: Sequence[ReliabilityBin], *, title: str) -> Figure:
    """The share that is compatible over the given probability, and the number of cases."""
    figure = Figure(figsize=(6, 7), layout="constrained")
    named = drawable(title)
    figure.suptitle(named.text, parse_math=False, fontfamily=list(named.families))
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    filled = [row for row in rows if row.cases]
    above.plot([0, 1], [0, 1], color="0.6", linestyle="dashed", label="promises kept")
    above.plot(
        [row.promised for row in filled],
        [row.true for row in filled],
        color="tab:blue",
        marker="o",
        clip_on=False,
        zorder=3,
        label="this judge",
    )
    above.set_xlim(0, 1)
    above.set_ylim(0, 1)
    above.set_ylabel("share that is compatible")
    above.legend(loc="upper left")
    below.bar(
        [row.low for row in rows],
        [row.cases for row in rows],
        width=[row.high - row.low for row in rows],
        align="edge",
        color="tab:blue",
        edgecolor="white",
    )
    below.set_yscale("symlog", linthresh=1)
    below.set_ylabel("cases")
    below.set_xlabel("probability that was given")
    return figure
