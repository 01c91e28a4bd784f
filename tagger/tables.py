"""Tables and counts for people; without a terminal as wide as their content."""

from pacetag.db.records import IndexStats
from pacetag.tagger.columns import stream_width, table_lines
from pacetag.tagger.playlist.entries import Playlist, PlaylistEntry
from pacetag.tagger.report import say
from pacetag.tagger.wording import clock, histogram_lines, printable, songs

NUMBERS = ("Pace", "Off", "Sure", "Time")  # set to the right
NAMES = ("Artist", "Title")


def playlist_table(playlist: Playlist) -> None:
    """Print the songs with the pace to step to; rich is asked only where names must be folded."""
    rows = [_row(entry) for entry in playlist.entries]
    lines = table_lines((*NUMBERS, *NAMES), rows, numbers=len(NUMBERS), width=stream_width())
    if lines is None:
        _folded_table(rows)
    else:
        for line in lines:
            say(line)


def _row(entry: PlaylistEntry) -> tuple[str, ...]:
    song = entry.song
    return (
        f"{entry.pace.bpm:.1f}",
        _signed(entry.deviation),
        f"{entry.pace.confidence:.0%}",
        clock(song.duration) if song.duration is not None else "?",
        printable(song.artist or ""),
        printable(song.title or song.path.rpartition("/")[2]),
    )


def _folded_table(rows: list[tuple[str, ...]]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    from pacetag.tagger.consoles import table_console

    table = Table(box=SIMPLE_HEAD)
    for heading in NUMBERS:
        table.add_column(heading, justify="right", no_wrap=True)
    for heading in NAMES:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*row[: len(NUMBERS)], *map(Text, row[len(NUMBERS) :]))
    table_console().print(table)


def playlist_total(playlist: Playlist) -> str:
    """How many songs, and how long they last."""
    count = songs(len(playlist.entries))
    total = f"{count}, {clock(playlist.total)}, for {playlist.cadence:g} steps a minute"
    return f"the best {total}; more fit, see --limit" if playlist.cut else total


def nothing_fits(playlist: Playlist) -> list[str]:
    """What a wider tolerance would give."""
    first = (
        f"No song fits {playlist.cadence:g} steps a minute within {100 * playlist.tolerance:.3g} %."
    )
    if not playlist.near:
        return [first, "A wider tolerance would not help; scan more music with `pacetag scan`."]
    wider = (f"  --tolerance {near.tolerance:g}: {songs(near.songs)}" for near in playlist.near)
    return [first, "A wider tolerance would give:", *wider]


def stats_lines(stats: IndexStats, index_file: str) -> list[str]:
    """The index in words, with the spread of the paces."""
    artists = "1 artist" if stats.artists == 1 else f"{stats.artists} artists"
    hours = stats.total_seconds / 3600
    lines = [
        f"Index: {printable(index_file)}",
        f"{songs(stats.songs)} by {artists}, {hours:.1f} hours",
        f"{stats.with_paces} with paces, {stats.without_paces} without a beat to step to, "
        f"{stats.failed} failed, {stats.missing} missing",
    ]
    lines += [f"judged by {printable(name)}: {count}" for name, count in stats.bundles.items()]
    bars = histogram_lines(stats.histogram)
    return [*lines, "", "Songs by pace (steps a minute):", *bars] if bars else lines


def _signed(share: float) -> str:
    """A share as a percentage with its sign; what rounds to nothing is not below it."""
    return f"{round(share, 3) + 0.0:+.1%}"
