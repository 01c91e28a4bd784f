"""Runs by plan as tables, sentences, JSON and the content of playlist files."""

from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import Any

from pacetag.tagger.output.json_lines import asked_object, playlist_object
from pacetag.tagger.output.tables import INTENSITY, is_measured, print_asked, shown_intensity
from pacetag.tagger.playlist.entries import WITHIN, Playlist
from pacetag.tagger.playlist.tracks import Listing, tracks_of
from pacetag.tagger.sessions.diagnosis import Remedy
from pacetag.tagger.sessions.minutes import CadenceMinutes
from pacetag.tagger.sessions.plan import Block
from pacetag.tagger.sessions.session import FilledBlock, Session, SessionSong
from pacetag.tagger.sessions.tracks import session_tracks
from pacetag.tagger.terminal.columns import Column
from pacetag.tagger.text.formatting import clock, percent, songs

NAME = 12  # columns of the terminal that an artist or a title keeps
SESSION = (
    Column(heading="At", right=True),
    Column(heading="Plan", right=True),
    Column(heading="Pace", right=True),
    Column(heading="Off", right=True, drop=2),
    Column(heading="Sure", right=True, drop=3),
    Column(heading="Plays", right=True, drop=1),
    INTENSITY,
    Column(heading="Artist", least=NAME, drop=4),
    Column(heading="Title", least=NAME),
)


def session_table(session: Session) -> None:
    """Print the songs in their order, each with the time at which it begins."""
    rows = [
        _row(each.block, song, is_first=not place)
        for each in session.blocks
        for place, song in enumerate(each.songs)
    ]
    asked = any(each.block.asked for each in session.blocks)
    measured = is_measured(song.song for song in session.entries)
    print_asked(SESSION, rows, asked=asked and measured)


def _row(block: Block, song: SessionSong, *, is_first: bool) -> tuple[str, ...]:
    of = song.song
    title = of.title or PurePath(of.path).name
    return (
        clock(song.start),
        block.text if is_first else "",
        f"{song.pace.bpm:.1f}",
        f"{round(song.deviation, 3) + 0.0:+.1%}",
        percent(song.pace.confidence) if of.listener is None else "you",
        clock(song.play),
        shown_intensity(of.analysis.intensity),
        of.artist or "",
        f"(goes on) {title}" if song.goes_on else title,
    )


def session_total(session: Session) -> str:
    """The number of songs and blocks, and the time."""
    count, blocks = songs(len(session.entries)), len(session.blocks)
    of = "1 block" if blocks == 1 else f"{blocks} blocks"
    planned = session.plan.seconds
    return f"{count}, {clock(session.seconds)} of {clock(planned)} planned, in {of}"


def session_lines(session: Session) -> list[str]:
    """What to know about a run: which blocks are not met, and which songs are shared or cut."""
    lines = [_missed_line(place + 1, session.blocks[place]) for place in session.missed]
    if shared := session.shared:
        count = len({song.song.path for song in shared})
        serve = "1 song serves" if count == 1 else f"{count} songs serve"
        lines.append(f"{serve} several short blocks, each with a pace of its own")
    if cut := session.cut:
        one = len(cut) == 1
        lines.append(
            f"{songs(len(cut))} {'is' if one else 'are'} cut where a short block ends: VLC does so "
            "by M3U8 and XSPF files, other players play whole songs"
        )
    return [*lines, *intro_lines([song.begins for song in session.entries if not song.is_cut])]


def intro_lines(begins: Sequence[float]) -> list[str]:
    """That songs begin where they get going, and who plays them so; `begins` in s, 0 for others."""
    later = [seconds for seconds in begins if seconds > 0]
    if not later:
        return []
    begin = "begins where it gets" if len(later) == 1 else "begin where they get"
    return [
        f"{songs(len(later))} {begin} going, {clock(sum(later))} left out in all: VLC does so by "
        "M3U8 and XSPF files, other players play whole songs"
    ]


def _missed_line(number: int, each: FilledBlock) -> str:
    block = each.block
    name = f"block {number} ({clock(block.seconds)} at {block.cadence_text})"
    if not each.fitting:
        return f"{name} stays empty: no song fits"
    less = "less" if each.off < 0 else "more"
    fit = "fits" if each.fitting == 1 else "fit"
    return (
        f"{name} has {clock(each.seconds)}, {clock(abs(each.off))} {less} than planned: "
        f"{songs(each.fitting)} of {clock(each.fitting_seconds)} {fit}"
    )


def session_object(session: Session) -> dict[str, Any]:
    """A run as a JSON value."""
    return {
        "songs": [_song_object(song) for song in session.entries],
        "blocks": [_block_object(each) for each in session.blocks],
        "seconds": round(session.seconds, 3),
        "wanted": session.plan.seconds,
        "missed": [place + 1 for place in session.missed],
        "gone": session.gone,
        "silent": session.silent,
    }


def _block_object(each: FilledBlock) -> dict[str, Any]:
    return {
        "cadence": each.block.first,
        "to": each.block.last,
        "asked": asked_object(each.block.asked),
        "tolerance": each.tolerance,
        "seconds": each.block.seconds,
        "filled": round(each.seconds, 3),
        "songs": [_song_object(song) for song in each.songs],
    }


def _song_object(song: SessionSong) -> dict[str, Any]:
    of = song.song
    return {
        "path": of.path,
        "title": of.title,
        "artist": of.artist,
        "duration": of.duration,
        "pace": {"bpm": song.pace.bpm, "confidence": song.pace.confidence},
        "by": "network" if of.listener is None else "listener",
        "deviation": round(song.deviation, 5),
        "intensity": of.analysis.intensity,
        "start": round(song.start, 3),
        "play": round(song.play, 3),
        "begins": song.begins,
        "goes_on": song.goes_on,
        "cut": song.is_cut,
    }


def session_listing(session: Session) -> Listing:
    """A run as a playlist file holds it."""
    blocks = " ".join(f"{clock(b.seconds)}@{b.cadence_text}" for b in session.plan.blocks[:12])
    more = " …" if len(session.plan.blocks) > 12 else ""
    return Listing(
        tracks=session_tracks(session),
        title=f"{blocks}{more}",
        value=lambda: session_object(session),
    )


def listing_of(songs: Playlist | Session) -> Listing:
    """A playlist or a run as a playlist file holds it."""
    return playlist_listing(songs) if isinstance(songs, Playlist) else session_listing(songs)


def playlist_listing(playlist: Playlist) -> Listing:
    """A playlist for one cadence as a playlist file holds it."""
    return Listing(
        tracks=tracks_of(playlist),
        title=f"{playlist.cadence:g} steps a minute",
        value=lambda: playlist_object(playlist),
    )


def untimed_lines(playlist: Playlist) -> Iterator[str]:
    """That songs that fit do not add up to the duration that is wanted."""
    off = playlist.total - (playlist.wanted or playlist.total)
    if not playlist.timed or abs(off) <= WITHIN:
        return
    yield (
        f"{clock(playlist.total)} is {clock(abs(off))} {'less' if off < 0 else 'more'} than the "
        f"{clock(playlist.wanted or 0)} wanted: no songs that fit within "
        f"{100 * playlist.tolerance:.3g} % add up to it, a wider --tolerance gives more choice"
    )


def gone_lines(session: Session) -> list[str]:
    """How many songs are left out because their files are gone or do not answer."""
    lines = []
    if session.gone:
        is_, was = ("is", "it was") if session.gone == 1 else ("are", "they were")
        lines.append(
            f"{songs(session.gone)} {is_} not where {was}: mount the disk, scan the new place, or "
            "have `pacetag prune` forget what is gone for good"
        )
    if session.silent:
        lie = "lies" if session.silent == 1 else "lie"
        lines.append(f"{songs(session.silent)} {lie} on a disk that does not answer")
    return lines


def remedy_lines(remedies: list[Remedy]) -> list[str]:
    """What would add songs to the blocks that are not met."""
    lines = [remedy_line(each) for each in remedies]
    return ["More songs would fit these blocks with:", *lines] if lines else []


def remedy_line(remedy: Remedy) -> str:
    """An option, and what it would add."""
    return f"  {remedy.option}: {songs(remedy.songs)} more, {clock(remedy.seconds)}"


def minutes_lines(rows: Sequence[CadenceMinutes], *, width: int) -> list[str]:
    """Bars of at most `width` signs: minutes of music for each cadence."""
    most = max((row.seconds for row in rows), default=0.0)
    lines = ["Music for each cadence (steps a minute):"]
    for row in rows:
        length = -(-int(row.seconds) * width // int(most)) if most >= 1 else 0
        bar = f"{'#' * length} " if length else ""
        lines.append(f"{row.cadence:>5g}  {bar}{row.seconds / 60:.0f} min, {songs(row.songs)}")
    return lines
