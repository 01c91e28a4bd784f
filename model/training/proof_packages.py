"""What the proof sets need of Debian: programs that are installed, packages that are opened."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pacetag.model.errors import ModelError
from pacetag.model.training.recordings_unpack import PackageError, unpack_files


class ToolsMissingError(ModelError):
    """A program, or a file that comes with it, is not installed."""


def require_installed(purpose: str, programs: Mapping[str, str], paths: Mapping[Path, str]) -> None:
    """Check programs and paths, each given with the Debian package that brings it.

    Raises ToolsMissingError, which says what to install.
    """
    wanted = {package for program, package in programs.items() if shutil.which(program) is None}
    wanted |= {package for path, package in paths.items() if not path.exists()}
    if wanted:
        raise ToolsMissingError(
            f"{purpose} needs what is not installed: apt-get install {' '.join(sorted(wanted))}"
        )


def take_files(package: str, wanted: Mapping[str, Path], debs: Path | None = None) -> None:
    """Copy files out of a package, paths in it mapped to targets; those that are there are kept.

    `debs` is a folder of packages that were downloaded before. Raises PackageError, also when the
    package does not hold them all.
    """
    lacking = {path: target for path, target in wanted.items() if not target.is_file()}
    if not lacking:
        return
    with _package(package, debs) as deb:
        written = unpack_files(deb, lacking, {})
    lost = [path for path, target in lacking.items() if target not in written]
    if lost:
        raise PackageError(f"{package} does not hold {lost[0]}")


@contextmanager
def _package(package: str, debs: Path | None) -> Iterator[Path]:
    if debs is not None and (found := _find(package, debs)) is not None:
        yield found
        return
    with tempfile.TemporaryDirectory(prefix="pacetag-package-") as scratch:
        yield _download(package, Path(scratch))


def _download(package: str, folder: Path) -> Path:
    command = ["apt-get", "download", package]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise PackageError("apt-get is not installed: packages can be had on Debian") from None
    deb = _find(package, folder)
    if done.returncode or deb is None:
        lines = done.stderr.strip().splitlines()
        reason = lines[-1] if lines else f"apt-get gave {done.returncode}"
        raise PackageError(f"{package}: {reason}")
    return deb


def _find(package: str, folder: Path) -> Path | None:
    return max(folder.glob(f"{package}_*.deb"), default=None)
