"""`pacetag set`: set the paces of songs by hand."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pacetag.tagger.commands.options import PATH, DryRunOption, IndexOption, JsonOption

if TYPE_CHECKING:
    from pacetag.db.index import SongIndex

_NUMBER = re.compile(r"\d+(?:\.\d+)?", re.ASCII)
EXAMPLE = "such as `pacetag set song.mp3 84 168`"


def set(  # noqa: A001 - the name of the command
    words: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE... [PACE...]",
            click_type=PATH,
            help="Songs, and their paces in steps a minute, the best one first. A song that is "
            "called 84 is named ./84.",
        ),
    ],
    none: Annotated[
        bool, typer.Option("--none", help="There is no pace to step to in these songs.")
    ] = False,
    auto: Annotated[
        bool, typer.Option("--auto", help="Have the network's paces count again.")
    ] = False,
    dry_run: DryRunOption = False,
    index: IndexOption = None,
    as_json: JsonOption = False,
) -> None:
    """Set the paces of songs yourself; they count instead of the network's.

    They go into tags and index, and no scan changes them. Where tags cannot be written the index
    alone keeps them. `pacetag undo` takes it back, --auto gives a song back to the network. Exit
    codes: 0 done, 1 some songs failed, 2 wrong usage, 130 interrupted.
    """
    from pacetag.tagger.commands.song_arguments import change_songs
    from pacetag.tagger.config.values import value_of
    from pacetag.tagger.output.json_lines import pace_objects
    from pacetag.tagger.scanning.options import PaceValues
    from pacetag.tagger.scanning.set_paces import PaceSetter, SetOutcome, Setting
    from pacetag.tagger.text.formatting import listed_paces

    form = PaceValues(value_of("pace-values").value)
    songs = _songs([word for word in words if not _NUMBER.fullmatch(str(word))])
    numbers = [str(word) for word in words if _NUMBER.fullmatch(str(word))]
    paces = _paces(numbers, none=none, auto=auto)

    def setter(opened: "SongIndex") -> "Callable[[Path], SetOutcome]":
        own = PaceSetter(opened, dry_run=dry_run, form=form)
        return lambda song: own.song(song, paces)

    def described(song: SetOutcome) -> str:
        by = "set by you" if song.listener else "the network's"
        return f"{listed_paces([pace.bpm for pace in song.paces])} ({by})"

    change_songs(
        songs,
        setter,
        Setting,
        log="set",
        words=described,
        facts=lambda song: {
            "paces": pace_objects(song.paces),
            "by": "listener" if song.listener else "network",
        },
        index=index,
        dry_run=dry_run,
        as_json=as_json,
    )


def _songs(paths: Sequence[Path]) -> dict[Path, str]:
    """Absolute path -> path as named, for each song once. Raises UsageError."""
    from pacetag.tagger.commands.song_arguments import named_songs
    from pacetag.tagger.errors import UsageError

    if not paths:
        raise UsageError(f"name the songs, {EXAMPLE}; one that is called 84 is named ./84")
    return named_songs(paths, example=EXAMPLE, or_not="a pace")


def _paces(numbers: Sequence[str], *, none: bool, auto: bool) -> tuple[float, ...] | None:
    """The paces; () for none, None for the network's. Raises UsageError."""
    from pacetag.tagger.errors import UsageError
    from pacetag.tagger.paces import MOST, QUICKEST, SLOWEST, are_settable

    if bool(numbers) + none + auto != 1:
        raise UsageError(f"either paces, {EXAMPLE}, or --none, or --auto")
    for number in numbers:
        if not are_settable([float(number)]):
            raise UsageError(f"{number}: a pace is from {SLOWEST:g} to {QUICKEST:g} steps a minute")
    paces = tuple(dict.fromkeys(round(float(number), 2) for number in numbers))
    if not are_settable(paces):
        raise UsageError(f"a song has at most {MOST} paces, not {len(paces)}")
    return None if auto else paces
