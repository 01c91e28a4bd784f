"""PACETAG: the analysis of a song, the network and the fingerprint, as one line to be read back.

    1 bundle=NAME paces=172.34@0.98,86.17@0.95 length=215.04 audio=FINGERPRINT

The leading number is the version of the format. A song that changes tempo has
`changes=100.00,141.00` as well. `intensity=0.62` says how driving it is, from 0 to 1.
`listener=84.00` holds the paces that a person set, which PACE shows then; a song that is not judged
yet has no bundle and no paces. `none` stands for no paces. `opinion=loved` or `opinion=excluded` is
what a person said of the song. The only spaces in the line stand between the words, and it has no
";", "/" or NUL, since readers split values there. The fingerprint comes last, so that a line that
was cut does not pass for a whole one. Words with other names, which later versions may add, are
ignored.
"""

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from pacetag.model.bundle_names import NAME_FORM
from pacetag.model.judgement import Analysis, Pace
from pacetag.tagger.paces import are_settable, whole_paces

_RATE = r"\d{1,3}\.\d\d"
_PACE = _RATE + r"@[01]\.\d\d"
_LINE = re.compile(r"1(?: [a-z_]+=[^\s;/\0]+)+", re.ASCII)
_LONGEST = 1e8  # s; `length` has no room for more


@dataclass(frozen=True, kw_only=True)
class PaceTag:
    """All that a PACETAG says."""

    bundle: str | None  # name of the trained network; None: the song is not judged yet
    analysis: Analysis  # what the network says, with two decimals
    fingerprint: str  # of the sound that was judged, hex
    listener: tuple[float, ...] | None = None  # paces that a person set; () where they want none
    opinion: str | None = None  # "loved" or "excluded", where a person said so

    @property
    def values(self) -> list[str]:
        """The values of PACE that belong to it."""
        if self.listener is None:
            return pace_values(self.analysis.paces)
        return values_of(self.listener)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Word:
    """How PACETAG spells one field of an analysis."""

    field: str
    form: str  # regular expression
    write: Callable[[Any], str | None]  # None: the line does without the word
    read: Callable[[str], Any]


def tagged_length(seconds: float | None) -> float | None:
    """A duration with two decimals; None where it is unknown or PACETAG has no room for it."""
    if seconds is None or not math.isfinite(seconds) or not 0 < seconds < _LONGEST:
        return None
    return round(seconds, 2)


def _length(seconds: float | None) -> str | None:
    length = tagged_length(seconds)
    return None if length is None else f"{length:.2f}"


def _paces(paces: Iterable[Pace]) -> str:
    return ",".join(f"{pace.bpm:.2f}@{pace.confidence:.2f}" for pace in paces) or "none"


def _pace(pair: str) -> Pace:
    bpm, confidence = pair.split("@")
    return Pace(bpm=float(bpm), confidence=float(confidence))


def _rates(rates: Iterable[float]) -> str | None:
    return ",".join(f"{bpm:.2f}" for bpm in rates) or None


def _read_rates(word: str) -> tuple[float, ...]:
    return tuple(map(float, _listed(word)))


def _listed(word: str) -> list[str]:
    return [] if word == "none" else word.split(",")


ANALYSIS_WORDS = {  # the fields of an analysis by their words, in the order of the line
    "paces": _Word(
        field="paces",
        form=rf"none|{_PACE}(?:,{_PACE})*",
        write=_paces,
        read=lambda word: tuple(map(_pace, _listed(word))),
    ),
    "changes": _Word(
        field="tempo_segments",
        form=rf"{_RATE}(?:,{_RATE})+",
        write=_rates,
        read=_read_rates,
    ),
    "intensity": _Word(
        field="intensity",
        form=r"[01]\.\d\d",
        write=lambda share: None if share is None else f"{share:.2f}",
        read=lambda word: min(1.0, float(word)),
    ),
    "length": _Word(
        field="duration",
        form=r"\d{1,8}\.\d\d",
        write=_length,
        read=lambda word: tagged_length(float(word)),
    ),
}
_FORMS = {
    name: re.compile(form, re.ASCII)
    for name, form in {
        "bundle": NAME_FORM,
        **{name: word.form for name, word in ANALYSIS_WORDS.items()},
        "listener": rf"none|{_RATE}(?:,{_RATE})*",
        "opinion": r"loved|excluded",
        "audio": r"[0-9a-f]+",
    }.items()
}


def format_pacetag(tag: PaceTag) -> str:
    """The tag as its line; rates and confidences are rounded to two decimals.

    Raises ValueError for what could not be read back, such as a bundle name with a space.
    """
    facts = {
        name: word.write(getattr(tag.analysis, word.field)) for name, word in ANALYSIS_WORDS.items()
    }
    if tag.bundle is None:
        del facts["paces"]
    words = {
        "bundle": tag.bundle,
        **facts,
        "listener": None if tag.listener is None else _rates(tag.listener) or "none",
        "opinion": tag.opinion,
        "audio": tag.fingerprint,
    }
    line = " ".join(["1", *(f"{name}={word}" for name, word in words.items() if word is not None)])
    if parse_pacetag(line) is None:
        raise ValueError(f"not a PACETAG that could be read back: {line!r}")
    return line


def parse_pacetag(line: str | None) -> PaceTag | None:
    """The tag that a line holds; None for anything foreign, a later version included."""
    if line is None or not _LINE.fullmatch(line):
        return None
    pairs = [word.split("=", 1) for word in line.split(" ")[1:]]
    words = {name: word for name, word in pairs if name in _FORMS}
    known = sum(name in _FORMS for name, _ in pairs)
    if len(words) < known or not all(_FORMS[name].fullmatch(words[name]) for name in words):
        return None
    judged = {"bundle", "paces"} & words.keys()
    if "audio" not in words or len(judged) == 1 or not (judged or "listener" in words):
        return None
    listener = _read_rates(words["listener"]) if "listener" in words else None
    if not are_settable(listener or ()):
        return None
    return PaceTag(
        bundle=words.get("bundle"),
        analysis=_analysis(words),
        fingerprint=words["audio"],
        listener=listener,
        opinion=words.get("opinion"),
    )


def _analysis(words: dict[str, str]) -> Analysis:
    found: dict[str, Any] = {"paces": (), "duration": None}
    found |= {w.field: w.read(words[name]) for name, w in ANALYSIS_WORDS.items() if name in words}
    return Analysis(**found)


def pace_values(paces: Iterable[Pace]) -> list[str]:
    """The values of PACE: the nearest integer of each rate, in the given order, each once."""
    return values_of(pace.bpm for pace in paces)


def values_of(rates: Iterable[float]) -> list[str]:
    """The same for rates in steps a minute, such as a person's paces."""
    return [str(pace) for pace in whole_paces(rates)]


def pace_fields(tag: PaceTag) -> dict[str, list[str]]:
    """The fields that a song gets, ready for write_tags; no pace removes PACE."""
    return {"pace": tag.values, "pacetag": [format_pacetag(tag)]}
