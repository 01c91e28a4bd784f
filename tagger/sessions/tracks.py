"""A run as a playlist file lists it."""

from pacetag.tagger.playlist.tracks import Track
from pacetag.tagger.sessions.session import FilledBlock, Session
from pacetag.tagger.text.formatting import clock


def session_tracks(session: Session) -> tuple[Track, ...]:
    """Return the tracks of a run; a song that serves several blocks comes once."""
    found: list[Track] = []
    for number, each in enumerate(session.blocks, 1):
        begins = [song for song in each.songs if not song.goes_on]
        for place, song in enumerate(begins):
            whole = song.play if song.is_cut else (song.song.duration or 0.0) - song.begins
            found.append(
                Track(
                    song=song.song,
                    pace=song.pace,
                    cadence=song.cadence,
                    start=song.start,
                    play=whole,
                    begins=song.begins,
                    is_cut=song.is_cut,
                    block=number,
                    heading=None if place else _heading(number, each),
                )
            )
    return tuple(found)


def _heading(number: int, each: FilledBlock) -> str:
    block = each.block
    return f"Block {number}: {clock(block.seconds)} at {block.cadence_text} steps a minute"
