"""A drawing of a song's tempo over time."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from pacetag.model.evidence.evidence import Evidence
from pacetag.tagger.text.formatting import clock

MARGIN = 0.03  # share of the tempo, above and below: a steady one must look steady


def draw_over_time(axes: Axes, evidence: Evidence) -> None:
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
    axes.set_ylim(known.min() * (1 - MARGIN), known.max() * (1 + MARGIN))
