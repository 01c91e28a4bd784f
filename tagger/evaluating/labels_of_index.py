"""The index as a labels file: what it says of songs that are there."""

import errno
from pathlib import Path

from pacetag.db.errors import SongIndexError
from pacetag.db.records import SongRecord
from pacetag.model.judgement import MIN_CONFIDENCE
from pacetag.model.regular import NotRegularError, check_regular
from pacetag.model.training.labels.match import LabelledSong, main_artist
from pacetag.model.training.labels.table import LeftOut
from pacetag.tagger.errors import TaggerError
from pacetag.tagger.index.opening import opened_index
from pacetag.tagger.library.walk import is_gone
from pacetag.tagger.text.formatting import printable, songs

MAGIC = b"SQLite format 3\0"  # what every SQLite file begins with
ANY = 1e6  # bpm; faster than anything


def is_index(path: Path) -> bool:
    """Whether a file is a SQLite database. Raises OSError when it cannot be read."""
    try:
        check_regular(path)  # a pipe would be waited for
    except NotRegularError as error:
        raise OSError(errno.EINVAL, str(error)) from error
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def labels_of_index(path: Path, music: Path | None = None) -> list[LabelledSong | LeftOut]:
    """The songs of the index at `path`, only those below the folder `music` if one is given.

    Missing and failed songs and those without a sure pace are passed over. Of a pace that is less
    sure than .5 nothing is known. What a person set is the truth, also that there be no paces. The
    index stays as it is. Raises TaggerError.
    """
    records = _records(path)
    inside = [song for song in records if music is None or Path(song.path).is_relative_to(music)]
    there = [song for song in inside if not is_gone(song.path)]
    found: list[LabelledSong | LeftOut] = [_labelled(song, path, music) for song in there]
    if len(inside) < len(records):
        outside = songs(len(records) - len(inside))
        found.append(LeftOut(where=path.name, reason=f"{outside} not below {music}"))
    if len(there) < len(inside):
        gone = songs(len(inside) - len(there))
        found.append(LeftOut(where=path.name, reason=f"{gone} no longer there"))
    return found


def _records(path: Path) -> list[SongRecord]:
    try:
        with opened_index(path, scratch=True) as index:
            matches = index.matches(low=0.0, high=ANY, min_confidence=MIN_CONFIDENCE)
            known = index.statuses(list(index.paths_under("/")))
            without = [index.song(each.path) for each in known if each.listener == ()]
    except SongIndexError as error:  # it speaks of the copy, and advises other things
        raise TaggerError(
            f"{path}: {error.reason}; labels are a CSV table or an index of pacetag's own"
        ) from error
    return [*(match.song for match in matches), *filter(None, without)]


def _labelled(song: SongRecord, index: Path, music: Path | None) -> LabelledSong:
    path = Path(song.path)
    name = path.relative_to(music) if music else path
    return LabelledSong(
        path=path,
        name=name.as_posix().encode("utf-8", "backslashreplace").decode("utf-8"),
        artist=main_artist(song.artist) if song.artist else None,
        paces=tuple(p.bpm for p in song.paces if p.confidence >= MIN_CONFIDENCE),
        unclear=tuple(p.bpm for p in song.paces if p.confidence < MIN_CONFIDENCE),
        where=f"{index.name}: {printable(song.path)}",
    )
