"""Runs programs on a pseudo-terminal and returns what they write."""

import os
import re


def appeared(ours: int) -> str:
    """All that came, without the signs that command a terminal; its end is closed."""
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", all_bytes(ours).decode())


def all_bytes(ours: int) -> bytes:
    """All that came, as it came; the terminal's end is closed."""
    seen = b""
    while True:
        try:
            part = os.read(ours, 65_536)
        except OSError:  # Linux says so when the last writer has gone
            break
        if not part:
            break
        seen += part
    os.close(ours)
    return seen
