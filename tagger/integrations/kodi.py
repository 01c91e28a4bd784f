"""Kodi: a smart playlist by BPM, since it reads no custom fields."""

from collections.abc import Iterator

from pacetag.tagger.integrations.places import home, is_macos, is_windows, roaming_folder
from pacetag.tagger.integrations.program import (
    NEEDS_BPM,
    CannotEditError,
    FileChange,
    Place,
    Program,
    Source,
)
from pacetag.tagger.playlist.rules import Rules


def lines(rules: Rules) -> str:
    """Return the whole file: a smart playlist of songs."""
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes" ?>\n'
        '<smartplaylist type="songs">\n'
        f"    <name>Cadence {rules.name}</name>\n"
        "    <match>all</match>\n"
        '    <rule field="bpm" operator="between">\n'
        f"        <value>{rules.paces[0]}</value>\n"
        f"        <value>{rules.paces[-1]}</value>\n"
        "    </rule>\n"
        '    <order direction="ascending">random</order>\n'
        "</smartplaylist>\n"
    )


def edited(text: str, rules: Rules) -> str:
    """Return the smart playlist. Raises CannotEditError where there is another."""
    wanted = lines(rules)
    if text not in ("", wanted):
        raise CannotEditError("is another playlist, or was changed")
    return wanted


def _places(rules: Rules) -> Iterator[Place]:
    if is_windows():
        folders = [roaming_folder() / "Kodi"]
    elif is_macos():
        folders = [home() / "Library/Application Support/Kodi"]
    else:
        flatpak = home() / ".var/app/tv.kodi.Kodi/data"
        folders = [home() / ".kodi", flatpak]
    for folder in folders:
        playlists = folder / "userdata/playlists/music"
        yield Place(file=playlists / f"cadence-{rules.name}.xsp", home=folder / "userdata")


KODI = Program(
    name="kodi",
    title="Kodi",
    sees="It shows no PACE. Its library has a BPM a song, and smart playlists ask for it.",
    source=Source.TRIED,
    steps=lambda _: (
        NEEDS_BPM,
        "Have it update its music library after that.",
    ),
    change=FileChange(
        places=_places,
        lines=lines,
        edited=edited,
        created=True,
        then="It stands among the music playlists at once.",
    ),
)
