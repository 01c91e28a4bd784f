"""Which tag fields a song should hold, and which of them it lacks."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from pacetag.tagger.examine import Look
from pacetag.tagger.options import BpmMode
from pacetag.tagger.paces import Pace
from pacetag.tagger.tags.fields import FIELDS
from pacetag.tagger.tags.ownership import foreign_pace
from pacetag.tagger.tags.pacetag import PaceTag, TaggedPace, pace_fields, pace_values

Fields = dict[str, list[str]]  # values by name of the field; an empty list removes it


class FoundLike(Protocol):
    """What is known of a song."""

    @property
    def paces(self) -> Sequence[Pace]:
        """Most confident first."""

    @property
    def changes(self) -> tuple[float, ...]:
        """The tempos of its parts in turn, in bpm, if it changes tempo."""


def wanted_fields(look: Look, found: FoundLike, *, bundle: str, bpm: BpmMode) -> Fields:
    """The fields as they should be. Somebody else's PACE and, unless asked, BPM stay out."""
    tagged = tuple(TaggedPace(bpm=pace.bpm, confidence=pace.confidence) for pace in found.paces)
    note = PaceTag(bundle=bundle, paces=tagged, changes=found.changes, audio=look.fingerprint)
    fields = pace_fields(note)
    if foreign_pace(look.tags):
        del fields["pace"]
    if tagged and (bpm is BpmMode.OVERWRITE or (bpm is BpmMode.IF_MISSING and not look.tags.bpm)):
        fields["bpm"] = pace_values(tagged[:1])
    return fields


def present_fields(look: Look) -> Fields:
    """The same fields as they are."""
    return {
        "pace": list(look.tags.pace),
        "pacetag": [look.tags.pacetag] if look.tags.pacetag is not None else [],
        "bpm": list(look.tags.bpm),
    }


def differing(look: Look, wanted: Fields) -> Fields:
    """Those of the wanted fields that the file holds otherwise."""
    present = present_fields(look)
    return {
        name: values
        for name, values in wanted.items()
        if not FIELDS[name].same(present[name], values)
    }


def values_to_restore(
    look: Look, touched: Mapping[str, list[str]], source: Mapping[str, list[str]] | None
) -> Fields:
    """What `undo` would put back: the touched fields' values before pacetag's first writing.

    The index keeps the first values that it is told, so these count only for a file that it does
    not know yet. Where such a file holds pacetag's own fields, they are those that its `source`
    (the song that it is a copy of) had before, or else taken to have been absent.
    """
    present = present_fields(look)
    own = {"pace", "pacetag"} if look.pacetag is not None else set[str]()
    before = {name: [] if name in own else present[name] for name in touched}
    return {**before, **(source or {})}
