"""Which songs of this machine MPD has, and how it names them: by their paths below its music."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePath, PurePosixPath
from typing import Any

from pacetag.tagger.text.formatting import is_utf8

_TRIED = 40  # songs by which the folder of music is found


def names_in_mpd(client: Any, songs: Sequence[str], root: PurePath | None) -> Mapping[str, str]:
    """Return path -> MPD's name of those songs that it has.

    `root`: MPD's folder of music as this machine names it; None: as MPD tells, or else the one
    below which it has most of some songs. Only the names of files are asked for, folder by folder.
    """
    client.tagtypes("clear")  # so that answers are short
    root = root or _root(client, songs)
    if root is None:
        return {}
    folders: dict[str, list[str]] = {}
    for path in songs:
        name = _name(path, root)
        if name is not None:
            folders.setdefault(str(PurePosixPath(name).parent), []).append(path)
    return dict(_found(client, folders, root))


def _found(
    client: Any, folders: Mapping[str, Iterable[str]], root: PurePath
) -> Iterator[tuple[str, str]]:
    for folder, paths in folders.items():
        there = _files(client, folder)
        for path in paths:
            name = _name(path, root)
            if name in there:
                yield path, name


def _root(client: Any, songs: Sequence[str]) -> PurePath | None:
    """MPD's folder of music as this machine names it.

    What MPD tells is of its own machine: it counts only if it holds songs of the index. A song may
    have a name in MPD by chance, such as CD1/01.mp3, so some songs vote.
    """
    told = _told_root(client)
    if told is not None and any(_name(path, told) is not None for path in songs):
        return told
    votes = Counter(filter(None, (_root_of(client, path) for path in _spread(songs))))
    return votes.most_common(1)[0][0] if votes else None


def _told_root(client: Any) -> PurePath | None:
    """Return MPD's folder of music; None where it does not tell, as to another machine."""
    import mpd

    try:
        told = client.config()
    except mpd.CommandError:
        return None
    root = told.get("music_directory") if isinstance(told, dict) else told
    return PurePath(root) if root else None


def _root_of(client: Any, path: str) -> PurePath | None:
    """The folder from which MPD has the song, by its longest name there."""
    for root in list(PurePath(path).parents)[::-1]:
        name = _name(path, root)
        if name is not None and name in _files(client, str(PurePosixPath(name).parent)):
            return root
    return None


def _spread(songs: Sequence[str]) -> Sequence[str]:
    return songs[:: max(1, len(songs) // _TRIED)]


def _name(path: str, root: PurePath) -> str | None:
    """The song's name below the folder; None if it is elsewhere, or MPD knows no such names."""
    song = PurePath(path)
    if not song.is_relative_to(root) or not _can_be_sent(path):
        return None
    return song.relative_to(root).as_posix()


def _can_be_sent(path: str) -> bool:
    """Whether a command can hold the path: a line break would end it, and it is UTF-8."""
    return is_utf8(path) and "\n" not in path


def _files(client: Any, folder: str) -> set[str]:
    """The names of the songs in a folder of MPD's; none if it has no such folder."""
    import mpd

    try:
        listed = client.lsinfo("/" if folder == "." else folder)
    except mpd.CommandError:
        return set()
    return {each["file"] for each in listed if "file" in each}
