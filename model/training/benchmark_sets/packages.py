"""Files that the benchmark sets take out of Debian packages."""

from collections.abc import Mapping
from pathlib import Path

from pacetag.model.training.sources.deb_files import PackageError, unpack_files
from pacetag.model.training.sources.debian import package_file


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
