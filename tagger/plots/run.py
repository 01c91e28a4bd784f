"""A picture of a run's cadence over time with the blocks of the plan that it proposes."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from pacetag.tagger.files.output_files import OutputFile
from pacetag.tagger.plots.fonts import drawable
from pacetag.tagger.plots.image_files import picture
from pacetag.tagger.runs.proposal import Proposal
from pacetag.tagger.runs.run import Run
from pacetag.tagger.runs.series import even_series
from pacetag.tagger.terminal.columns import shortened
from pacetag.tagger.text.formatting import clock

DPI = 120
MINUTE = 60.0  # seconds; the axis has minutes, so that its marks are whole ones
LONGEST = 80  # columns of a line of text; a longer one would leave the picture
GAP = 1.5  # seconds between values beyond which the line is broken
MARGIN = 8.0  # steps a minute, above and below


def draw_run(run: Run, proposal: Proposal, output: OutputFile, *, title: str) -> None:
    """Write the picture of `run_figure`.

    Raises TaggerError if the file cannot be written.
    """
    output.write(picture(run_figure(run, proposal, title=title), output.named, dpi=DPI))


def run_figure(run: Run, proposal: Proposal, *, title: str) -> Figure:
    """The smoothed cadence in steps a minute, broken at pauses, and the blocks above it."""
    series = even_series(run, proposal.counted.counting)
    figure = Figure(figsize=(10, 4.5), layout="constrained")
    named = drawable(shortened(title, LONGEST))
    figure.suptitle(named.text, parse_math=False, fontfamily=list(named.families))
    axes = figure.subplots()
    axes.set_title(shortened(proposal.plan, LONGEST), fontsize="small", parse_math=False)
    breaks = np.flatnonzero(np.diff(series.times) > GAP) + 1
    times = np.insert(series.times, breaks, np.nan) / MINUTE
    steps = np.insert(series.steps, breaks, np.nan)
    axes.plot(times, steps, color="0.6", linewidth=0.8, label="cadence")
    for place, block in enumerate(proposal.blocks):
        axes.plot(
            (block.start / MINUTE, block.end / MINUTE),
            (block.cadence, block.cadence if block.to is None else block.to),
            color="tab:red",
            linewidth=3,
            solid_capstyle="butt",
            label=None if place else "proposed blocks",
        )
    low, high = np.percentile(series.steps, (1, 99))
    axes.set_ylim(float(low) - MARGIN, float(high) + 2 * MARGIN)
    axes.set_xlabel("time since the start")
    axes.set_ylabel("steps a minute")
    axes.xaxis.set_major_locator(MaxNLocator(nbins=9, integer=True))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda at, _: clock(max(0.0, at * MINUTE))))
    axes.legend(loc="upper right", fontsize="small", ncols=2)
    axes.grid(visible=True, axis="y", color="0.9")
    return figure
