"""Debian packages as files: found in a folder, or downloaded; never installed."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pacetag.model.training.sources.deb_files import PackageError


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
