"""Samples of a FIT file, as watches store them, by fitdecode.

FIT counts strides: `cadence` holds whole strides a minute, `fractional_cadence` the rest. Some
makers count steps there, and some sensors write fields of their own, so the numbers are taken as
they are: `counting` tells strides from steps. The sports are known from the sessions, which usually
stand at the end of the file.
"""

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pacetag.tagger.errors import MissingExtraError
from pacetag.tagger.runs.run import Part, RunFileError, Sample

SIGNATURE = b".FIT"  # from byte 8 on
MOST_MESSAGES = 1_000_000  # of all kinds; a run of a day has a third of that
_CADENCE = 4  # number of the record's field, to which fields of sensors may refer
_BROKEN = "is a FIT file that is damaged or cut off; export the run again"


@dataclass(frozen=True, kw_only=True)
class _Session:
    sport: str
    start: float  # seconds since 1970
    end: float


def fit_parts(path: Path, content: bytes) -> list[Part]:
    """Return the parts of a FIT file, one a sport.

    Raises RunFileError, or MissingExtraError without fitdecode.
    """
    try:
        import fitdecode
    except ImportError as error:
        raise MissingExtraError(f"{path}: reading FIT files", "runs") from error
    samples, sessions = list[Sample](), list[_Session]()
    try:
        with fitdecode.FitReader(
            io.BytesIO(content),
            check_crc=fitdecode.CrcCheck.RAISE,
            error_handling=fitdecode.ErrorHandling.IGNORE,
        ) as reader:
            for count, message in enumerate(reader):
                if count > MOST_MESSAGES:
                    raise RunFileError(path, f"has more than {MOST_MESSAGES} messages; too many")
                if message.frame_type != fitdecode.FIT_FRAME_DATA:
                    continue
                if message.name == "record":
                    samples.extend(_sample(message))
                elif message.name == "session":
                    sessions.extend(_session(message))
    except RunFileError:
        raise
    except Exception as error:  # damaged bytes lead the library to errors of many kinds
        raise RunFileError(path, _BROKEN) from error
    return list(_by_sport(samples, sessions))


def _sample(message: Any) -> Iterator[Sample]:
    time = _seconds(message.get_value("timestamp", fallback=None))
    if time is None:
        return
    speed = _number(message.get_value("enhanced_speed", fallback=None))
    if speed is None:
        speed = _number(message.get_value("speed", fallback=None))
    yield Sample(time=time, cadence=_cadence(message), speed=speed)


def _cadence(message: Any) -> float | None:
    """Return the watch's cadence, else that of a sensor or app."""
    whole = _number(message.get_value("cadence", fallback=None))
    if whole:
        fraction = _number(message.get_value("fractional_cadence", fallback=None))
        return whole + (fraction or 0.0)
    precise = _number(message.get_value("cadence256", fallback=None))
    if precise:
        return precise
    of_sensors = (
        _number(each.value)
        for each in message.fields
        if each.field_def is not None
        and getattr(each.field_def, "is_dev", False)
        and _is_cadence(each.field)
    )
    return next((value for value in of_sensors if value), whole)


def _is_cadence(field: Any) -> bool:
    name = getattr(field, "name", None)
    named = isinstance(name, str) and name.strip().lower() in ("cadence", "run_cadence")
    return named or getattr(field, "native_field_num", None) == _CADENCE


def _session(message: Any) -> Iterator[_Session]:
    start = _seconds(message.get_value("start_time", fallback=None))
    sport = message.get_value("sport", fallback=None)
    long = _number(message.get_value("total_elapsed_time", fallback=None))
    if start is not None and sport is not None and long is not None:
        yield _Session(sport=str(sport), start=start, end=start + long)


def _by_sport(samples: list[Sample], sessions: list[_Session]) -> Iterable[Part]:
    """Return a part for each session; without two of them all samples are of one."""
    if len(sessions) < 2:
        sport = sessions[0].sport if sessions else None
        return [Part(sport=sport, samples=tuple(samples))]
    sessions = sorted(sessions, key=lambda session: session.start)
    return [
        Part(
            sport=session.sport,
            samples=tuple(
                sample for sample in samples if session.start <= sample.time <= session.end
            ),
        )
        for session in sessions
    ]


def _seconds(value: Any) -> float | None:
    if isinstance(value, datetime):
        return value.timestamp()
    return None


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) else None
