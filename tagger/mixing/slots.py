"""What a mix is made from: the songs of a playlist or a run, by the blocks that they fill."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pacetag.db.records import SongRecord
from pacetag.tagger.playlist.entries import WITHIN, Playlist
from pacetag.tagger.sessions.plan import Block
from pacetag.tagger.sessions.session import FilledBlock, Session

_OPEN = 24 * 3600.0  # s; longer than any playlist
_RATIOS = (1, 2, 1 / 2, 3, 1 / 3, 3 / 2, 2 / 3, 4, 1 / 4)  # of two paces of a song
_NEAR = 0.03  # share by which a ratio is taken for one of these


@dataclass(frozen=True, kw_only=True)
class SlotSong:
    """A song, and how it is played."""

    song: SongRecord
    paces: tuple[float, ...]  # to step to, in each block of its slot
    begins: float = 0.0  # s into the song at which playing begins, at the earliest

    @property
    def ratios(self) -> tuple[float, ...]:
        """Beats of the first pace that pass on a step, in each block."""
        return tuple(_ratio(self.paces[0] / pace) for pace in self.paces)


@dataclass(frozen=True, kw_only=True)
class Slot:
    """Songs that fill one block, or one song that fills several."""

    blocks: tuple[Block, ...]
    songs: tuple[SlotSong, ...]
    is_open: bool = False  # it lasts as long as its songs do

    def without(self, lost: frozenset[str]) -> "Slot":
        """The same without songs at some paths."""
        return replace(self, songs=tuple(one for one in self.songs if one.song.path not in lost))


def _ratio(value: float) -> float:
    nearest = min(_RATIOS, key=lambda ratio: abs(value / ratio - 1))
    return nearest if abs(value / nearest - 1) <= _NEAR else value


def slots_of(found: Playlist | Session) -> tuple[Slot, ...]:
    """Return what fills the mix of a playlist or a run."""
    return (_of_playlist(found),) if isinstance(found, Playlist) else tuple(_of_session(found))


def _of_playlist(found: Playlist) -> Slot:
    """One slot; it lasts as long as was asked for, if the songs were chosen to do so."""
    wanted = found.wanted
    is_met = wanted is not None and abs(found.total - wanted) <= WITHIN
    seconds = wanted if is_met and wanted else _OPEN
    return Slot(
        blocks=(Block(seconds=seconds, first=found.cadence, last=found.cadence),),
        songs=tuple(SlotSong(song=each.song, paces=(each.pace.bpm,)) for each in found.entries),
        is_open=not is_met,
    )


def _of_session(found: Session) -> Iterator[Slot]:
    shared: list[FilledBlock] = []
    for each in found.blocks:
        if shared and not (each.songs and each.songs[0].goes_on):
            yield _slot(shared)
            shared = []
        shared.append(each)
    if shared:
        yield _slot(shared)


def _slot(filled: list[FilledBlock]) -> Slot:
    blocks = tuple(each.block for each in filled)
    if len(filled) > 1:
        paces = tuple(each.songs[0].pace.bpm for each in filled)
        shared = SlotSong(song=filled[0].songs[0].song, paces=paces)
        return Slot(blocks=blocks, songs=(shared,))
    songs = (
        SlotSong(song=one.song, paces=(one.pace.bpm,), begins=one.begins) for one in filled[0].songs
    )
    return Slot(blocks=blocks, songs=tuple(songs))


def expected_seconds(slots: Sequence[Slot]) -> float:
    """How long a mix would be, before its songs are heard."""
    return sum(_expected(slot) for slot in slots if slot.songs)


def _expected(slot: Slot) -> float:
    planned = sum(block.seconds for block in slot.blocks)
    cadence = slot.blocks[0].first
    stretched = [(one.song.duration or 0.0) * one.paces[0] / cadence for one in slot.songs]
    return sum(stretched) if slot.is_open else planned
