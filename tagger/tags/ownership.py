"""Whose PACE is it: pacetag's, a person's that stands above the network's, or no pace at all?"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pacetag.tagger.paces import are_settable
from pacetag.tagger.tags.pacetag import PaceTag, parse_pacetag, values_of
from pacetag.tagger.tags.reader import SongTags

_APART = re.compile(r"[\s,|\\;/\0]+")  # what programs put between values that they join
_COMMA = re.compile(r"(?<=\d),(?=\d\Z)", re.ASCII)  # 84,5: one digit is no pace
_NUMBER = re.compile(r"\d{1,3}(?:\.\d{1,6})?", re.ASCII)

Paces = tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a file's PACE, or that there is none, says of its song beside its PACETAG."""

    listener: Paces | None = None  # a person's paces, also that there be none; None: not a word
    silent: bool = False  # neither field is there
    mangled: bool = False  # another program changed what pacetag wrote; it may be put right
    foreign: bool = False  # it is a person's, or no pace at all, and must stay as it is


def said_by(tags: SongTags, written: Sequence[str] = (), known: Paces | None = None) -> Said:
    """Tell a person's PACE from pacetag's own, which other programs may have changed.

    Args:
        tags: of the file.
        written: the values of PACE that pacetag left there, as far as the log knows; they count
            where PACETAG cannot be read.
        known: a person's paces that the index knows; the same paces in the file are theirs.
    """
    note = parse_pacetag(tags.pacetag)
    if not tags.pace:
        return _without_pace(tags, note, written)
    paces = read_paces(tags.pace)
    said = note.listener if note is not None else _recorded(known, written)
    if paces is None:
        return Said(listener=said, foreign=True)
    if paces == known and said is None:
        return Said(listener=paces, foreign=True)
    expected = tuple(written) if note is None else tuple(note.values)
    if tags.pace == expected:
        return Said(listener=said)
    if is_mangled(tags.pace, expected) and (tags.pacetag or read_paces(expected) == paces):
        return Said(listener=said, mangled=True)
    return Said(listener=paces, foreign=True)


def _without_pace(tags: SongTags, note: PaceTag | None, written: Sequence[str]) -> Said:
    """Where PACE is gone but PACETAG stays, a person wants no paces."""
    if not tags.pacetag:
        return Said(silent=True)
    if note is None:
        return Said(listener=() if written else None, foreign=bool(written))
    if not note.values:
        return Said(listener=note.listener)
    return Said(listener=(), foreign=True)


def _recorded(known: Paces | None, written: Sequence[str]) -> Paces | None:
    """The paces that the index knows as a person's, where they were written into the file."""
    if known is None or values_of(known) != list(written):
        return None
    return known


def foreign_pace(tags: SongTags) -> bool:
    """Whether PACE is there and must stay as it is, as far as the file alone can tell."""
    return bool(tags.pace) and said_by(tags).foreign


def own_for_quodlibet(tags: SongTags) -> bool:
    """Whether the paces for Quod Libet are there, and those that PACE or PACETAG states.

    Others were typed into Quod Libet by a person.
    """
    note = parse_pacetag(tags.pacetag)
    stated = [tags.pace, note.values if note is not None else ()]
    return bool(tags.quodlibet) and any(
        is_mangled(tags.quodlibet or (), values, whole=True) for values in stated
    )


def read_paces(values: Sequence[str]) -> Paces | None:
    """The paces in a field, in whichever way programs join and write them, each once.

    None where anything in it is no pace.
    """
    words = [word for value in values for word in _APART.split(_COMMA.sub(".", value)) if word]
    if not words or not all(_NUMBER.fullmatch(word) for word in words):
        return None
    paces = tuple(dict.fromkeys(round(float(word), 2) for word in words))
    return paces if are_settable(paces) else None


def is_mangled(values: Sequence[str], written: Sequence[str], *, whole: bool = False) -> bool:
    """Whether values are what other programs make of those that were written.

    FFmpeg and TagLib keep the first of several, VLC the last; others join them, turn them about,
    double them or write them with decimals. `whole`: only where none is lost, for a person may
    have meant the one that is left.
    """
    paces, own = read_paces(values), read_paces(written)
    if paces is None or own is None:
        return False
    return sorted(paces) == sorted(own) or (not whole and paces in ((own[0],), (own[-1],)))
