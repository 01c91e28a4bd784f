"""Debian packages as files: found in a folder, or downloaded; never installed."""

import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pacetag.model.training.sources.deb_files import PackageError, unpack_files


@contextmanager
def package_file(
    package: str, debs: Path | None = None, *, beside: Path | None = None
) -> Iterator[Path]:
    """Have a package's .deb while the block runs: that in `debs`, or else one downloaded now.

    A download goes into a folder of its own, below `beside` if that is given, and is deleted
    afterwards unless the block moves it away. Raises PackageError.
    """
    if debs is not None and (found := find_package(package, debs)) is not None:
        yield found
        return
    with tempfile.TemporaryDirectory(prefix=".download-", dir=beside) as scratch:
        yield download_package(package, Path(scratch))


def take_files(package: str, wanted: Mapping[str, Path], debs: Path | None = None) -> None:
    """Copy files out of a package, paths in it mapped to targets; those that are there are kept.

    `debs` is a folder of packages that were downloaded before. Raises PackageError, also when the
    package does not hold them all.
    """
    lacking = {path: target for path, target in wanted.items() if not target.is_file()}
    if not lacking:
        return
    try:
        with package_file(package, debs) as deb:
            written = unpack_files(deb, lacking, {})
    except PackageError as error:
        raise PackageError(f"{package}: {error}") from error
    lost = [path for path, target in lacking.items() if target not in written]
    if lost:
        raise PackageError(f"{package} does not hold {lost[0]}")


def find_package(package: str, folder: Path) -> Path | None:
    """The newest .deb of a package in a folder, if there is one."""
    return max(folder.glob(f"{package}_*.deb"), default=None)


def download_package(package: str, folder: Path) -> Path:
    """Download a package's .deb into a folder. Raises PackageError."""
    _run(["apt-get", "download", package], folder)
    deb = find_package(package, folder)
    if deb is None:
        raise PackageError("apt-get downloaded nothing")
    return deb


def extract_package(deb: Path, folder: Path) -> None:
    """Unpack a whole package into a folder. Raises PackageError."""
    _run(["dpkg-deb", "-x", str(deb.resolve()), "."], folder)


def _run(command: list[str], folder: Path) -> None:
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, check=False, errors="replace"
        )
    except FileNotFoundError:
        raise PackageError(f"{command[0]} is not installed: this needs Debian") from None
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise PackageError(said[-1] if said else f"{command[0]} gave {done.returncode}")
