"""Which tag fields a song should hold, and which of them it lacks."""

import re
from collections.abc import Mapping
from dataclasses import replace

from pacetag.db.records import counting_paces
from pacetag.model.judgement import Analysis
from pacetag.tagger.scanning.listener import NO_WORD, Word
from pacetag.tagger.scanning.options import BpmMode
from pacetag.tagger.scanning.probe import FileProbe
from pacetag.tagger.tags.fields import FIELDS
from pacetag.tagger.tags.ownership import said_by
from pacetag.tagger.tags.pacetag import (
    PaceTag,
    format_pacetag,
    pace_fields,
    pace_values,
    parse_pacetag,
)

Fields = dict[str, list[str]]  # values by name of the field; an empty list removes it

# A number as programs and people write it: "174", "174.5", "174,5 bpm", "ca. 174"; with its sign.
_NUMBER = re.compile(r"(?<![\w.,])[-\u2010-\u2015\u2212]?\d+(?:[.,]\d+)?")


def wanted_fields(
    look: FileProbe, found: Analysis, *, bundle: str | None, bpm: BpmMode, word: Word = NO_WORD
) -> Fields:
    """The fields as they should be. Somebody else's PACE and, unless asked, BPM stay out."""
    note = PaceTag(
        bundle=bundle,
        analysis=found.with_duration(look.tags.duration),
        fingerprint=look.fingerprint,
        listener=word.paces,
    )
    if word.stays and word.paces is not None and _says_alone(look, note):
        note = replace(note, listener=None)
    fields = pace_fields(note)
    if _is_enough(look, note):
        fields["pacetag"] = [str(look.tags.pacetag)]
    if word.stays:
        del fields["pace"]
    tagged = counting_paces(found.paces, word.paces)
    missing = not any(map(is_tempo, (*look.tags.bpm, *look.tags.bpm_beside)))
    if tagged and (bpm is BpmMode.OVERWRITE or (bpm is BpmMode.IF_MISSING and missing)):
        fields["bpm"] = pace_values(tagged[:1])
    return fields


def is_tempo(value: str) -> bool:
    """Whether a value of BPM says a tempo: a number above zero, with words or none around it.

    Programs that know none write "0", "0.00" or nothing.
    """
    numbers = (found.group().replace(",", ".") for found in _NUMBER.finditer(value))
    return any(number[0].isdigit() and float(number) > 0 for number in numbers)


def _says_alone(look: FileProbe, note: PaceTag) -> bool:
    """Whether PACE tells a person's paces by itself beside what the network found."""
    plain = format_pacetag(replace(note, listener=None)) if note.bundle is not None else None
    return said_by(replace(look.tags, pacetag=plain)).listener == note.listener


def _is_enough(look: FileProbe, note: PaceTag) -> bool:
    """Whether the file's PACETAG says all that, but for a length that earlier versions left out."""
    said = parse_pacetag(format_pacetag(note))
    if said is None:
        return False
    unmeasured = replace(said, analysis=replace(said.analysis, duration=None))
    return look.pacetag in (said, unmeasured)


def present_fields(look: FileProbe) -> Fields:
    """The same fields as they are."""
    return {
        "pace": list(look.tags.pace),
        "pacetag": [look.tags.pacetag] if look.tags.pacetag is not None else [],
        "bpm": list(look.tags.bpm),
    }


def differing(look: FileProbe, wanted: Fields) -> Fields:
    """Those of the wanted fields that the file holds otherwise."""
    present = present_fields(look)
    return {
        name: values
        for name, values in wanted.items()
        if not FIELDS[name].same(present[name], values)
    }


def values_to_restore(
    look: FileProbe, touched: Mapping[str, list[str]], source: Mapping[str, list[str]] | None
) -> Fields:
    """What `undo` would put back: the touched fields' values before pacetag's first writing.

    The index keeps the first values that it is told, so these count only for a file that it does
    not know yet. Where such a file holds pacetag's own fields, they are those that its `source`
    (the song that it is a copy of) had before, or else taken to have been absent.
    """
    present = present_fields(look)
    own = {"pace", "pacetag"} if look.pacetag is not None else set[str]()
    said = said_by(look.tags)
    if said.foreign or said.listener is not None:  # a person may have typed it
        own.discard("pace")
    before = {name: [] if name in own else present[name] for name in touched}
    return {**before, **(source or {})}
