"""Tell URLs of songs in stores from paths."""

import re

_URL = re.compile(r"[a-z][a-z0-9+.-]+://", re.ASCII | re.IGNORECASE)


def is_url(place: str) -> bool:
    """Whether a place is named by a URL, such as s3://bucket/prefix."""
    return _URL.match(place) is not None
