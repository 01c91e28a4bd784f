"""Samples of GPX and TCX files, by the parser of the standard library, point by point.

Makers put the cadence into extensions under names and namespaces of their own, and some declare no
namespace at all, so an element is known by its name without prefix. A document type declaration,
which XML bombs need and no recording has, is refused before any of it is expanded.
"""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from xml.parsers import expat

from pacetag.tagger.runs.run import Part, RunFileError, RunFormat, Sample

MOST_SAMPLES = 1_000_000  # eleven days at one a second
ROOTS: Final = {"gpx": RunFormat.GPX, "trainingcenterdatabase": RunFormat.TCX}
POINTS: Final = {RunFormat.GPX: "trkpt", RunFormat.TCX: "trackpoint"}
CADENCES = ("runcadence", "cad", "cadence")  # the one that is most surely of feet comes first
_WANTED = frozenset({"time", "speed", "distancemeters", *CADENCES})
_LONGEST = 64  # characters of a value
_DEEPEST = 100  # elements within each other, which cost the parser memory
_EARTH = 6_371_000.0  # metres
_FAR = 30.0  # seconds between points beyond which their distance tells no speed


def track_parts(path: Path, content: bytes) -> tuple[RunFormat, list[Part]]:
    """Return the format and the parts of a GPX or TCX file. Raises RunFileError."""
    reader = _Reader(path)
    try:
        reader.parser.Parse(content, True)  # in pieces, a long token would be read again each time
    except (expat.ExpatError, ValueError, LookupError) as error:
        if reader.format is None:
            raise RunFileError(path, NEITHER) from error
        raise RunFileError(
            path, f"is a {reader.format} file that is damaged or cut off; export the run again"
        ) from error
    if reader.format is None:
        raise RunFileError(path, NEITHER)
    return reader.format, reader.parts


NEITHER = "is no recording of a run; name a FIT, GPX or TCX file"


class _Reader:
    """Collects the points of an XML file while it is parsed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.format: RunFormat | None = None
        self.parts: list[Part] = []
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self._depth = 0
        self._track = 0  # depth of the open track or activity
        self._sport: str | None = None
        self._samples: list[Sample] = []
        self._count = 0
        self._point: dict[str, str] | None = None
        self._element: str | None = None  # whose text is wanted
        self._words = ""
        self._before: tuple[float, Mapping[str, str]] | None = None  # the last point

    def _doctype(self, *_: object) -> None:
        raise RunFileError(
            self.path, "has a document type declaration, as no recording does; it is not read"
        )

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = _local(tag)
        self._depth += 1
        if self._depth > _DEEPEST:
            raise ValueError("elements within elements without end")
        if self._depth == 1:
            self.format = ROOTS.get(name)
            if self.format is None:
                raise RunFileError(self.path, NEITHER)
        elif name in ("trk", "activity"):
            self._track, self._sport = self._depth, attributes.get("Sport")
        elif self._track and self.format and name == POINTS[self.format]:
            self._point = {key: attributes[key] for key in ("lat", "lon") if key in attributes}
        elif name in _WANTED if self._point is not None else self._is_type(name):
            self._element, self._words = name, ""

    def _is_type(self, name: str) -> bool:
        """Whether it is the sport of a GPX track."""
        return name == "type" and self._depth == self._track + 1

    def _text(self, words: str) -> None:
        if self._element is not None and len(self._words) < _LONGEST:
            self._words += words[:_LONGEST]

    def _end(self, tag: str) -> None:
        name = _local(tag)
        if self._element == name:
            if self._point is not None:
                self._point[name] = self._words.strip()
            elif name == "type":
                self._sport = self._words.strip() or None
            self._element = None
        elif self._point is not None and self.format and name == POINTS[self.format]:
            self._add(self._point)
            self._point = None
        elif self._depth == self._track:
            self._close_track()
        self._depth -= 1

    def _close_track(self) -> None:
        if self._samples:
            self.parts.append(Part(sport=self._sport, samples=tuple(self._samples)))
        self._track, self._samples, self._before = 0, [], None

    def _add(self, point: Mapping[str, str]) -> None:
        time = _seconds(point.get("time"))
        if time is None:
            return
        self._count += 1
        if self._count > MOST_SAMPLES:
            raise RunFileError(self.path, f"has more than {MOST_SAMPLES} points; too many")
        speed = number(point.get("speed"))
        if speed is None and self._before is not None:
            speed = _speed(self._before, (time, point))
        self._before = (time, point)
        found = (number(point.get(name)) for name in CADENCES)
        cadence = next((value for value in found if value is not None), None)
        self._samples.append(Sample(time=time, cadence=cadence, speed=speed))


def _local(tag: str) -> str:
    return tag.rpartition(":")[2].lower()


def _seconds(text: str | None) -> float | None:
    """Return the seconds since 1970 of a time; one without a zone is taken for UTC."""
    try:
        time = datetime.fromisoformat(text or "")
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def number(text: str | None) -> float | None:
    """Return the finite number that a text holds; None for anything else."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _speed(
    before: tuple[float, Mapping[str, str]], after: tuple[float, Mapping[str, str]]
) -> float | None:
    """Return metres a second between two points; None where they do not tell."""
    seconds = after[0] - before[0]
    if not 0 < seconds <= _FAR:
        return None
    run = [number(point.get("distancemeters")) for _, point in (before, after)]
    if run[0] is not None and run[1] is not None:
        return max(0.0, run[1] - run[0]) / seconds
    places = [number(point.get(key)) for _, point in (before, after) for key in ("lat", "lon")]
    if None in places:
        return None
    lat, lon, to_lat, to_lon = (math.radians(place) for place in places if place is not None)
    east = (to_lon - lon) * math.cos((lat + to_lat) / 2)
    return _EARTH * math.hypot(to_lat - lat, east) / seconds
