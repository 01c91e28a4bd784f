"""Paces as stickers of MPD: values that it keeps beside its songs, and that clients search.

`pace` holds the most confident pace, `pace2` the next and so on. Each has three digits, for MPD
compares stickers as texts, where "86" comes after "160" but "086" before it; for the operators on
whole numbers that later versions have it makes no difference.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from pacetag.tagger.errors import TaggerError
from pacetag.tagger.logs.logger import info
from pacetag.tagger.paces import MOST

NAMES = ("pace", *(f"pace{place}" for place in range(2, MOST + 1)))
_OWN = re.compile(r"\d{3}", re.ASCII)  # the form of pacetag's values under these names

_READ = 200  # songs that one list of commands asks for
_WRITTEN = 20  # songs that one writes; MPD plays on, but answers no other client meanwhile
_ABSENT = 50  # MPD's number for what is not there
_PATIENCE = 120.0  # s for the answer to it: MPD flushes its disk for each sticker

Stickers = Mapping[str, str]  # name -> value
Item = TypeVar("Item")


@dataclass(frozen=True, kw_only=True)
class StickerChange:
    """A song of MPD whose stickers are not as they should be."""

    name: str  # as MPD names it
    path: str | None = None  # of this machine; None where only MPD was asked
    wanted: Stickers = field(default_factory=dict)  # all that pacetag should have there
    given: Stickers = field(default_factory=dict)  # those of them that are to be set
    removed: tuple[str, ...] = ()  # names of those that are to go
    foreign: Stickers = field(default_factory=dict)  # not pacetag's; they keep all as it is


@dataclass(frozen=True, kw_only=True)
class StickerPlan:
    """What a synchronisation would do."""

    changes: Sequence[StickerChange]
    kept: Sequence[StickerChange]  # songs with a sticker of such a name that is not pacetag's
    unchanged: int = 0  # songs
    gone: Sequence[str] = ()  # paths of songs that left MPD meanwhile


def stickers_of(paces: Iterable[int]) -> dict[str, str]:
    """The stickers of a song with these whole paces, most confident first."""
    return dict(zip(NAMES, (f"{pace:03d}" for pace in paces), strict=False))


def plan_sync(client: Any, names: Mapping[str, str], wanted: Mapping[str, Stickers]) -> StickerPlan:
    """Compare MPD's stickers with those that its songs should have.

    `names`: path -> MPD's name. `wanted`: path -> stickers; {} for none. Raises TaggerError where
    MPD keeps no stickers.
    """
    held: dict[str, Stickers] = {}
    for part in _parts(list(names.values()), _READ):
        with _keeping_stickers():
            held |= _lists(client, part)
    there = {path: name for path, name in names.items() if name in held}
    found = [_change(path, name, held[name], wanted[path]) for path, name in there.items()]
    kept = [each for each in found if each.foreign]
    changes = [each for each in found if not each.foreign and (each.given or each.removed)]
    return StickerPlan(
        changes=changes,
        kept=kept,
        unchanged=len(found) - len(kept) - len(changes),
        gone=[path for path in names if path not in there],
    )


def _change(path: str, name: str, held: Stickers, wanted: Stickers) -> StickerChange:
    ours = {key: value for key, value in held.items() if key in NAMES}
    foreign = {key: value for key, value in ours.items() if not _OWN.fullmatch(value)}
    return StickerChange(
        name=name,
        path=path,
        wanted=wanted,
        given={key: value for key, value in wanted.items() if ours.get(key) != value},
        removed=tuple(key for key in ours if key not in wanted),
        foreign=foreign,
    )


def plan_clear(client: Any) -> StickerPlan:
    """Find all stickers that pacetag wrote, also of songs that the index does not know."""
    found: dict[str, list[str]] = {}
    for key in NAMES:
        with _keeping_stickers():
            listed = _found(client, key)
        for each in listed:
            if _OWN.fullmatch(each["sticker"].partition("=")[2]):
                found.setdefault(each["file"], []).append(key)
    changes = [StickerChange(name=name, removed=tuple(keys)) for name, keys in found.items()]
    return StickerPlan(changes=changes, kept=())


def _found(client: Any, key: str) -> Sequence[Mapping[str, str]]:
    import mpd

    try:
        return list(client.sticker_find("song", "", key))
    except mpd.ConnectionError as error:
        raise TaggerError(
            "MPD broke off its list of stickers, which is longer than it may send; give it a "
            "larger max_output_buffer_size in its mpd.conf"
        ) from error


def write_stickers(
    client: Any, changes: Sequence[StickerChange]
) -> Iterator[tuple[StickerChange, str | None]]:
    """Make the changes, and yield each with a clause that says why it failed, or None.

    One that MPD refuses keeps none of the others from being made. Raises mpd.MPDError.
    """
    client.timeout = _PATIENCE
    for part in _parts(changes, _WRITTEN):
        refused = _write(client, part) is not None
        for change in part:
            reason = _write_again(client, change) if refused else None
            info("mpd", f"{change.name}: {reason or 'written'}")
            yield change, reason


def _write(client: Any, changes: Iterable[StickerChange]) -> str | None:
    """Send one list of commands, and return why MPD broke it off, if it did."""
    import mpd

    client.command_list_ok_begin()
    for change in changes:
        for key, value in change.given.items():
            client.sticker_set("song", change.name, key, value)
        for key in change.removed:
            client.sticker_delete("song", change.name, key)
    try:
        list(client.command_list_end())
    except mpd.CommandError as error:
        return str(error)
    return None


def _write_again(client: Any, change: StickerChange) -> str | None:
    """The same for one song, where a part may have been done."""
    import mpd

    try:
        held = client.sticker_list("song", change.name)
    except mpd.CommandError as error:
        return str(error)
    left = tuple(key for key in change.removed if key in held)
    return _write(client, [replace(change, removed=left)])


def _lists(client: Any, names: Sequence[str]) -> dict[str, Stickers]:
    """MPD's name -> all stickers of the song. A song that vanished meanwhile is left out."""
    import mpd

    client.command_list_ok_begin()
    for name in names:
        client.sticker_list("song", name)
    try:
        return dict(zip(names, client.command_list_end(), strict=True))
    except mpd.CommandError as error:
        if error.errno is None or error.errno.value != _ABSENT:
            raise
        if len(names) == 1:
            return {}
    halves = names[: len(names) // 2], names[len(names) // 2 :]
    return {**_lists(client, halves[0]), **_lists(client, halves[1])}


def _parts(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    return (items[start : start + size] for start in range(0, len(items), size))


@contextmanager
def _keeping_stickers() -> Iterator[None]:
    """Raise TaggerError, with the remedy, where MPD has no place for stickers."""
    import mpd

    try:
        yield
    except mpd.CommandError as error:
        if "disabled" not in str(error) and "unknown command" not in str(error):
            raise
        raise TaggerError(
            'MPD keeps no stickers: write sticker_file "~/.local/share/mpd/sticker.sql", or '
            "another place that it may write, into its mpd.conf, and start it again"
        ) from error
