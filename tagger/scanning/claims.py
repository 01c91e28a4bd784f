"""Claims on sounds in judgement, so that two processes with one index never judge the same at once.

A claim is a name in Linux's abstract socket namespace: no file is left anywhere, and the system
frees the name when its process ends. Elsewhere every claim is granted.
"""

import hashlib
import os
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from pacetag.tagger.scanning.probe import FileProbe


class Claims:
    """The claims of one scan, and the songs that wait since another process judges their sound."""

    def __init__(self, index: Path) -> None:
        self._index = os.fsencode(os.path.realpath(index))
        self._held: dict[str, socket.socket] = {}
        self._waiting: dict[Path, tuple[FileProbe, float]] = {}  # and until when, monotonic

    def take(self, fingerprint: str) -> bool:
        """Claim a sound; False where another process has."""
        if sys.platform != "linux":
            return True
        try:
            claim = socket.socket(socket.AF_UNIX)
        except OSError:
            return True
        try:
            claim.bind(self._name(fingerprint))
        except OSError:
            claim.close()
            return False
        self._held[fingerprint] = claim
        return True

    def free(self, fingerprint: str) -> None:
        """Give a claim up; one that is not held is no error."""
        claim = self._held.pop(fingerprint, None)
        if claim is not None:
            claim.close()

    def wait(self, probe: FileProbe, *, limit: float) -> None:
        """Have a song wait, at most `limit` seconds, until the other process is done."""
        self._waiting[probe.path] = (probe, time.monotonic() + limit)

    def come_free(self) -> Iterator[FileProbe]:
        """Yield the songs that need not wait any longer, claimed where that is possible."""
        for path, (probe, until) in list(self._waiting.items()):
            if self.take(probe.fingerprint) or time.monotonic() > until:
                del self._waiting[path]
                yield probe

    def clear(self) -> None:
        """Have no song wait any longer."""
        self._waiting.clear()

    def close(self) -> None:
        """Give all claims up."""
        for fingerprint in list(self._held):
            self.free(fingerprint)

    def __len__(self) -> int:
        return len(self._waiting)

    def _name(self, fingerprint: str) -> bytes:
        """The name of a claim: of this user, for a sound and an index."""
        said = b"%d %s %s" % (os.getuid(), self._index, fingerprint.encode())
        return b"\0pacetag judges " + hashlib.sha256(said).hexdigest().encode()
