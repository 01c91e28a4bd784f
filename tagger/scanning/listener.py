"""Paces that a person set, or their wish for none, come before the network's.

They are kept in the song's tags (in PACE alone where a person wrote that) and in the index, which
is the only place where the tags cannot be written.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from pacetag.db.index import SongIndex
from pacetag.db.records import Opinion, SaidOpinion, SongRecord
from pacetag.model.judgement import Pace
from pacetag.tagger.scanning.probe import FileProbe
from pacetag.tagger.scanning.reasons import CLEARED, FOREIGN, MANGLED, NONE, YOURS
from pacetag.tagger.scanning.song_writes import writes_of
from pacetag.tagger.tags.history import noted_listener, pace_left, was_tagged, wrote_last
from pacetag.tagger.tags.ownership import Said, said_by
from pacetag.tagger.tags.pacetag import pace_values
from pacetag.tagger.tags.reader import SongTags
from pacetag.tagger.text.piece_names import stored_name


@dataclass(frozen=True, kw_only=True)
class Word:
    """What a person set for a song, and what must not be done to its file."""

    paces: tuple[float, ...] | None = None  # theirs, () where they want none; None: nothing set
    stays: bool = False  # PACE must stay as it is
    cleared: bool = False  # the tags were cleared, and must not be written
    mangled: bool = False  # another program changed PACE, which may be corrected
    opinion: Opinion | None = None  # LOVED or EXCLUDED, where a person said so
    own_bpm: bool = False  # BPM holds what pacetag wrote there, so it may be written again

    @property
    def reasons(self) -> tuple[str, ...]:
        """Clauses for the user."""
        said = None if self.paces is None else YOURS if self.paces else NONE
        return tuple(filter(None, (said, MANGLED if self.mangled else None)))

    @property
    def untagged(self) -> str | None:
        """Why the file does not carry the paces that count, where a person is the cause."""
        if self.cleared:
            return CLEARED
        return FOREIGN if self.stays and self.paces is None else None


NO_WORD = Word()


def word_of(
    probe: FileProbe, judged: Iterable[Pace], index: SongIndex, moved_from: str | None = None
) -> Word:
    """What a person set for the song: from its tags first, then from index and log.

    `judged`: the network's paces; a PACE that holds them as whole numbers is pacetag's own.
    `moved_from`: where the index knew the song.
    """
    song = known_song(probe, index, moved_from)
    before = song.listener if song is not None else None
    known = writes_of(probe, index)
    written = pace_left(known.writes)
    if not written and probe.tags.pace and probe.tags.pacetag:  # the log was lost
        written = pace_values(judged)
    said = said_by(probe.tags, written, before)
    if said.foreign and not probe.tags.pace and before is None and known.writes and not written:
        said = Said()  # what a person removed was no pace, and none of pacetag's
    here = [write for write in known.writes if write.path not in known.gone]
    return Word(
        paces=_paces(said, before, noted_listener(known.writes)),
        stays=said.foreign,
        cleared=said.silent and was_tagged(here),
        mangled=said.mangled,
        opinion=opinion_of(probe, index),
        own_bpm=wrote_last(known.writes, "bpm", probe.tags.bpm),
    )


def opinion_of(probe: FileProbe, index: SongIndex) -> Opinion | None:
    """What a person said of the song: by the index, or else by its tags, which outlast that."""
    known = index.listening.opinion(probe.fingerprint)
    if known is not None:
        return None if known is Opinion.NONE else known
    note = probe.pacetag
    return Opinion(note.opinion) if note is not None and note.opinion is not None else None


def said_opinion(probe: FileProbe, opinion: Opinion | None) -> SaidOpinion:
    """An opinion as the index keeps it."""
    return SaidOpinion(
        opinion=opinion or Opinion.NONE,
        fingerprint=probe.fingerprint,
        name=stored_name(probe.tags),
        duration=probe.tags.duration,
    )


def _paces(
    said: Said, before: tuple[float, ...] | None, noted: tuple[float, ...] | None
) -> tuple[float, ...] | None:
    """The paces that a person set.

    Where the file names none, those of the index count if both fields are missing, or if they were
    once written into the file, or should have been: then another program restored old tags.
    """
    if said.listener is not None or before is None:
        return said.listener
    return before if said.silent or noted == before else None


def known_song(
    probe: FileProbe, index: SongIndex, moved_from: str | None = None
) -> SongRecord | None:
    """The record of the file, here or where it lay before; None where its fingerprint differs."""
    for path in (str(probe.path), moved_from):
        song = index.song(path) if path is not None else None
        if song is not None and song.fingerprint == probe.fingerprint:
            return song
    return None


def after_undo(song: SongRecord, tags: SongTags, *, taken_back: bool) -> SongRecord:
    """The record of a song whose tags were restored.

    `taken_back`: the paces that a person set were undone, too, so they no longer count.
    """
    said = said_by(tags).listener
    if said is None and not taken_back:
        said = song.listener
    return replace(song, listener=said)
