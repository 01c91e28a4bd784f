"""Playlists and the index as tables and sentences."""

from collections.abc import Iterable, Sequence
from pathlib import PurePath

from pacetag.db.records import IndexStats, SongRecord
from pacetag.tagger.playlist.entries import Playlist, PlaylistEntry
from pacetag.tagger.playlist.paths import PathStyle
from pacetag.tagger.terminal.columns import Column, bar_room, print_table
from pacetag.tagger.text.formatting import clock, histogram_lines, percent, printable, songs

NAME = 12  # columns of the terminal that an artist or a title keeps
INTENSITY = Column(heading="Intensity", right=True, drop=0)  # only where one is asked for
PLAYLIST = (
    Column(heading="Pace", right=True),
    Column(heading="Off", right=True, drop=2),
    Column(heading="Sure", right=True, drop=3),
    Column(heading="Time", right=True, drop=1),
    INTENSITY,
    Column(heading="Artist", least=NAME, drop=4),
    Column(heading="Title", least=NAME),
)
NO_WIDER = "A wider tolerance would not help; scan more music with `pacetag scan FOLDER`."


def playlist_table(playlist: Playlist) -> None:
    """Print the songs, each with the pace to step to, and its intensity where one is asked for."""
    songs_of = [entry.song for entry in playlist.entries]
    asked = playlist.asked is not None and is_measured(songs_of)
    print_asked(PLAYLIST, [_row(entry) for entry in playlist.entries], asked=asked)


def print_asked(columns: Sequence[Column], rows: Sequence[Sequence[str]], *, asked: bool) -> None:
    """Print a table, without its column of intensities unless one is asked for."""
    kept = [place for place, each in enumerate(columns) if asked or each is not INTENSITY]
    print_table([columns[place] for place in kept], [[row[p] for p in kept] for row in rows])


def is_measured(found: Iterable[SongRecord]) -> bool:
    """Whether any of the songs has an intensity."""
    return any(song.analysis.intensity is not None for song in found)


def unmeasured_lines(playlist: Playlist) -> list[str]:
    """That songs have no intensity although one is asked for."""
    lacking = sum(entry.song.analysis.intensity is None for entry in playlist.entries)
    if playlist.asked is None or not lacking:
        return []
    have, count = "has" if lacking == 1 else "have", "count" if lacking > 1 else "counts"
    return [
        f"{songs(lacking)} {have} no intensity yet and {count} as 0.5: `pacetag scan --force` "
        "measures it"
    ]


def shown_intensity(intensity: float | None) -> str:
    """An intensity with two decimals; "?" where it was not measured."""
    return "?" if intensity is None else f"{intensity:.2f}"


def _row(entry: PlaylistEntry) -> tuple[str, ...]:
    song = entry.song
    return (
        f"{entry.pace.bpm:.1f}",
        _signed(entry.deviation),
        percent(entry.pace.confidence) if song.listener is None else "you",
        clock(song.duration) if song.duration is not None else "?",
        shown_intensity(song.analysis.intensity),
        song.artist or "",
        song.title or PurePath(song.path).name,
    )


def playlist_total(playlist: Playlist) -> str:
    """The number of songs and their total duration."""
    count = songs(len(playlist.entries))
    total = f"{count}, {clock(playlist.total)}, for {playlist.cadence:g} steps a minute"
    return f"the best {total}; more fit, see --limit" if playlist.cut else total


def nothing_fits(playlist: Playlist) -> list[str]:
    """That no song fits, and what a wider tolerance would give."""
    within = f"{playlist.cadence:g} steps a minute within {100 * playlist.tolerance:.3g} %"
    if playlist.gone or playlist.silent:
        return [f"No song that is there fits {within}."]
    if playlist.resting:
        return [f"No song that is rested fits {within}."]
    first = f"No song fits {within}."
    unfiltered = unfiltered_lines(playlist)
    if not playlist.near:
        return [first, *(unfiltered or [NO_WIDER])]
    wider = (f"  --tolerance {near.tolerance:g}: {songs(near.songs)}" for near in playlist.near)
    return [first, *unfiltered, "A wider tolerance would give:", *wider]


def unfiltered_lines(playlist: Playlist) -> list[str]:
    """How many songs fit without the filters, where those keep songs out."""
    found = playlist.unfiltered
    if found is None:
        return []
    options = " and ".join(found.options) or "filters"
    fit = "fits" if found.songs == 1 else "fit"
    return [f"Without {options} {songs(found.songs)} {fit}, {clock(found.seconds)} in all."]


def too_short_lines(playlist: Playlist) -> list[str]:
    """That all songs that fit last less than was asked for, and which tolerance would do."""
    if not playlist.is_short:
        return []
    within = f"within {100 * playlist.tolerance:.3g} %"
    first = f"That is all that fits {within}, less than the {clock(playlist.wanted or 0)} wanted."
    # Other lines say how to get those back.
    if playlist.gone or playlist.silent or playlist.resting:
        return [first]
    enough = next((n for n in playlist.near if n.seconds >= (playlist.wanted or 0)), None)
    wider = [near for near in playlist.near if enough is None or near.tolerance <= enough.tolerance]
    unfiltered = unfiltered_lines(playlist)
    if not wider:
        return [first, *(unfiltered or [NO_WIDER])]
    lines = (
        f"  --tolerance {near.tolerance:g}: {songs(near.songs)}, {clock(near.seconds)}"
        for near in wider
    )
    return [first, *unfiltered, "A wider tolerance would give:", *lines]


def absent_lines(playlist: Playlist) -> list[str]:
    """How many songs are left out because they rest, are gone or do not answer."""
    lines = []
    if playlist.resting:
        one = playlist.resting == 1
        last = f"{playlist.rests} playlists" if playlist.rests > 1 else "playlist"
        lines.append(
            f"{songs(playlist.resting)} of the last {last} "
            f"{'rests' if one else 'rest'}; --repeat takes {'it' if one else 'them'} as well"
        )
    if playlist.gone:
        more = "more than " if playlist.given_up else ""
        one = playlist.gone == 1
        lines.append(
            f"{more}{songs(playlist.gone)} {'is' if one else 'are'} not where "
            f"{'it was' if one else 'they were'}: mount the disk, scan {'it' if one else 'them'} "
            "at the new place, or have `pacetag prune` forget what is gone for good"
        )
    if playlist.silent:
        lie = "lies" if playlist.silent == 1 else "lie"
        lines.append(f"{songs(playlist.silent)} {lie} on a disk that does not answer")
    return lines


def unnamed_lines(found: Playlist, written: Playlist, style: PathStyle) -> list[str]:
    """Songs that a playlist file cannot name, and how many lie outside the named folders."""
    kept = {entry.song.path for entry in written.entries}
    lines = [
        f"{printable(entry.song.path)}: left out, since a line of the playlist cannot hold its name"
        for entry in found.entries
        if entry.song.path not in kept
    ]
    outside = sum(style.is_outside(path) for path in kept)
    if outside:
        lie = "lies" if outside == 1 else "lie"
        lines.append(f"{songs(outside)} {lie} in none of the folders that were named")
    return lines


def stats_lines(stats: IndexStats, index_file: str) -> list[str]:
    """The numbers of the index in words, with a histogram of paces."""
    artists = "1 artist" if stats.artists == 1 else f"{stats.artists} artists"
    hours = stats.total_seconds / 3600
    lines = [
        f"Index: {printable(index_file)}",
        f"{songs(stats.songs)} by {artists}, {hours:.1f} hours",
        f"{stats.with_paces} with paces, {stats.without_paces} without a beat to step to, "
        f"{stats.failed} failed, {stats.missing} missing",
    ]
    if stats.listener:
        lines.append(f"with paces that you set, or none: {stats.listener}")
    lines += [f"judged by {printable(name)}: {count}" for name, count in stats.bundles.items()]
    bars = histogram_lines(stats.histogram, width=bar_room())
    return [*lines, "", "Songs by pace (steps a minute):", *bars] if bars else lines


def _signed(share: float) -> str:
    """A share as a percentage with its sign; -0.0% is +0.0%."""
    return f"{round(share, 3) + 0.0:+.1%}"
