"""PACETAG: what was heard, by which network, in which sound, as one line that a machine reads back.

    1 bundle=NAME paces=172.34@0.98,86.17@0.95 length=215.04 audio=FINGERPRINT

The leading number is the format's version. A song that changes tempo has `changes=100.00,141.00`
as well. `listener=84.00` holds the paces that a person set, which PACE shows then; one that was not
judged yet has no bundle and no paces. `none` stands for no paces. Nothing in the line is a space,
";", "/" or NUL besides the spaces between the words, since readers split values there. The audio
comes last, so that a line that was cut does not pass for a whole one. Words of other names, as
later versions may add, are passed over.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

from pacetag.model.bundle_names import NAME_FORM
from pacetag.model.judgement import Pace
from pacetag.tagger.paces import are_settable, whole_paces

_RATE = r"\d{1,3}\.\d\d"
_PACE = _RATE + r"@[01]\.\d\d"
_LINE = re.compile(r"1(?: [a-z_]+=[^\s;/\0]+)+", re.ASCII)
_WORDS = {
    "bundle": NAME_FORM,
    "paces": rf"none|{_PACE}(?:,{_PACE})*",
    "changes": rf"{_RATE}(?:,{_RATE})+",
    "length": r"\d{1,8}\.\d\d",
    "listener": rf"none|{_RATE}(?:,{_RATE})*",
    "audio": r"[0-9a-f]+",
}
_FORMS = {name: re.compile(form, re.ASCII) for name, form in _WORDS.items()}
_LONGEST = 1e8  # seconds; what `length` has room for


@dataclass(frozen=True, kw_only=True)
class PaceTag:
    """All that a PACETAG says."""

    bundle: str | None  # name of the trained network; None: it was not judged yet
    paces: tuple[Pace, ...]  # that the network found, most confident first
    audio: str  # fingerprint of the sound that was judged, hex
    changes: tuple[float, ...] = ()  # bpm of its parts in turn, if it changes tempo
    length: float | None = None  # seconds, as decoding showed; None in tags of earlier versions
    listener: tuple[float, ...] | None = None  # paces that a person set, also that there be none

    @property
    def values(self) -> list[str]:
        """The values of PACE that belong to it."""
        return pace_values(self.paces) if self.listener is None else values_of(self.listener)


def format_pacetag(tag: PaceTag) -> str:
    """The tag as its line; rates and confidences are rounded to two decimals.

    Raises ValueError for what could not be read back, such as a bundle name with a space.
    """
    judged = ",".join(f"{pace.bpm:.2f}@{pace.confidence:.2f}" for pace in tag.paces)
    words = {
        "bundle": tag.bundle,
        "paces": None if tag.bundle is None else judged or "none",
        "changes": _rates(tag.changes) or None,
        "length": None if tag.length is None else f"{tag.length:.2f}",
        "listener": None if tag.listener is None else _rates(tag.listener) or "none",
        "audio": tag.audio,
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
    listener = tuple(map(float, _listed(words.get("listener", "none"))))
    if not are_settable(listener):
        return None
    return PaceTag(
        bundle=words.get("bundle"),
        paces=tuple(map(_tagged, _listed(words.get("paces", "none")))),
        audio=words["audio"],
        changes=tuple(map(float, _listed(words.get("changes", "none")))),
        length=tagged_length(float(words.get("length", 0))),
        listener=listener if "listener" in words else None,
    )


def _tagged(pair: str) -> Pace:
    bpm, confidence = pair.split("@")
    return Pace(bpm=float(bpm), confidence=float(confidence))


def _listed(word: str) -> list[str]:
    return [] if word == "none" else word.split(",")


def _rates(rates: Iterable[float]) -> str:
    return ",".join(f"{bpm:.2f}" for bpm in rates)


def tagged_length(seconds: float | None) -> float | None:
    """A song's length as a PACETAG holds it; None for one that it has no room for."""
    if seconds is None or not math.isfinite(seconds) or not 0 < seconds < _LONGEST:
        return None
    return round(seconds, 2)


def pace_values(paces: Iterable[Pace]) -> list[str]:
    """The values of PACE: the nearest integer of each rate, in the given order, each once."""
    return values_of(pace.bpm for pace in paces)


def values_of(rates: Iterable[float]) -> list[str]:
    """The same for the paces of a person."""
    return [str(pace) for pace in whole_paces(rates)]


def pace_fields(tag: PaceTag) -> dict[str, list[str]]:
    """The fields that a song gets, ready for write_tags; no pace removes PACE."""
    return {"pace": tag.values, "pacetag": [format_pacetag(tag)]}
