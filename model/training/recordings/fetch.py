"""The free recordings: fetched from Debian packages, never installed, never part of the project.

`python -m pacetag.model.training.recordings.fetch OUT_DIR` fetches them: about 7 GB of packages, of
which one is on disk at a time, and 2 GB of music. A run that was interrupted goes on from there.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from pacetag.model.training.output_folders import OutputError, check_own, named_path
from pacetag.model.training.recordings.table import Recording, load_package_split, load_recordings
from pacetag.model.training.sources.deb_files import (
    PackageError,
    file_sha256,
    package_version,
    unpack_files,
)
from pacetag.model.training.sources.debian import package_file


@dataclass(frozen=True, kw_only=True)
class FetchedPackage:
    """What was taken out of one package, as noted in PACKAGE.json beside its folder."""

    package: str
    version: str
    sha256: str  # of the .deb
    files: dict[str, int]  # path below the folder of recordings: bytes
    missing: tuple[str, ...]  # rows of the labels file that this version does not hold


def fetch_recordings(
    folder: Path,
    *,
    packages: Sequence[str] | None = None,
    debs: Path | None = None,
    keep: bool = False,
    console: Console | None = None,
) -> tuple[FetchedPackage, ...]:
    """Fetch the recordings of the labels file into `folder`, all packages of the split by default.

    What lies there already is kept. A package that cannot be had is skipped, with a sentence on
    the console. `debs` is a folder of packages that were downloaded before and stay untouched;
    downloaded ones are deleted once they are unpacked unless `keep` is set.
    """
    console = console or Console(stderr=True)
    packages = tuple(load_package_split()) if packages is None else packages
    folder.mkdir(parents=True, exist_ok=True)
    fetched = []
    with _progress(console) as progress:
        task = progress.add_task("Fetching recordings", total=len(packages))
        for package in packages:
            progress.update(task, description=f"Fetching {package}")
            try:
                fetched.append(_fetch(package, folder, debs, keep))
            except PackageError as error:
                console.print(f"{package} is skipped: {error}", highlight=False, markup=False)
            progress.advance(task)
    return tuple(fetched)


def present_recordings(folder: Path) -> tuple[Recording, ...]:
    """Rows of the labels file, of packages in the split, whose sound lies in `folder`."""
    split = load_package_split()
    rows = (recording for recording in load_recordings() if recording.package in split)
    return tuple(recording for recording in rows if (folder / recording.file).is_file())


def load_fetched(folder: Path, package: str) -> FetchedPackage | None:
    """Read what was noted of a package; None unless it is noted and all its files are there."""
    try:
        note = json.loads((folder / f"{package}.json").read_text(encoding="utf-8"))
        fetched = FetchedPackage(**{**note, "missing": tuple(note["missing"])})
        whole = all((folder / n).stat().st_size == size for n, size in fetched.files.items())
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return fetched if whole else None


def _fetch(package: str, folder: Path, debs: Path | None, keep: bool) -> FetchedPackage:
    if (known := load_fetched(folder, package)) is not None:
        return known
    rows = [recording for recording in load_recordings() if recording.package == package]
    if not rows:
        raise PackageError("no recording of it is in the labels file")
    with package_file(package, debs, beside=folder) as deb:
        fetched = _unpack(package, rows, deb, folder)
        if keep and deb.parent != debs:
            deb.replace(folder / deb.name)
    return fetched


def _unpack(package: str, rows: Iterable[Recording], deb: Path, folder: Path) -> FetchedPackage:
    rows = tuple(rows)
    plain = {r.inner_path: folder / r.file for r in rows if not r.archived}
    archived = {r.inner_path: folder / r.file for r in rows if r.archived}
    # Each recording has its licence in there.
    copyright_file = folder / package / "copyright"
    plain[f"usr/share/doc/{package}/copyright"] = copyright_file
    written = unpack_files(deb, plain, archived)
    if not written - {copyright_file}:
        raise PackageError(f"{deb.name} holds none of its recordings")
    fetched = FetchedPackage(
        package=package,
        version=package_version(deb),
        sha256=file_sha256(deb),
        files={p.relative_to(folder).as_posix(): p.stat().st_size for p in sorted(written)},
        missing=tuple(r.path for r in rows if folder / r.file not in written),
    )
    note = json.dumps(asdict(fetched), indent=1)
    (folder / f"{package}.json").write_text(note + "\n", encoding="utf-8")
    return fetched


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Fetch from the command line; 0 when every package was had, 1 when some were skipped."""
    parser = argparse.ArgumentParser(description="Fetch the free recordings to train on.")
    parser.add_argument("folder", type=named_path, metavar="OUT_DIR", help="where they go")
    parser.add_argument(
        "--package", action="append", metavar="NAME", help="only this package; may be repeated"
    )
    parser.add_argument(
        "--debs", type=named_path, metavar="DIR", help="packages that were downloaded before"
    )
    parser.add_argument("--keep", action="store_true", help="keep the packages downloaded now")
    given = parser.parse_args(arguments)
    console = Console(stderr=True)
    packages = given.package or tuple(load_package_split())
    known = {*packages, *load_package_split()}
    try:
        check_own(given.folder, *(f"{package}{end}" for package in known for end in ("", ".json")))
    except OutputError as error:
        console.print(str(error), markup=False)
        return 2
    fetched = fetch_recordings(
        given.folder, packages=packages, debs=given.debs, keep=given.keep, console=console
    )
    missing = sum(len(package.missing) for package in fetched)
    there = len(present_recordings(given.folder))
    console.print(
        f"{len(fetched)} of {len(packages)} packages, {there} recordings; "
        f"{missing} are not in them.",
        highlight=False,
    )
    return 0 if len(fetched) == len(packages) else 1


if __name__ == "__main__":
    sys.exit(main())
