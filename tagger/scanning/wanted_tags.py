"""Which tag fields a song should hold, and which of them it lacks."""

import re
from collections.abc import Mapping
from dataclasses import replace

from pacetag.db.records import counting_paces
from pacetag.model.judgement import Analysis
from pacetag.tagger.scanning.listener import NO_WORD, Word
from pacetag.tagger.scanning.options import BpmMode, PaceValues, TagOptions
from pacetag.tagger.scanning.probe import FileProbe
from pacetag.tagger.tags.fields import FIELDS, PACE
from pacetag.tagger.tags.ownership import own_for_quodlibet, said_by
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
    probe: FileProbe,
    analysis: Analysis,
    *,
    bundle: str | None,
    options: TagOptions,
    word: Word = NO_WORD,
) -> Fields:
    """Return the fields as they should be: no BPM unless asked, nor PACE if another's stays."""
    note = PaceTag(
        bundle=bundle,
        analysis=analysis.with_duration(probe.tags.duration),
        fingerprint=probe.fingerprint,
        listener=word.paces,
        opinion=word.opinion,
    )
    if word.stays and word.paces is not None and _says_alone(probe, note):
        note = replace(note, listener=None)
    fields = pace_fields(note)
    if _is_enough(probe, note):
        fields["pacetag"] = [str(probe.tags.pacetag)]
    fields["pace"] = _in_form(fields["pace"], probe, options.pace_values)
    if word.stays:
        del fields["pace"]
    tagged = counting_paces(analysis.paces, word.paces)
    if _may_write_bpm(probe, options.bpm, word):
        wanted = options.bpm_range
        paces = map(int, pace_values(tagged))
        best = next((pace for pace in paces if wanted is None or pace in wanted), None)
        if best is not None:  # else BPM stays as it is
            fields["bpm"] = [str(best)]
    if _may_have_alias(probe, asked=options.quodlibet):
        fields["quodlibet"] = pace_values(tagged)
    return fields


def _may_have_alias(probe: FileProbe, *, asked: bool) -> bool:
    """Whether the paces for Quod Libet are pacetag's to write.

    Those that are there go along with PACE, asked for or not; a person's stay.
    """
    if probe.tags.quodlibet is None:
        return False
    return own_for_quodlibet(probe.tags) if probe.tags.quodlibet else asked


def _in_form(paces: list[str], probe: FileProbe, form: PaceValues) -> list[str]:
    """The values of PACE, joined into one if that is asked for or is how they stand."""
    kept = form is PaceValues.KEEP and PACE.is_joined(probe.tags.stored_pace)
    return PACE.joined(paces) if kept or form is PaceValues.JOINED else paces


def _may_write_bpm(probe: FileProbe, mode: BpmMode, word: Word) -> bool:
    """Whether BPM is asked for, and no other's value must stay."""
    if mode is not BpmMode.IF_MISSING:
        return mode is BpmMode.OVERWRITE
    missing = not any(map(is_tempo, (*probe.tags.bpm, *probe.tags.bpm_beside)))
    return missing or word.own_bpm


def is_tempo(value: str) -> bool:
    """Whether a value of BPM states a tempo: a number above zero, perhaps among words.

    Programs that know no tempo write "0", "0.00" or nothing.
    """
    numbers = (found.group().replace(",", ".") for found in _NUMBER.finditer(value))
    return any(number[0].isdigit() and float(number) > 0 for number in numbers)


def _says_alone(probe: FileProbe, note: PaceTag) -> bool:
    """Whether PACE alone, beside the network's paces, tells a person's."""
    plain = format_pacetag(replace(note, listener=None)) if note.bundle is not None else None
    return said_by(replace(probe.tags, pacetag=plain)).listener == note.listener


def _is_enough(probe: FileProbe, note: PaceTag) -> bool:
    """Whether PACETAG says all that, except perhaps the length, which earlier versions omitted."""
    said = parse_pacetag(format_pacetag(note))
    if said is None:
        return False
    unmeasured = replace(said, analysis=replace(said.analysis, duration=None))
    return probe.pacetag in (said, unmeasured)


def present_fields(probe: FileProbe) -> Fields:
    """The same fields as they stand."""
    return {
        "pace": list(probe.tags.stored_pace),
        "pacetag": [probe.tags.pacetag] if probe.tags.pacetag is not None else [],
        "bpm": list(probe.tags.bpm),
        "quodlibet": list(probe.tags.quodlibet or ()),
    }


def differing(probe: FileProbe, wanted: Fields) -> Fields:
    """The wanted fields whose values in the file, or their form, differ."""
    present = present_fields(probe)
    return {
        name: values
        for name, values in wanted.items()
        if not FIELDS[name].stands(present[name], values, joins=probe.tags.joins)
    }


def values_to_restore(
    probe: FileProbe, touched: Mapping[str, list[str]], source: Mapping[str, list[str]] | None
) -> Fields:
    """What `undo` would put back: the touched fields' values before pacetag's first writing.

    The index keeps the first values that it gets, so these count only for a file that it does not
    know yet. If such a file holds pacetag's own fields, the values before are those of its `source`
    (the song that it is a copy of), or else the fields were absent.
    """
    present = present_fields(probe)
    own = {"pace", "pacetag"} if probe.pacetag is not None else set[str]()
    said = said_by(probe.tags)
    if said.foreign or said.listener is not None:  # a person may have typed it
        own.discard("pace")
    if probe.pacetag is not None and own_for_quodlibet(probe.tags):
        own.add("quodlibet")
    before = {name: [] if name in own else present[name] for name in touched}
    return {**before, **(source or {})}
