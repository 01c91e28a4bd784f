"""Benchmark set: the demo songs that come with LMMS, rendered; their tempo is the project's own."""

from __future__ import annotations

import os
import struct
import subprocess
import tempfile
import time
import xml.etree.ElementTree as ElementTree
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray
from rich.console import Console

from pacetag.model.errors import ModelError
from pacetag.model.training.benchmark_sets.table import BenchmarkSong
from pacetag.model.training.sources.sound import write_flac
from pacetag.model.training.sources.tools import SHARE, require_installed

PROJECTS = SHARE / "lmms" / "projects"
FOLDERS = ("demos", "shorties")  # the others hold templates and tutorials
GENRE = "electronic"
SHORTEST = 12.0  # seconds; less holds too few beats
# Projects noted twice as fast as they are felt: by the snare, which falls on the third beat of each
# bar instead of the second and fourth, and two in styles that are counted at 80 to 100.
DOUBLE_TIME = frozenset(
    {"CapDan-ReggaeTry", "CapDan-ReggaetonTry", "Skiessi-C64", "TameAnderson-MakeMe"}
)

_TRIES = 2  # LMMS now and then crashes while it closes, rarely before
_STALLED = 180.0  # seconds without a new sample: it hangs (the first ones come after loading)
_LOOK = 0.2  # seconds between two looks at what was written
_RATE = 44_100  # Hz
_HEADER = 4_096  # bytes of a WAV file in which its sound begins


class ProjectError(ModelError):
    """A file is no LMMS project, or cannot be rendered."""


@dataclass(frozen=True, kw_only=True)
class Project:
    """What a project says of its own time."""

    tempo: float | None  # quarters a minute; None if it changes
    beats_per_bar: int | None  # quarters; None if that is no whole number


def read_project(path: Path) -> Project:
    """Read tempo and metre of a project: XML as it is (.mmp) or compressed (.mmpz).

    Raises ProjectError.
    """
    root = _parse(path)
    head = root.find("head")
    if head is None:
        raise ProjectError(f"{path.name} has no head")
    try:
        bpm = float(_setting(head, "bpm", "140"))  # LMMS's own defaults
        numerator = int(_setting(head, "timesig_numerator", "4"))
        denominator = int(_setting(head, "timesig_denominator", "4"))
    except ValueError as error:
        raise ProjectError(f"{path.name}: {error}") from error
    beats = 4 * numerator / denominator
    set_to = _automation(root, head)
    if len(set_to) == 1:  # a curve of one value: the tempo is set, not moved
        bpm = set_to.pop()
    return Project(
        tempo=None if set_to else bpm, beats_per_bar=int(beats) if beats == int(beats) else None
    )


def build_lmms(
    folder: Path, console: Console, *, projects: Path = PROJECTS
) -> tuple[BenchmarkSong, ...]:
    """Render the projects of constant tempo into `folder`; what is there is not rendered again.

    Raises ToolsMissingError when LMMS is not installed.
    """
    require_installed("rendering LMMS's songs", {"lmms": "lmms"}, {projects: "lmms-common"})
    folder.mkdir(parents=True, exist_ok=True)
    songs = []
    found = [p for name in FOLDERS for p in (projects / name).rglob("*.mmp*")]
    for path in sorted(found, key=lambda one: one.stem):
        try:
            song = _song(path, folder)
        except ProjectError as error:
            console.print(f"left out: {error}", markup=False, highlight=False)
        else:
            songs.append(song)
    return tuple(songs)


def _song(path: Path, folder: Path) -> BenchmarkSong:
    project = read_project(path)
    if project.tempo is None:
        raise ProjectError(f"{path.stem} changes its tempo")
    target = folder / f"{path.stem}.flac"
    if not target.is_file():
        write_flac(target, _render(path), _RATE)
    if soundfile.info(target).duration < SHORTEST:
        raise ProjectError(f"{path.stem} is shorter than {SHORTEST:g} s")
    artist, dash, title = path.stem.partition("-")  # so the files are named
    double = "; noted twice as fast as it is felt" if path.stem in DOUBLE_TIME else ""
    return BenchmarkSong(
        file=target.name,
        tempo=project.tempo,
        beats_per_bar=project.beats_per_bar,
        genre=GENRE,
        artist=artist if dash else "",
        remarks=f"{title or artist}; tempo of the project{double}",
    )


def _render(path: Path) -> NDArray[np.float32]:
    """Let LMMS play a project: samples [n, 2]. What it wrote before it crashed counts."""
    with tempfile.TemporaryDirectory(prefix="pacetag-lmms-") as scratch:
        wav = Path(scratch, "song.wav")
        for _ in range(_TRIES):
            if _run(path, wav):
                break
        samples = _read_wav(wav)
    if len(samples) < SHORTEST * _RATE:
        raise ProjectError(
            f"LMMS made {len(samples) / _RATE:.0f} s of {path.name}; "
            f"at least {SHORTEST:g} s are needed"
        )
    return samples


def _run(path: Path, wav: Path) -> bool:
    """Render once; whether LMMS came to an end by itself and without a crash."""
    command = ["lmms", "--allowroot", "render", str(path)]
    command += ["-o", str(wav), "-f", "wav", "-s", str(_RATE)]
    # A home of its own: the user's settings are neither used nor changed.
    own = {"QT_QPA_PLATFORM": "offscreen", "HOME": str(wav.parent)}
    with subprocess.Popen(
        command,
        env=os.environ | own,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        size, grown = -1, time.monotonic()
        while process.poll() is None:
            now = wav.stat().st_size if wav.exists() else 0
            if now != size:
                size, grown = now, time.monotonic()
            if time.monotonic() - grown > _STALLED:
                process.kill()
            time.sleep(_LOOK)
    return process.returncode == 0


def _read_wav(wav: Path) -> NDArray[np.float32]:
    """Samples [n, channels] of a file that may have been left in the middle of writing."""
    try:
        _repair_header(wav)
        samples, _ = soundfile.read(wav, dtype="float32", always_2d=True)
    except (OSError, soundfile.LibsndfileError):
        return np.empty((0, 2), np.float32)
    return np.asarray(samples, np.float32)


def _repair_header(wav: Path) -> None:
    """Put in the sizes that a writer fills in last, by the length of the file."""
    with wav.open("r+b") as file:
        data = file.read(_HEADER).find(b"data")
        whole = file.seek(0, os.SEEK_END)
        if data < 0 or whole < data + 8:
            return
        for place, size in ((4, whole - 8), (data + 4, whole - data - 8)):
            file.seek(place)
            file.write(struct.pack("<I", size))


def _parse(path: Path) -> ElementTree.Element:
    data = path.read_bytes()
    try:
        if path.suffix == ".mmpz":  # as Qt compresses: the size, then a zlib stream
            (size,) = struct.unpack(">I", data[:4])
            data = zlib.decompress(data[4:])
            if len(data) != size:
                raise ProjectError(f"{path.name} is cut short")
        return ElementTree.fromstring(data)
    except (struct.error, zlib.error, ElementTree.ParseError) as error:
        raise ProjectError(f"{path.name} is no LMMS project: {error}") from error


def _setting(head: ElementTree.Element, name: str, default: str) -> str:
    """A setting is an attribute, or, once a curve or a controller could move it, a child."""
    child = head.find(name)
    return head.get(name, default) if child is None else child.get("value", default)


def _automation(root: ElementTree.Element, head: ElementTree.Element) -> set[float]:
    """All tempos that curves set; two at least where a controller turns the tempo."""
    child = head.find("bpm")
    name = None if child is None else child.get("id")
    found: set[float] = set()
    if name is not None:
        for kind in ("automationpattern", "automationclip"):  # its name until 1.2, and since
            for curve in root.iter(kind):
                if any(linked.get("id") == name for linked in curve.iter("object")):
                    found |= {float(point.get("value", "nan")) for point in curve.iter("time")}
    if any(connection.find("bpm") is not None for connection in root.iter("connection")):
        found |= {0.0, 1.0}
    return found
