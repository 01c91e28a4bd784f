"""The kinds of programs that keep services running."""

from enum import StrEnum


class Kind(StrEnum):
    """A program that keeps services running."""

    SYSTEMD = "systemd"
    LAUNCHD = "launchd"
    WINDOWS = "windows"
