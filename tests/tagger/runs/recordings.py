"""Recordings of runs as makers export them, made from what a runner did, second by second."""

import random
import re
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pacetag.tagger.runs.run import Run, RunFormat, Sample

START = datetime(2024, 5, 1, 7, tzinfo=UTC)
TRACK_POINT = 'xmlns:{0}="http://www.garmin.com/xmlschemas/TrackPointExtension/v{1}"'
CLUE_TRUST = 'xmlns:gpxdata="http://www.cluetrust.com/XML/GPXDATA/1/0"'

# What a runner did: so many seconds at a cadence in steps a minute, on a ramp from one to another,
# standing (0), or with nothing recorded (None).
Doing = Sequence[tuple[int, float | tuple[float, float] | None]]

STEADY: Doing = ((1200, 165.0),)
INTERVALS: Doing = ((600, 158.0), *(((60, 182.0), (60, 150.0)) * 5), (600, 158.0))


def seconds_of(doing: Doing, *, noise: float = 1.5, seed: int = 0) -> Iterator[tuple[int, float]]:
    """Yield second and steps a minute of each second that is recorded."""
    chance, second = random.Random(seed), 0
    for length, cadence in doing:
        for at in range(length):
            if cadence is not None:
                first, last = cadence if isinstance(cadence, tuple) else (cadence, cadence)
                steps = first + (last - first) * at / length
                yield second, max(0.0, chance.gauss(steps, noise)) if steps else 0.0
            second += 1


def run_of(doing: Doing, *, factor: float = 0.5, noise: float = 1.5, seed: int = 0) -> Run:
    """Return a run as a file gives it, by default in whole strides."""
    samples = tuple(
        Sample(time=float(second), cadence=float(round(steps * factor)))
        for second, steps in seconds_of(doing, noise=noise, seed=seed)
    )
    return Run(path=Path("run.gpx"), format=RunFormat.GPX, sport="running", samples=samples)


def gpx(
    doing: Doing,
    *,
    cadence: str = "<gpxtpx:TrackPointExtension><gpxtpx:cad>{0}</gpxtpx:cad>"
    "</gpxtpx:TrackPointExtension>",
    declared: str = TRACK_POINT.format("gpxtpx", 1),
    creator: str = "StravaGPX",
    sport: str | None = "running",
    factor: float = 0.5,
    length: float = 1.0,
    every: int = 1,
) -> str:
    """Return a GPX file; `length` is that of a step in metres, `factor` what is counted a step."""
    points, lat = [], 50.0
    for second, steps in seconds_of(doing):
        lat += length * steps / 60 / 111_195
        if second % every == 0:
            time = (START + timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
            extensions = cadence.format(round(steps * factor))
            points.append(
                f'<trkpt lat="{lat:.7f}" lon="7.0"><ele>80.0</ele><time>{time}</time>'
                f"<extensions>{extensions}</extensions></trkpt>"
            )
    kind = "" if sport is None else f"<type>{sport}</type>"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<gpx version="1.1" creator="{creator}" xmlns="http://www.topografix.com/GPX/1/1" '
        f"{declared}>\n<metadata><time>2024-05-01T07:00:00Z</time></metadata>\n"
        f"<trk><name>Morning</name>{kind}<trkseg>\n" + "\n".join(points) + "\n</trkseg></trk></gpx>"
    )


def tcx_activity(
    doing: Doing,
    *,
    sport: str = "Running",
    cadence: str = "<Extensions><ns3:TPX><ns3:Speed>{1}</ns3:Speed>"
    "<ns3:RunCadence>{0}</ns3:RunCadence></ns3:TPX></Extensions>",
    factor: float = 0.5,
    speed: float = 2.9,
    after: int = 0,
) -> str:
    """Return one activity of a TCX file, which starts so many seconds `after` the usual start."""
    points = []
    for second, steps in seconds_of(doing):
        time = (START + timedelta(seconds=second + after)).strftime("%Y-%m-%dT%H:%M:%SZ")
        inner = cadence.format(round(steps * factor), speed)
        points.append(f"<Trackpoint><Time>{time}</Time>{inner}</Trackpoint>")
    return (
        f'<Activity Sport="{sport}"><Id>2024-05-01T07:00:00Z</Id>'
        '<Lap StartTime="2024-05-01T07:00:00Z"><TotalTimeSeconds>1</TotalTimeSeconds>'
        f"<Cadence>90</Cadence><Track>{''.join(points)}</Track></Lap></Activity>"
    )


def tcx(*activities: str) -> str:
    """Return a TCX file of activities."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<TrainingCenterDatabase '
        'xmlns:ns3="http://www.garmin.com/xmlschemas/ActivityExtension/v2" '
        'xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2">'
        f"<Activities>{''.join(activities)}</Activities></TrainingCenterDatabase>"
    )


@dataclass(frozen=True)
class Field:
    """A field of a FIT message: its number, its form for `struct`, and its base type."""

    number: int
    form: str
    base: int


TIME, CADENCE, FRACTION = Field(253, "I", 0x86), Field(4, "B", 0x02), Field(53, "B", 0x02)
SPEED, CADENCE_256 = Field(6, "H", 0x84), Field(52, "H", 0x84)
SPORT, BEGAN, ELAPSED = Field(5, "B", 0x00), Field(2, "I", 0x86), Field(7, "I", 0x86)
RECORD, SESSION, SENSOR_ID, SENSOR_FIELD = 20, 18, 207, 206
FIT_START = round((START - datetime(1989, 12, 31, tzinfo=UTC)).total_seconds())
RUNNING, CYCLING, SWIMMING = 1, 2, 5

Values = Mapping[Field, int | bytes]


def message(number: int, values: Values, sensors: Values | None = None) -> bytes:
    """Return a FIT message with its definition; `sensors` are fields of the first sensor."""
    sensors = sensors or {}
    definition = struct.pack("<BBBHB", 0x60 if sensors else 0x40, 0, 0, number, len(values))
    for field in values:
        definition += bytes((field.number, struct.calcsize(field.form), field.base))
    if sensors:
        definition += bytes((len(sensors),))
        for field in sensors:
            definition += bytes((field.number, struct.calcsize(field.form), 0))
    packed = (struct.pack("<" + f.form, value) for f, value in {**values, **sensors}.items())
    return definition + b"\0" + b"".join(packed)


def fit_file(*messages: bytes) -> bytes:
    """Return a FIT file of messages, with both checksums."""
    body = b"".join((message(0, {Field(0, "B", 0): 4}), *messages))
    header = struct.pack("<BBHI4s", 14, 0x20, 2132, len(body), b".FIT")
    header += struct.pack("<H", fit_checksum(header))
    return header + body + struct.pack("<H", fit_checksum(header + body))


def records(doing: Doing, *, factor: float = 0.5, after: int = 0) -> bytes:
    """Return FIT records with whole and fractional strides."""
    found = []
    for second, steps in seconds_of(doing):
        whole, rest = divmod(round(steps * factor * 2) / 2, 1)
        found.append(
            message(
                RECORD,
                {
                    TIME: FIT_START + second + after,
                    CADENCE: int(whole),
                    FRACTION: round(rest * 128),
                    SPEED: 2_900,
                },
            )
        )
    return b"".join(found)


def session(sport: int, *, seconds: int, after: int = 0) -> bytes:
    """Return a FIT session."""
    return message(
        SESSION,
        {
            TIME: FIT_START + after + seconds,
            BEGAN: FIT_START + after,
            SPORT: sport,
            ELAPSED: seconds * 1000,
        },
    )


def fit_checksum(content: bytes | bytearray) -> int:
    """Return the checksum that the FIT protocol describes."""
    table = (
        *(0x0000, 0xCC01, 0xD801, 0x1400, 0xF001, 0x3C00, 0x2800, 0xE401),
        *(0xA001, 0x6C00, 0x7800, 0xB401, 0x5000, 0x9C01, 0x8801, 0x4400),
    )
    found = 0
    for byte in content:
        for half in (byte & 0xF, byte >> 4):
            found = (found >> 4) ^ table[found & 0xF] ^ table[half]
    return found


_PLAN = re.compile(r"(\d+)x\(([^()]+)\)|([^ ()]+)")
_BLOCK = re.compile(r"(?:(\d+)m)?(?:(\d+)s)?@(\d+)(?:-(\d+))?")


def plan_blocks(plan: str) -> list[tuple[int, int, int]]:
    """Return seconds, first and last cadence of each block of a plan's text."""
    blocks = []
    for count, unit, single in _PLAN.findall(plan):
        for text in int(count or 1) * (unit or single).split():
            found = _BLOCK.fullmatch(text)
            assert found, text
            minutes, seconds, first, last = found.groups()
            length = 60 * int(minutes or 0) + int(seconds or 0)
            blocks.append((length, int(first), int(last or first)))
    return blocks


def plan_seconds(plan: str) -> int:
    """Return the whole length of a plan's text."""
    return sum(seconds for seconds, _, _ in plan_blocks(plan))
