"""What the songs of a playlist become on a target: which file, of which content and size."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pacetag.db.records import SongRecord
from pacetag.tagger.playlist.tracks import Track
from pacetag.tagger.stretching.copies import Copy, Wanted
from pacetag.tagger.stretching.engine import ENGINE
from pacetag.tagger.stretching.formats import Format, bytes_needed
from pacetag.tagger.targets.target import Target


@dataclass(frozen=True, kw_only=True)
class Item:
    """A file that is wanted on a target."""

    song: SongRecord
    factor: float  # its length as a share of the song's
    form: Format | None  # what it is encoded as; None: as it is
    source: str  # of what it is made, and how: the same text means the same content
    bytes: int  # its size; at most, roughly, where it is encoded

    @property
    def suffix(self) -> str:
        """The end of its name, in lower case, with the dot."""
        return Path(self.song.path).suffix.lower() if self.form is None else f".{self.form}"

    @property
    def origin(self) -> str:
        """Which song it is of, and how; the content of its file does not count."""
        return f"{self.form or 'keep'} {self.factor:.6f} {self.song.path}"

    def copy(self, path: Path) -> Copy:
        """Return it as a copy that the stretching room makes at a path."""
        if self.form is None:
            raise ValueError("a song that is copied as it is needs no encoder")
        return Copy(song=self.song, factor=self.factor, form=self.form, path=path, is_there=False)


@dataclass(frozen=True, kw_only=True)
class Items:
    """The files of a playlist: one for each track that can be read, each file once."""

    of_tracks: Sequence[Item | None]  # None: the song cannot be read
    missing: Sequence[tuple[str, str]]  # paths of such songs, and why

    @property
    def each(self) -> Iterator[Item]:
        """The files in the order of the playlist."""
        yield from {item.source: item for item in self.of_tracks if item is not None}.values()


def items_of(tracks: Sequence[Track], target: Target) -> Items:
    """Return the files that the tracks become. Songs are looked at, not read."""
    found: list[Item | None] = []
    missing: dict[str, str] = {}
    for track in tracks:
        try:
            found.append(_item(track, target))
        except OSError as error:
            found.append(None)
            missing[track.song.path] = error.strerror or str(error)
    return Items(of_tracks=found, missing=list(missing.items()))


def _item(track: Track, target: Target) -> Item:
    song, factor = track.song, _factor(track, target)
    status = Path(song.path).stat()
    own = _own_format(Path(song.path))
    form = target.form or own or Format.FLAC
    state = f"{song.fingerprint} {status.st_size} {status.st_mtime_ns}"
    if factor == 1.0 and target.form in (None, own):
        return Item(song=song, factor=1.0, form=None, source=state, bytes=status.st_size)
    engine = f" {ENGINE}" if factor != 1.0 else ""
    return Item(
        song=song,
        factor=factor,
        form=form,
        source=f"{state} {form} {factor:.6f}{engine}",
        bytes=bytes_needed(form, (song.duration or 0.0) * factor),
    )


def _factor(track: Track, target: Target) -> float:
    if target.stretch is None:
        return 1.0
    return Wanted(song=track.song, pace=track.pace.bpm, cadence=track.cadence).factor


def _own_format(path: Path) -> Format | None:
    suffix = path.suffix.lower().removeprefix(".")
    return Format(suffix) if suffix in set(Format) else None


def as_copied(track: Track, item: Item, path: Path) -> Track:
    """Return a track as its file on the target is played; what is cut ends with its block."""
    begins = round(track.begins * item.factor, 3)
    play = track.play
    if play is not None and not track.is_cut:
        play = round(play * item.factor, 3)
    return replace(track, song=replace(track.song, path=str(path)), begins=begins, play=play)
