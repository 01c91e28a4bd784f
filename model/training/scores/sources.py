"""The scores themselves: MIDI files in Debian packages that are fetched, never installed."""

from __future__ import annotations

import gzip
import hashlib
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pacetag.model.training.scores.score import wad_midi
from pacetag.model.training.sources.deb_files import PackageError
from pacetag.model.training.sources.debian import extract_package, package_file
from pacetag.model.training.sources.midi import MidiError

# Package -> what is never on both sides of a split. The two games share songs.
PACKAGES: Mapping[str, str] = {
    "freedoom": "freedoom",
    "freedm": "freedoom",
    "openttd-openmsx": "openttd-openmsx",
    "planetblupi-music-midi": "planetblupi-music-ogg",
    "simutrans-data": "simutrans-data",
    "pianobooster": "pianobooster",
    "freedink-data": "freedink-data",
}
# A package with a produced recording of each MIDI file of another one.
RECORDED: Mapping[str, str] = {"planetblupi-music-midi": "planetblupi-music-ogg"}


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A MIDI file."""

    package: str
    name: str  # of its file, or of the archive and the lump: "freedoom2-D_RUNNIN"
    data: bytes
    recording: Path | None = None  # of the whole piece, if there is one

    @property
    def digest(self) -> str:
        """Hash of the file, by which the same piece in two packages is known."""
        return hashlib.sha256(self.data).hexdigest()


@contextmanager
def opened_package(package: str, debs: Path | None = None) -> Iterator[tuple[Piece, ...]]:
    """Have a package's pieces, by name, while the block runs.

    `debs` is a folder of packages that were downloaded before. Raises PackageError.
    """
    with tempfile.TemporaryDirectory(prefix="pacetag-scores-") as scratch:
        files = _unpack(package, debs, Path(scratch, "music"))
        recordings = {}
        if package in RECORDED:
            sounds = _unpack(RECORDED[package], debs, Path(scratch, "recordings"))
            recordings = {path.stem: path for path in sounds if path.suffix == ".ogg"}
        pieces = [
            Piece(package=package, name=name, data=data, recording=recordings.get(name))
            for path in files
            for name, data in _midi(path)
        ]
        if not pieces:
            raise PackageError("it holds no MIDI file")
        yield tuple(sorted(pieces, key=lambda piece: piece.name))


def _midi(path: Path) -> Iterator[tuple[str, bytes]]:
    if path.suffix == ".mid":
        yield path.stem, path.read_bytes()
    elif path.name.endswith(".mid.gz"):
        try:
            yield path.name.removesuffix(".mid.gz"), gzip.decompress(path.read_bytes())
        except (OSError, EOFError, zlib.error) as error:
            raise PackageError(f"{path.name}: {error}") from error
    elif path.suffix == ".wad":
        try:
            lumps = wad_midi(path.read_bytes())
        except MidiError as error:
            raise PackageError(f"{path.name}: {error}") from error
        for name, data in lumps.items():
            yield f"{path.stem}-{name}", data


def _unpack(package: str, debs: Path | None, folder: Path) -> list[Path]:
    """Unpack a package into `folder`; returns its files."""
    folder.mkdir(parents=True)
    with package_file(package, debs) as deb:
        extract_package(deb, folder)
    return sorted(path for path in folder.rglob("*") if path.is_file())
