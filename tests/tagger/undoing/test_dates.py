"""Dates and times as people write them."""

from datetime import UTC, datetime, timedelta

import pytest

from pacetag.tagger.errors import UsageError
from pacetag.tagger.undoing.dates import moment

NOW = datetime(2026, 11, 23, 14, 30).astimezone()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-20", datetime(2026, 11, 20)),
        ("2026-11-20T18:05", datetime(2026, 11, 20, 18, 5)),
        ("2026-11-20 18:05:30", datetime(2026, 11, 20, 18, 5, 30)),
        ("2026-11-20T18:05:00Z", datetime(2026, 11, 20, 18, 5, tzinfo=UTC)),
        ("2026-11-20t18:05+02:00", datetime(2026, 11, 20, 16, 5, tzinfo=UTC)),
        ("today", datetime(2026, 11, 23)),
        ("Yesterday", datetime(2026, 11, 22)),
        ("2 hours", NOW - timedelta(hours=2)),
        ("1 hour ago", NOW - timedelta(hours=1)),
        ("90min", NOW - timedelta(minutes=90)),
        ("3  days", NOW - timedelta(days=3)),
        ("2w", NOW - timedelta(weeks=2)),
        ("0 minutes", NOW),
    ],
)
def test_dates_and_spans_are_understood(text: str, expected: datetime) -> None:
    assert moment(text, NOW) == expected.timestamp()


@pytest.mark.parametrize(
    "text",
    [
        *("", "soon", "3", "3 fortnights", "-2 hours", "2.5 hours", "2026-13-01", "20 11 2026"),
        *("99999999999 weeks", "9" * 5000 + " days", "٣ days"),
    ],
)
def test_anything_else_is_refused_with_the_forms_that_are_not(text: str) -> None:
    with pytest.raises(UsageError, match=r"is not a moment; write it as one of 2026-11-23, .*days"):
        moment(text, NOW)


@pytest.mark.parametrize("text", ["2026-11-24", "2026-11-23T14:31"])
def test_the_future_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="lies in the future"):
        moment(text, NOW)
