"""Songs with names and titles that break playlists, and listings of them."""

from collections.abc import Sequence
from pathlib import Path

from pacetag.db.records import NEVER, SongRecord
from pacetag.model.judgement import Analysis, Pace
from pacetag.tagger.playlist.tracks import Listing, Track

PLAIN = ("A/plain.wav", "é ü.wav", "電気.wav", "AC: DC.wav", "x,y & <z>.wav", "[b] {c}.wav")
ODD = ("#1 hit.wav", "d #2/in.wav", "100% a=b.wav", "100%20x.wav", "q\"uote's.wav", "what?.wav")
BLANKS = (" lead.wav", "trail .wav", "back\\slash.wav")
LINES = ("a\nb.wav", "new\rline.wav")
NAMES = (*PLAIN, *ODD, *BLANKS, *LINES)
TITLE = 'T "x", <b> & \n#2 ]]> \x1b[31m'


def odd_listing(
    music: Path, names: Sequence[str], *, part: tuple[float, float] | None = None
) -> Listing:
    """Return a listing of songs in a folder; of each only a part, if one is named (in seconds)."""
    begins, ends = part or (0.0, 0.5)
    pace = Pace(bpm=165.0, confidence=0.9)
    tracks = tuple(
        Track(
            song=SongRecord(
                path=str(music / name),
                stamp=NEVER,
                fingerprint=None,
                title=TITLE,
                artist="Legs, & Co",
                album=None,
                genre=None,
                bundle="ear-1",
                analysis=Analysis(paces=(pace,), duration=0.5),
            ),
            pace=pace,
            cadence=165.0,
            start=0.0,
            play=ends - begins,
            begins=begins,
            is_cut=part is not None,
            heading="Block 1: x, y",
        )
        for name in names
    )
    return Listing(tracks=tracks, title="a < b", value=dict)
