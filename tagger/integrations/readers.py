"""Programs in whose files there is nothing to change: what to do in their windows."""

from collections.abc import Iterator

from pacetag.tagger.integrations.program import NEEDS_BPM, Program, Source
from pacetag.tagger.playlist.rules import Rules


def _playlist(rules: Rules, file: str) -> str:
    return f"`pacetag playlist --cadence {rules.name} --output {file}` writes a playlist for it."


def _foobar2000(rules: Rules) -> Iterator[str]:
    yield (
        "A column: View, Layout, or Preferences, Display, Playlist View, Custom columns: add one "
        "called Pace with the pattern [%pace%]."
    )
    paces = " OR ".join(f"pace IS {pace}" for pace in rules.paces)
    yield f"Library, Search, then Save as autoplaylist: {paces}"
    yield _playlist(rules, "run.m3u8")


FOOBAR2000 = Program(
    name="foobar2000",
    title="foobar2000",
    sees="It reads PACE of all formats as the field `pace`, with all values.",
    source=Source.DOCUMENTS,
    steps=_foobar2000,
)
MIXXX = Program(
    name="mixxx",
    title="Mixxx",
    sees="It shows no PACE. It reads a BPM when it first sees a song, and then goes by its own.",
    source=Source.TRIED,
    steps=lambda rules: (
        NEEDS_BPM,
        "Preferences, Beat Detection: switch it off, or it measures anew where BPM is missing.",
        "Songs that it knows already: choose them, Metadata, Import From File Tags.",
        f"Search for bpm:{rules.paces[0]}-{rules.paces[-1]}",
        _playlist(rules, "run.m3u8"),
    ),
)
STRAWBERRY = Program(
    name="strawberry",
    title="Strawberry",
    sees="Version 1.0 shows neither PACE nor BPM, and keeps both. It plays pacetag's playlists.",
    source=Source.TRIED,
    steps=lambda rules: (_playlist(rules, "run.xspf"),),
)
RHYTHMBOX = Program(
    name="rhythmbox",
    title="Rhythmbox",
    sees="It shows no PACE. It has a BPM for songs in MP3, FLAC, Ogg and Opus.",
    source=Source.TRIED,
    steps=lambda rules: (
        NEEDS_BPM,
        "Preferences, General: show the column Beats Per Minute, and sort by it.",
        _playlist(rules, "run.m3u"),
    ),
)
