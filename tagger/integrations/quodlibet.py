"""Quod Libet: a saved search for the cadence."""

from collections.abc import Iterator

from pacetag.tagger.integrations.places import (
    config_folders,
    home,
    is_macos,
    is_windows,
    named_by,
    roaming_folder,
)
from pacetag.tagger.integrations.program import CannotEditError, FileChange, Place, Program, Source
from pacetag.tagger.integrations.texts import split, with_lines
from pacetag.tagger.playlist.quodlibet import query_body, query_of
from pacetag.tagger.playlist.rules import Rules


def lines(rules: Rules) -> str:
    """Return the two lines of the saved search: the query and its name."""
    return query_body(_named(rules))[0]


def _named(rules: Rules) -> Rules:
    return Rules(name=f"Cadence {rules.name}", paces=rules.paces)


def edited(text: str, rules: Rules) -> str:
    """Return the saved searches with one more. Raises CannotEditError."""
    there = [line.strip() for line in split(text)]
    if len(there) % 2:
        raise CannotEditError("does not hold two lines for each saved search")
    if query_of(rules)[0] in there[::2]:
        return text
    return with_lines(text, lines(rules))


def _places(_: Rules) -> Iterator[Place]:
    named = named_by("QUODLIBET_USERDIR")
    if named is not None:
        folders = [named]
    elif is_windows():
        folders = [roaming_folder() / "Quod Libet"]
    elif is_macos():
        folders = [home() / ".quodlibet"]
    else:
        found = config_folders(flatpak="io.github.quodlibet.QuodLibet")
        folders = [*(each / "quodlibet" for each in found), home() / ".quodlibet"]
    for folder in folders:
        yield Place(file=folder / "lists/queries.saved", home=folder)


def _steps(rules: Rules) -> Iterator[str]:
    yield (
        "MP3, AIFF, WAV and DSF: `pacetag scan --quodlibet` writes their paces once more, into the "
        "only custom field that Quod Libet reads there. M4A and WMA it cannot read."
    )
    yield "Songs that it knows already: choose them, and Edit, Refresh or a rescan of the library."
    yield f"Search for {query_of(rules)[0]} or choose the saved search."
    yield "A column: right-click on the heads of the columns, Customize Headers, add `pace`."


QUODLIBET = Program(
    name="quodlibet",
    title="Quod Libet",
    sees="It shows and searches every value of PACE in FLAC, Ogg, Opus and WavPack, as `pace`.",
    source=Source.TRIED,
    steps=_steps,
    change=FileChange(
        places=_places,
        lines=lines,
        edited=edited,
        created=True,
        processes=("quodlibet", "exfalso"),
        then="The search is in the list that the arrow beside the search opens.",
    ),
)
