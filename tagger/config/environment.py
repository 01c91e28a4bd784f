"""The one place where the program reads its environment."""

import os


def variable(name: str) -> str | None:
    """Return what a variable holds; None if it is unset or empty."""
    return os.environ.get(name) or None
