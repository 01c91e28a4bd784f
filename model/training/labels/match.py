"""From what a labels file calls a song to the file that is meant, or to why none can be told."""

import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from unicodedata import category, combining, normalize

from pacetag.model.training.labels.table import LabelRow, LeftOut

_NUMBER = re.compile(r"^(?:\d{1,2}-)?\d{1,3}[\s._-]+")  # of a track, before its name
_PART = re.compile(r"\s+[-–—]\s+")  # between artist and title
# A remastered song is the same recording; a live one, a mix or an edit is not.
_REMASTER = re.compile(r"\s*[-–(\[]\s*[^-–()\[\]]*\bremaster(?:ed)?\b[^()\[\]]*[)\]]?\s*$", re.I)
_GUEST = re.compile(r"\s*(?:;|\bfeat\b\.?|\bft\b\.?|\bfeaturing\b).*$", re.I)
_SHOWN = 3  # files named where several could be meant


@dataclass(frozen=True, kw_only=True)
class SongNames:
    """What a file's tags call it."""

    title: str | None
    artist: str | None  # several apart by ";"


@dataclass(frozen=True, kw_only=True)
class LabelledSong:
    """A song file with its paces."""

    path: Path
    name: str  # path below the music folder, for a person and for drawing lots
    artist: str | None  # the first one where there are several
    paces: tuple[float, ...]  # bpm
    unclear: tuple[float, ...]  # bpm, about which nothing is known
    where: str  # the row that says so


@dataclass(frozen=True, kw_only=True)
class LabelledSongs:
    """All that labels files say of files that are there."""

    songs: tuple[LabelledSong, ...]
    left_out: tuple[LeftOut, ...]
    files: tuple[str, ...] = ()  # names of the labels files


@dataclass(frozen=True, kw_only=True)
class _Called:
    """All that one file may be called, folded."""

    titles: frozenset[str]
    artists: frozenset[str]


class MusicFolder:
    """The songs of a folder, found by path, by name, or by title and artist.

    `files` lists the songs and `names` reads one file's tags; both are asked only when a row is
    not a path: that takes a while in a large folder.
    """

    def __init__(
        self,
        root: Path,
        files: Callable[[], Iterable[Path]],
        names: Callable[[Path], SongNames],
    ) -> None:
        self.root = Path(os.path.abspath(root))  # noqa: PTH100 - resolve() would replace links
        self._files, self._names = files, names

    def find(self, row: LabelRow) -> Path:
        """The one file that a row means. Raises LookupError, with the reason, unless it is one."""
        direct = self.root / row.song.replace("\\", "/")
        if os.path.isfile(direct):  # noqa: PTH113 - is_file() raises where a title is too long
            return direct
        found = sorted(self._called_so(row))
        if not found:
            raise LookupError(f"no song below {self.root} is called {row.song!r}; give its path")
        if len(found) > 1:
            some = ", ".join(self.name(path) for path in found[:_SHOWN])
            more = " ..." if len(found) > _SHOWN else ""
            raise LookupError(f"{row.song!r} may be any of {some}{more}; give its path")
        return found[0]

    def name(self, path: Path) -> str:
        """The path below the folder, or all of it, as text that can be encoded."""
        inside = path.relative_to(self.root) if path.is_relative_to(self.root) else path
        return inside.as_posix().encode("utf-8", "backslashreplace").decode("utf-8")

    def artist(self, path: Path) -> str | None:
        """Who plays: by the tags, else "Artist - Title" as the name, else the folder below us."""
        tagged = self._names(path).artist
        if tagged and tagged.strip():
            return main_artist(tagged)
        parts = _parts(path)
        if len(parts) > 1:
            return main_artist(parts[0])
        folders = self._folders(path)
        return folders[0] if folders else None

    def _called_so(self, row: LabelRow) -> set[Path]:
        titles = {row.song, _REMASTER.sub("", row.song)}
        pairs = {tuple(_PART.split(title, maxsplit=1)) for title in titles if _PART.search(title)}
        if row.artist is None:
            return self._with_title(titles) | {
                path for left, right in pairs for path in self._with_artist({right}, left)
            }
        titles |= {right for left, right in pairs if artist_key(left) == artist_key(row.artist)}
        # A file that does not say who plays is taken if no other song is called so.
        return self._with_artist(titles, row.artist) or {
            path for path in self._with_title(titles) if not self._library[path].artists
        }

    def _with_title(self, titles: Iterable[str]) -> set[Path]:
        return {path for title in titles for path in self._by_title.get(folded(title), ())}

    def _with_artist(self, titles: Iterable[str], artist: str) -> set[Path]:
        key = artist_key(artist)
        return {path for path in self._with_title(titles) if key in self._library[path].artists}

    @cached_property
    def _library(self) -> Mapping[Path, _Called]:
        return {path: self._called(path) for path in self._files()}

    @cached_property
    def _by_title(self) -> Mapping[str, list[Path]]:
        found: dict[str, list[Path]] = defaultdict(list)
        for path, called in self._library.items():
            for title in called.titles:
                found[title].append(path)
        found.pop("", None)  # a name of nothing but signs says nothing
        return found

    def _called(self, path: Path) -> _Called:
        tags = self._names(path)
        parts = _parts(path)
        inside = self.name(path)
        titles = {path.name, path.stem, inside, inside.removesuffix(path.suffix), parts[-1]}
        titles |= {_NUMBER.sub("", path.stem), " - ".join(parts[1:]), tags.title or ""}
        artists = {*self._folders(path), *parts[:-1][:1]}
        if tags.artist:
            artists |= {tags.artist, *tags.artist.split(";"), main_artist(tags.artist)}
        return _Called(
            titles=frozenset(
                folded(t) for title in titles for t in (title, _REMASTER.sub("", title))
            ),
            artists=frozenset(filter(None, map(artist_key, artists))),
        )

    def _folders(self, path: Path) -> tuple[str, ...]:
        return path.relative_to(self.root).parts[:-1] if path.is_relative_to(self.root) else ()


def match_rows(rows: Iterable[LabelRow], music: MusicFolder) -> Iterator[LabelledSong | LeftOut]:
    """Each row's song file, or why there is none."""
    for row in rows:
        try:
            path = music.find(row)
        except LookupError as error:
            yield LeftOut(where=row.where, reason=str(error.args[0]))
            continue
        yield LabelledSong(
            path=path,
            name=music.name(path),
            artist=main_artist(row.artist) if row.artist else music.artist(path),
            paces=row.paces,
            unclear=row.unclear,
            where=row.where,
        )


def gather(found: Iterable[LabelledSong | LeftOut], *, files: Iterable[str] = ()) -> LabelledSongs:
    """All songs once; of two rows about the same file the first counts."""
    songs: dict[str, LabelledSong] = {}
    left_out = []
    for one in found:
        if isinstance(one, LeftOut):
            left_out.append(one)
            continue
        before = songs.setdefault(os.path.realpath(one.path), one)
        if before is not one:
            left_out.append(LeftOut(where=one.where, reason=f"the same song as {before.where}"))
    return LabelledSongs(songs=tuple(songs.values()), left_out=tuple(left_out), files=tuple(files))


def main_artist(artist: str) -> str:
    """The first of several artists, without guests."""
    return _GUEST.sub("", artist).strip() or artist.strip()


def folded(text: str) -> str:
    """A name as it is compared: no case, no signs, no accents on Latin letters."""
    kept: list[str] = []
    for sign in normalize("NFKD", text.casefold().replace("&", " and ")):
        if combining(sign) and kept and kept[-1].isascii():
            continue
        if sign in "'’`":
            continue  # "I'm" is often written "Im"
        kept.append(sign if sign.isalnum() or category(sign).startswith("M") else " ")
    return " ".join("".join(kept).split())


def artist_key(artist: str) -> str:
    """An artist's name as it is compared: as `folded`, wherever "The" stands."""
    return folded(artist).removeprefix("the ").removesuffix(" the")


def _parts(path: Path) -> list[str]:
    return _PART.split(_NUMBER.sub("", path.stem)) or [path.stem]
