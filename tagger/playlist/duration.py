"""Durations as people write them."""

import re

_NUMBER = r"[0-9]{1,6}(?:\.[0-9]{1,6})?"
_UNITS = re.compile(
    rf"(?:(?P<hours>{_NUMBER})\s*(?:h|hours?)\s*)?"
    rf"(?:(?P<minutes>{_NUMBER})\s*(?:m|min|minutes?)\s*)?"
    rf"(?:(?P<seconds>{_NUMBER})\s*(?:s|sec|seconds?))?",
    re.IGNORECASE,
)
_HOURS_THEN_MINUTES = re.compile(rf"(?P<hours>{_NUMBER})\s*h\s*(?P<minutes>[0-5]?[0-9])", re.I)
_MINUTES = re.compile(rf"(?P<minutes>{_NUMBER})")
_CLOCK = re.compile(r"(?P<hours>[0-9]{1,6}):(?P<minutes>[0-5][0-9]):(?P<seconds>[0-5][0-9])")

_FORMS = (_MINUTES, _CLOCK, _HOURS_THEN_MINUTES, _UNITS)
_SECONDS = {"hours": 3600.0, "minutes": 60.0, "seconds": 1.0}
# A bare number from here on is seconds: as minutes it would be 17 hours.
MANY = 1_000
FORMS = "write 45m, 1h30m, 1:30:00 or 90 (minutes), 90 min, 2700s or 2700 (seconds from 1000 on)"


def parse_duration(text: str) -> float:
    """Return the seconds that `text` means: "45m", "1h30m", "1h30", "90", "1:30:00", "1.5 h".

    A bare number is minutes, and from 1000 on seconds. Two numbers with a colon are refused, since
    "1:30" may be minutes and seconds or hours and minutes.

    Raises:
        ValueError: it is not a duration, or zero, with a sentence for the user.
    """
    stripped = text.strip()
    if re.fullmatch(r"[0-9]+:[0-9]+", stripped):
        first, second = stripped.split(":")
        raise ValueError(
            f"{text!r} could be hours or minutes: write {first}h{second}m or {first}m{second}s"
        )
    for form in _FORMS:
        match = form.fullmatch(stripped)
        if match and stripped:
            seconds = _total(match)
            break
    else:
        raise ValueError(f"{text!r} is not a duration: {FORMS}")
    if form is _MINUTES and seconds >= MANY * _SECONDS["minutes"]:
        seconds /= _SECONDS["minutes"]
    if seconds <= 0:
        raise ValueError(f"{text!r} is no time at all: write a duration like 45m")
    return seconds


def _total(match: re.Match[str]) -> float:
    """Add up what was found of hours, minutes and seconds."""
    return sum(
        float(number) * _SECONDS[unit] for unit, number in match.groupdict().items() if number
    )
