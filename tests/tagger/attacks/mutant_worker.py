"""A worker that decodes, reads, writes and undoes damaged songs, and reports each.

Run by `mutants.py`: a line with a number comes in, a line of JSON goes out.
"""

import faulthandler
import hashlib
import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any

from pacetag.model.audio.excerpts import AudioSettings, read_excerpts
from pacetag.model.errors import ModelError
from pacetag.model.spec import FeatureSpec
from pacetag.tagger.tags.containers.layouts import load_layout
from pacetag.tagger.tags.errors import TagError
from pacetag.tagger.tags.fingerprint import file_fingerprint
from pacetag.tagger.tags.held import held_fields
from pacetag.tagger.tags.mutagen_io import open_audio
from pacetag.tagger.tags.reader import read_tags
from tests.tagger.attacks.mutating import mutant
from tests.tagger.writing import write_tags

LIMIT = 20.0  # s for a song; the shortest limit of a scan is 60
ROOM = 8 << 30  # bytes of addresses that a song may take: what is asked for is not all used
HEARING = AudioSettings(shortest=0.05)  # the songs are short
FIELDS = {
    "pace": ["172", "86"],
    "pacetag": ["1 bundle=b paces=172.34@0.98,86.17@0.95 audio=" + "0f" * 16],
    "bpm": ["172"],
}


class FaultError(Exception):
    """A promise was broken; the message says which."""


def heard(path: Path) -> str:
    """Return a hash over the decoded excerpts, or "" where none can be decoded."""
    try:
        found = read_excerpts(path, FeatureSpec(), HEARING)
    except ModelError:
        return ""
    return hashlib.sha1(b"".join(each.tobytes() for each in found.samples)).hexdigest()


def kept(path: Path) -> tuple[bytes, ...]:
    """Return all that has to stay when the fields are written."""
    return load_layout(path, type(open_audio(path))).kept(FIELDS)


def attack(path: Path, content: bytes) -> dict[str, Any]:
    """Attack one song and return the outcome. Raises FaultError, or an error left uncaught."""
    found: dict[str, Any] = {"decoded": False, "read": False, "written": False, "reason": None}
    sound_before = heard(path)
    found["decoded"] = bool(sound_before)
    fingerprint = file_fingerprint(path)
    try:
        read_tags(path)
        found["read"] = True
        held = held_fields(path, FIELDS)
        before = kept(path)
    except TagError as error:
        found["reason"] = error.reason
        before, held = (), {}
    try:
        written = write_tags(path, FIELDS)
    except TagError as error:
        found["reason"] = error.reason
        if path.read_bytes() != content:
            raise FaultError("refused, yet it was changed") from error
        return found
    found["written"] = written.changed
    if not written.changed:
        if path.read_bytes() != content:
            raise FaultError("said to be unchanged, yet it was changed")
        return found
    if not found["read"]:
        raise FaultError("written, though it could not be read")
    _check(path, FIELDS, before, fingerprint, sound_before, "writing")
    if written.old != held:
        raise FaultError(f"the old values were {held}, not {written.old}")
    try:
        write_tags(path, written.old)
    except TagError as error:
        raise FaultError(f"cannot be undone: {error.reason}") from error
    _check(path, None, before, fingerprint, sound_before, "undoing")
    found["same"] = path.read_bytes() == content
    return found


def _check(
    path: Path,
    fields: dict[str, list[str]] | None,
    before: tuple[bytes, ...],
    fingerprint: str,
    sound_before: str,
    what: str,
) -> None:
    tags = read_tags(path)
    if fields is not None and (list(tags.pace), tags.pacetag) != (
        fields["pace"],
        fields["pacetag"][0],
    ):
        raise FaultError(f"after {what} its fields are {tags.pace} and {tags.pacetag}")
    if kept(path) != before:
        raise FaultError(f"{what} changed other tags")
    if file_fingerprint(path) != fingerprint:
        raise FaultError(f"{what} changed the sound")
    if sound_before and heard(path) != sound_before:  # an unplayable song may become playable
        raise FaultError(f"after {what} it sounds otherwise")
    litter = [each.name for each in path.parent.iterdir() if each != path]
    if litter:
        raise FaultError(f"{what} left {litter}")


def serve(songs: dict[str, bytes], seed: str, folder: Path) -> None:
    """Read numbers of songs and answer each with a line of JSON."""
    os.fsync = lambda fd: None  # disks are slow, and nothing cuts the power
    size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (size + ROOM, resource.RLIM_INFINITY))
    faulthandler.enable()  # where it crashes
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for line in sys.stdin:
        number = int(line)
        kind, done, content = mutant(songs, seed, number)
        path = folder / f"{number}.{kind.partition('-')[0]}"
        path.write_bytes(content)
        answer: dict[str, Any] = {"number": number, "kind": kind, "done": done, "fault": None}
        sys.stdout.write(json.dumps(answer) + "\n")  # what it is at, should it not come back
        sys.stdout.flush()
        Path("/proc/self/clear_refs").write_text("5")  # forgets the peak
        faulthandler.dump_traceback_later(LIMIT - 1)  # where it hangs
        began = time.perf_counter()
        try:
            answer |= attack(path, content)
        except FaultError as fault:
            answer["fault"] = str(fault)
        except BaseException as error:
            place = error.__traceback__
            while place is not None and place.tb_next is not None:
                place = place.tb_next
            where = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else ""
            answer["fault"] = f"{type(error).__name__}: {error} at {where}"
        faulthandler.cancel_dump_traceback_later()
        answer["seconds"] = time.perf_counter() - began
        answer["peak"] = _peak()
        path.unlink()
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _peak() -> int:
    """The peak of this process's memory in bytes since it was last reset."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) << 10
    return 0


if __name__ == "__main__":
    made, journals = Path(sys.argv[1]), sys.argv[3]
    os.environ["PACETAG_INDEX"] = os.fspath(Path(journals) / "index.sqlite3")
    serve({path.stem: path.read_bytes() for path in made.iterdir()}, sys.argv[2], Path(sys.argv[4]))
