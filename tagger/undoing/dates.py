"""Parse moments as people write them: a date, yesterday, 2 hours ago."""

import re
from datetime import datetime, timedelta

from pacetag.tagger.errors import UsageError

UNITS = {
    "m": "minutes",
    "min": "minutes",
    "minute": "minutes",
    "h": "hours",
    "hour": "hours",
    "d": "days",
    "day": "days",
    "w": "weeks",
    "week": "weeks",
}
_AGO = re.compile(r"(?P<count>\d+) ?(?P<unit>[a-z]+?)s?(?: ago)?", re.ASCII)
_FORMS = "2026-11-23, 2026-11-23T18:30, today, yesterday, 2 hours, 3 days, 1 week"


def moment(text: str, now: datetime | None = None) -> float:
    """Return the moment in seconds since 1970; dates without a zone are local, from midnight on.

    Raises UsageError for any other text, and for a moment in the future.
    """
    now = now or datetime.now().astimezone()
    try:
        found = _found(" ".join(text.lower().split()), now)
        seconds = found.timestamp()
    except (ValueError, OverflowError) as error:
        raise UsageError(f"{text!r} is not a moment; write it as one of {_FORMS}") from error
    if seconds > now.timestamp():
        raise UsageError(f"{text!r} lies in the future; nothing can have been written since")
    return seconds


def _found(text: str, now: datetime) -> datetime:
    """Raises ValueError or OverflowError."""
    today = datetime(now.year, now.month, now.day)  # no zone: that of the system on that day
    if text in ("today", "yesterday"):
        return today - timedelta(days=text == "yesterday")
    ago = _AGO.fullmatch(text)
    if ago is not None:
        unit = UNITS.get(ago["unit"])
        if unit is None:
            raise ValueError(f"no unit of time: {ago['unit']}")
        return now - timedelta(**{unit: int(ago["count"])})
    return datetime.fromisoformat(text.upper())
