"""Numbers, lengths and dates, and ranges of them, as people write them in queries."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from pacetag.tagger.filters.errors import TermError

_NUMBER = re.compile(r"\d{1,9}(?:\.\d{0,9})?|\.\d{1,9}", re.ASCII)
_CLOCK = re.compile(r"(?:(\d{1,4}):)?(\d{1,4}):([0-5]\d(?:\.\d{1,6})?)", re.ASCII)
_UNITS = re.compile(r"(?:(\d{1,4})h)?(?:(\d{1,5})m(?:in)?)?(?:(\d{1,6})s)?", re.ASCII)
_RELATIVE = re.compile(r"([+-]?)(\d{1,5})([dwmy])", re.ASCII)
_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}
_DATES = (  # a form, and how long the period is that it names
    ("%Y", "year"),
    ("%Y-%m", "month"),
    ("%Y-%m-%d", "day"),
    ("%Y-%m-%dT%H", "hour"),
    ("%Y-%m-%dT%H:%M", "minute"),
    ("%Y-%m-%dT%H:%M:%S", "second"),
)
DATE_FORMS = "write 2024, 2024-05, 2024-05-31, or -2w.. for the last two weeks (d, w, m, y)"


@dataclass(frozen=True, kw_only=True)
class Range:
    """What lies between two values; None leaves a side open."""

    low: float | None  # included
    high: float | None
    below: bool = False  # whether the upper end is left out


def number_range(text: str, slack: float = 0.0) -> Range:
    """Return the range of "1970..1979", "1970..", "..1979" or one number. Raises TermError."""
    return _range(text, _number, slack)


def length_range(text: str, slack: float = 0.0) -> Range:
    """Return the range in seconds of "2:00..6:00", "..6m" or "90". Raises TermError."""
    return _range(text, length, slack)


def length(text: str) -> float:
    """Return the seconds of "4:30", "1:02:03", "4m30s" or "270". Raises TermError."""
    if match := _CLOCK.fullmatch(text):
        hours, minutes, seconds = match.groups()
        return int(hours or 0) * 3600 + int(minutes) * 60 + float(seconds)
    if (match := _UNITS.fullmatch(text)) and text:
        hours, minutes, seconds = (int(part or 0) for part in match.groups())
        return float(hours * 3600 + minutes * 60 + seconds)
    if _NUMBER.fullmatch(text):
        return float(text)
    raise TermError(f'"{text}" is no length: write 4:30, 4m30s or 270 (seconds)')


def date_range(text: str, now: datetime | None = None) -> Range:
    """Return the range in seconds since 1970 of a date or of "2024..2025-06", in local time.

    A relative date that stands alone means since then. Raises TermError.
    """
    now = now or datetime.now()
    first, dots, last = text.partition("..")
    if not dots:
        start, end = _period(text, now)
        relative = _RELATIVE.fullmatch(text) is not None
        return Range(low=_seconds(start), high=None if relative else _seconds(end), below=True)
    if not first and not last:
        raise TermError(f'".." names no date: {DATE_FORMS}')
    periods = [_period(part, now) if part else None for part in (first, last)]
    one, other = periods
    if one and other and one[0] >= other[1]:
        one, other = other, one
    return Range(
        low=_seconds(one[0]) if one else None,
        high=_seconds(other[1]) if other else None,
        below=True,
    )


def _range(text: str, read: Callable[[str], float], slack: float) -> Range:
    first, dots, last = text.partition("..")
    if not dots:
        value = read(text)
        return Range(low=value - slack, high=value + slack, below=slack > 0)
    if not first and not last:
        raise TermError('".." has neither a beginning nor an end')
    low, high = (read(part) if part else None for part in (first, last))
    if low is not None and high is not None and low > high:
        low, high = high, low
    return Range(low=low, high=high)


def _number(text: str) -> float:
    if _NUMBER.fullmatch(text):
        return float(text)
    raise TermError(f'"{text}" is no number: write 1970, 1970..1979, 1970.. or ..1979')


def _period(text: str, now: datetime) -> tuple[datetime, datetime]:
    """Return the first moment of the period that a date names, and the first after it."""
    if match := _RELATIVE.fullmatch(text):
        days = int(match[2]) * _DAYS[match[3]]
        try:
            moment = now + timedelta(days=days if match[1] == "+" else -days)
        except OverflowError as error:
            raise TermError(f'"{text}" is too long ago or too far ahead') from error
        return moment, moment
    for form, name in _DATES:
        try:
            start = datetime.strptime(text.replace(" ", "T"), form)
            return start, _after(start, name)
        except (ValueError, OverflowError):
            continue
    raise TermError(f'"{text}" is no date: {DATE_FORMS}')


def _after(start: datetime, period: str) -> datetime:
    if period == "year":
        return start.replace(year=start.year + 1)
    if period == "month":
        later = start + timedelta(days=31)
        return later.replace(day=1)
    return start + timedelta(**{f"{period}s": 1})


def _seconds(moment: datetime) -> float:
    try:
        return moment.timestamp()
    except (OverflowError, ValueError, OSError) as error:
        raise TermError(f"the year {moment.year} is out of range") from error
