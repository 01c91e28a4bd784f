"""A service as a launchd agent of a Mac's user. Made and tested on Linux, never run on a Mac."""

import plistlib
from pathlib import Path

from pacetag.tagger.service.marks import HASH, PLACE
from pacetag.tagger.service.values import NAME, PATIENCE, Service

LABEL = f"org.{NAME}.watch"
_DOCTYPE_END = b'PropertyList-1.0.dtd">\n'


def text(service: Service, log: Path) -> str:
    """Return the property list with a place for its hash.

    launchd knows no sign of life and no folders that may be written; the rest is as on Linux.
    Raises ServiceError for names it cannot hold.
    """
    service.refuse("".join(map(chr, range(32))), "an agent of launchd")
    agent = {
        "Label": LABEL,
        "ProgramArguments": list(service.command),
        "EnvironmentVariables": dict(service.environment),
        "RunAtLoad": True,
        "KeepAlive": {"SuccessfulExit": False},
        "ThrottleInterval": 30,  # s between two starts
        "ExitTimeOut": PATIENCE,
        "ProcessType": "Background",
        "Nice": 19,
        "LowPriorityIO": True,
        "StandardOutPath": str(log),
        "StandardErrorPath": str(log),
    }
    head, end, body = plistlib.dumps(agent).partition(_DOCTYPE_END)
    mark = f"<!-- pacetag wrote this file ({HASH}{PLACE}). -->\n"
    return (head + end).decode() + mark + body.decode().replace("\t", "  ")
