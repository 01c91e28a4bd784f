"""PACETAG: what was heard, by which network, in which sound, as one line that a machine reads back.

    1 bundle=NAME paces=172.34@0.98,86.17@0.95 audio=FINGERPRINT

The leading number is the format's version. A song that changes tempo has ` changes=100.00,141.00`
before its audio. Nothing in it is a space, ";", "/" or NUL besides the
spaces between the parts, since readers split values there. `paces=none` when nothing was heard.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pacetag.model.bundle_names import NAME_FORM
from pacetag.tagger.paces import whole_paces

_RATE = r"\d{1,3}\.\d\d"
_PACE = _RATE + r"@[01]\.\d\d"
_LINE = re.compile(
    rf"1 bundle=(?P<bundle>{NAME_FORM})"
    rf" paces=(?P<paces>none|{_PACE}(?:,{_PACE})*)"
    rf"(?: changes=(?P<changes>{_RATE}(?:,{_RATE})+))?"
    r" audio=(?P<audio>[0-9a-f]+)",
    re.ASCII,
)


@dataclass(frozen=True, kw_only=True)
class TaggedPace:
    """One pace as a tag holds it."""

    bpm: float  # steps per minute, two decimals
    confidence: float  # 0 to 1, two decimals


@dataclass(frozen=True, kw_only=True)
class PaceTag:
    """All that a PACETAG says."""

    bundle: str  # name of the trained network
    paces: tuple[TaggedPace, ...]  # most confident first
    audio: str  # fingerprint of the sound that was judged, hex
    changes: tuple[float, ...] = ()  # bpm of its parts in turn, if it changes tempo


def format_pacetag(tag: PaceTag) -> str:
    """The tag as its line; rates and confidences are rounded to two decimals.

    Raises ValueError for what could not be read back, such as a bundle name with a space.
    """
    paces = ",".join(f"{pace.bpm:.2f}@{pace.confidence:.2f}" for pace in tag.paces) or "none"
    changes = ",".join(f"{bpm:.2f}" for bpm in tag.changes)
    parts = [f"bundle={tag.bundle}", f"paces={paces}", *([f"changes={changes}"] if changes else [])]
    line = " ".join(["1", *parts, f"audio={tag.audio}"])
    if not _LINE.fullmatch(line):
        raise ValueError(f"not a PACETAG that could be read back: {line!r}")
    return line


def parse_pacetag(line: str | None) -> PaceTag | None:
    """The tag that a line holds; None for anything foreign, a later version included."""
    match = _LINE.fullmatch(line or "")
    if match is None:
        return None
    pairs = [] if match["paces"] == "none" else match["paces"].split(",")
    return PaceTag(
        bundle=match["bundle"],
        paces=tuple(
            TaggedPace(bpm=float(bpm), confidence=float(confidence))
            for bpm, confidence in (pair.split("@") for pair in pairs)
        ),
        audio=match["audio"],
        changes=tuple(map(float, match["changes"].split(","))) if match["changes"] else (),
    )


def pace_values(paces: Iterable[TaggedPace]) -> list[str]:
    """The values of PACE: the nearest integer of each rate, in the given order, each once."""
    return [str(pace) for pace in whole_paces(paces)]


def pace_fields(tag: PaceTag) -> dict[str, list[str]]:
    """The fields that a judged song gets, ready for write_tags; no pace heard removes PACE."""
    return {"pace": pace_values(tag.paces), "pacetag": [format_pacetag(tag)]}
