"""A picture of a run: the cadence that its plan asks for, and the pace of each song over time."""

from pathlib import PurePath

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from pacetag.tagger.files.output_files import OutputFile
from pacetag.tagger.plots.fonts import drawable
from pacetag.tagger.plots.image_files import picture
from pacetag.tagger.sessions.session import Session, SessionSong
from pacetag.tagger.terminal.columns import shortened
from pacetag.tagger.text.formatting import clock

DPI = 120
MINUTE = 60.0  # seconds; the axis has minutes, so that its marks are whole ones
ROOM = 6.0  # steps a minute above and below, so that names have room
WIDE = 11.0  # inches
LETTER = 0.065  # inches that a letter of a name takes
LEAST = 4  # letters, below which a name says nothing


def draw_session(session: Session, output: OutputFile) -> None:
    """Write the picture of `session_figure`. Raises TaggerError if that cannot be done."""
    output.write(picture(session_figure(session), output.named, dpi=DPI))


def session_figure(session: Session) -> Figure:
    """The planned cadence as a band as wide as the tolerance, and the songs as bars with names."""
    figure = Figure(figsize=(WIDE, 4.5), layout="constrained")
    axes = figure.subplots()
    _draw_plan(axes, session)
    seconds = max(session.seconds, session.plan.seconds, 1.0)
    for place, song in enumerate(song for each in session.blocks for song in each.songs):
        _draw_song(axes, song, is_odd=place % 2 == 1, letters=song.play / seconds * WIDE / LETTER)
    cadences = [c for block in session.plan.blocks for c in (block.first, block.last)]
    paces = [song.pace.bpm for song in session.entries]
    axes.set_ylim(min(cadences + paces) - ROOM, max(cadences + paces) + ROOM)
    axes.set_xlim(0, seconds / MINUTE)
    axes.set_xlabel("time since the start")
    axes.set_ylabel("steps a minute")
    axes.xaxis.set_major_locator(MaxNLocator(nbins=9, integer=True))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda at, _: clock(max(0.0, at * MINUTE))))
    axes.grid(visible=True, axis="y", color="0.9")
    axes.set_axisbelow(True)
    if session.entries:
        axes.legend(loc="upper right", fontsize="small", ncols=2)
    return figure


def _draw_plan(axes: Axes, session: Session) -> None:
    starts = session.plan.starts
    for place, (start, each) in enumerate(zip(starts, session.blocks, strict=True)):
        block = each.block
        ends = (start / MINUTE, (start + block.seconds) / MINUTE)
        axes.fill_between(
            ends,
            [cadence * (1 - each.tolerance) for cadence in (block.first, block.last)],
            [cadence * (1 + each.tolerance) for cadence in (block.first, block.last)],
            color="tab:orange",
            alpha=0.2,
            linewidth=0,
            label=None if place else "within the tolerance of the plan",
        )
        axes.plot(ends, (block.first, block.last), color="tab:orange", linewidth=1)


def _draw_song(axes: Axes, song: SessionSong, *, is_odd: bool, letters: float) -> None:
    """A bar at the song's pace; its name above or below it in turn, so that neighbours' part."""
    ends = (song.start / MINUTE, (song.start + song.play) / MINUTE)
    label = "songs at their paces" if song.start == 0 else None
    axes.plot(
        ends,
        (song.pace.bpm, song.pace.bpm),
        color="tab:blue" if is_odd else "tab:cyan",
        linewidth=5,
        solid_capstyle="butt",
        label=label,
    )
    if letters < LEAST or song.goes_on:
        return
    name = drawable(shortened(song.song.title or PurePath(song.song.path).name, int(letters)))
    axes.annotate(
        name.text,
        (sum(ends) / 2, song.pace.bpm),
        xytext=(0, 6 if is_odd else -6),
        textcoords="offset points",
        ha="center",
        va="bottom" if is_odd else "top",
        fontsize="x-small",
        fontfamily=list(name.families),
        parse_math=False,
    )
