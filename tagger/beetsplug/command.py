"""Runs `pacetag scan` on songs of a beets library, as a process of its own."""

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence

from beets.exceptions import UserError

COMMAND = (sys.executable, "-m", "pacetag.tagger")
MOST = 100_000  # bytes of names in one command; systems take at least 256 KB with the environment
_USAGE, _INTERRUPTED = 2, 130


def scan(paths: Iterable[str]) -> bool:
    """Have pacetag judge and tag songs; returns whether all went well.

    What it prints goes where beets prints. Raises UserError where pacetag cannot be used at all,
    and KeyboardInterrupt where the user stopped it.
    """
    codes = {_run([*COMMAND, "scan", *batch]) for batch in _batches(paths)}
    return codes <= {0}


def _batches(paths: Iterable[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for path in paths:
        length = len(os.fsencode(path)) + 1
        if batch and size + length > MOST:
            yield batch
            batch, size = [], 0
        batch.append(path)
        size += length
    if batch:
        yield batch


def _run(command: Sequence[str]) -> int:
    sys.stdout.flush()  # what was printed before comes before what the process prints
    code = _finished(subprocess.Popen(command))
    if code == _INTERRUPTED:
        raise KeyboardInterrupt
    if code == _USAGE or code < 0:
        raise UserError("pacetag scan could not be run, for the reason above")
    return code


def _finished(process: "subprocess.Popen[bytes]") -> int:
    """The exit code of a process, which Ctrl-C reaches, too: it ends between two songs."""
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue
