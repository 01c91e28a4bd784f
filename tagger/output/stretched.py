"""Playlists and runs with copies at exactly the cadence in place of songs that are near it."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pacetag.db.records import SongRecord
from pacetag.model.judgement import Pace
from pacetag.tagger.output.json_lines import playlist_object
from pacetag.tagger.output.sessions import playlist_listing, session_listing, session_object
from pacetag.tagger.playlist.entries import Playlist, PlaylistEntry
from pacetag.tagger.playlist.tracks import Listing
from pacetag.tagger.sessions.session import FilledBlock, Session, SessionSong
from pacetag.tagger.stretching.copies import Copy, Wanted
from pacetag.tagger.stretching.copy_tags import quicker, quicker_rates

SLACK = 1e-9
_TIMES = ("start", "play", "begins")  # keys of a song that hold for what is listed


@dataclass(frozen=True, kw_only=True)
class Copies:
    """The copies of a playlist, and which of them could not be made."""

    of: Mapping[Wanted, Copy]
    failed: AbstractSet[Path]

    def stands_for(self, wanted: Wanted, tolerance: float) -> Copy | bool:
        """Return the copy to be listed; True for the song itself, False for neither."""
        copy = self.of.get(wanted)
        if copy is None:
            return True
        if copy.path not in self.failed:
            return copy
        return abs(wanted.pace / wanted.cadence - 1) <= tolerance + SLACK


@dataclass(frozen=True, kw_only=True)
class Stretched:
    """A playlist or a run twice: with the songs that were chosen, and with what is listed."""

    chosen: Any  # Playlist or Session: originals, without those that are left out
    listed: Any  # the same with copies in their place
    copies: Mapping[str, Copy]  # by path

    def value(self) -> dict[str, Any]:
        """Return it as a JSON value: the originals, with `stretch` and `copy`."""
        shown = playlist_object if isinstance(self.listed, Playlist) else session_object
        chosen, listed = shown(self.chosen), shown(self.listed)
        merged = self._merged(chosen, listed)
        if "blocks" in chosen:
            pairs = zip(chosen["blocks"], listed["blocks"], strict=True)
            merged["blocks"] = [
                {**self._merged(*pair), "filled": pair[1]["filled"]} for pair in pairs
            ]
            merged["missed"] = listed["missed"]
        merged["seconds"] = listed["seconds"]
        return merged

    def _merged(self, chosen: dict[str, Any], listed: dict[str, Any]) -> dict[str, Any]:
        pairs = zip(chosen["songs"], listed["songs"], strict=True)
        return {**chosen, "songs": [self._song(*pair) for pair in pairs]}

    def _song(self, chosen: dict[str, Any], listed: dict[str, Any]) -> dict[str, Any]:
        copy = self.copies.get(listed["path"])
        times = {key: listed[key] for key in _TIMES if key in listed}
        return {
            **chosen,
            **times,
            "stretch": 1.0 if copy is None else copy.factor,
            "copy": None if copy is None else listed["path"],
        }

    def listing(self, listed: Any = None) -> Listing:
        """Return it as a playlist file holds it; `listed` has those songs that can be named."""
        if listed is not None:
            return replace(self, chosen=self._chosen_of(listed), listed=listed).listing()
        is_playlist = isinstance(self.listed, Playlist)
        make: Any = playlist_listing if is_playlist else session_listing
        usual: Listing = make(self.listed)
        return replace(usual, value=self.value)

    def _chosen_of(self, listed: Playlist) -> Playlist:
        paths = {entry.song.path for entry in listed.entries}
        pairs = zip(self.chosen.entries, self.listed.entries, strict=True)
        kept = tuple(one for one, other in pairs if other.song.path in paths)
        chosen: Playlist = replace(self.chosen, entries=kept)
        return chosen


def wanted_in(found: Playlist | Session) -> list[Wanted]:
    """Return the songs, each with the cadence at which it is wanted."""
    if isinstance(found, Playlist):
        return [_wanted(entry, found.cadence) for entry in found.entries]
    return [_wanted(song, song.cadence) for song in found.entries]


def _wanted(one: PlaylistEntry | SessionSong, cadence: float) -> Wanted:
    return Wanted(song=one.song, pace=one.pace.bpm, cadence=cadence)


def with_copies(
    found: Playlist | Session, copies: Copies, tolerances: Sequence[float]
) -> Stretched:
    """Return a playlist or run with its copies.

    A song whose copy failed stays if it is within the tolerance that holds without stretching (of
    its block), and is left out if not.
    """
    by_path = {str(c.path): c for c in copies.of.values() if c.path not in copies.failed}
    if isinstance(found, Playlist):
        chosen, listed = _playlist(found, copies, tolerances[0])
        return Stretched(chosen=chosen, listed=listed, copies=by_path)
    session = _Clocked(copies, found, tolerances)
    return Stretched(chosen=session.chosen, listed=session.listed, copies=by_path)


def _playlist(found: Playlist, copies: Copies, tolerance: float) -> tuple[Playlist, Playlist]:
    chosen, listed = [], []
    for entry in found.entries:
        stands = copies.stands_for(_wanted(entry, found.cadence), tolerance)
        if stands is False:
            continue
        chosen.append(entry)
        if isinstance(stands, Copy):
            pace = Pace(bpm=found.cadence, confidence=entry.pace.confidence)
            entry = replace(
                entry,
                song=_copied(entry.song, stands),
                pace=pace,
                deviation=0.0,
                begins=round(entry.begins * stands.factor, 3),
            )
        listed.append(entry)
    both = (tuple(chosen), tuple(listed))
    return tuple(  # type: ignore[return-value]
        replace(found, entries=each, total=sum(e.seconds or 0.0 for e in each)) for each in both
    )


def _copied(song: SongRecord, copy: Copy) -> SongRecord:
    """The record of a copy."""
    speed = 1 / copy.factor
    return replace(
        song,
        path=str(copy.path),
        analysis=quicker(song.analysis, speed, (song.duration or 0.0) * copy.factor),
        listener=quicker_rates(song.listener, speed),
    )


class _Clocked:
    """A run with its copies; the clock runs by their lengths."""

    def __init__(self, copies: Copies, found: Session, tolerances: Sequence[float]) -> None:
        self._copies, self._at = copies, 0.0
        self._before: dict[str, Copy | bool] = {}  # what stands for the songs that go on
        chosen, listed = [], []
        for block, tolerance in zip(found.blocks, tolerances, strict=True):
            pairs = [pair for song in block.songs if (pair := self._pair(song, tolerance))]
            chosen.append(_block(block, [one for one, _ in pairs]))
            listed.append(_block(block, [other for _, other in pairs]))
        self.chosen = replace(found, blocks=tuple(chosen))
        self.listed = replace(found, blocks=tuple(listed))

    def _pair(self, song: SessionSong, tolerance: float) -> tuple[SessionSong, SessionSong] | None:
        path = song.song.path
        if not song.goes_on:
            wanted = _wanted(song, song.cadence)
            self._before[path] = self._copies.stands_for(wanted, tolerance)
        stands = self._before.get(path, True)
        if stands is False:
            return None
        listed = replace(song, start=self._at)
        listed = _played(listed, stands) if isinstance(stands, Copy) else _lasting(listed, 1.0)
        self._at += listed.play
        return song, listed


def _played(song: SessionSong, copy: Copy) -> SessionSong:
    """A song as its copy is played."""
    return replace(
        _lasting(song, copy.factor),
        song=_copied(song.song, copy),
        pace=Pace(bpm=round(song.pace.bpm / copy.factor, 2), confidence=song.pace.confidence),
    )


def _lasting(song: SessionSong, factor: float) -> SessionSong:
    """A song as it is played at another length; what is cut still ends with its block."""
    more = factor / song.factor
    whole, begins = (song.song.duration or 0.0) * factor, song.begins * more
    return replace(
        song,
        begins=round(begins, 3),
        play=min(song.play, whole - begins) if song.is_cut else song.play * more,
        factor=factor,
    )


def _block(block: FilledBlock, songs: Sequence[SessionSong]) -> FilledBlock:
    return replace(block, songs=tuple(songs))
