"""Single files out of a Debian package, without installing it or unpacking the rest."""

import hashlib
import shutil
import subprocess
import tarfile
import tempfile
import zipfile
from collections.abc import Container, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO

from pacetag.model.errors import ModelError

ARCHIVES = (".pk3", ".zip")
CHUNK = 1 << 20  # bytes copied at a time


class PackageError(ModelError):
    """A package cannot be had or cannot be opened."""


def package_version(deb: Path) -> str:
    """Read a package's version. Raises PackageError."""
    return _run(["dpkg-deb", "--field", str(deb), "Version"], deb.name).strip()


def file_sha256(path: Path) -> str:
    """Hash a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def unpack_files(deb: Path, plain: Mapping[str, Path], archived: Mapping[str, Path]) -> set[Path]:
    """Copy single files out of a package.

    `plain` says where each path of the package goes, `archived` where each path inside any of its
    .pk3 and .zip archives goes; of several archives with the same path the first one is taken.
    Returns the targets that were written. Raises PackageError if the package is damaged.
    """
    command = ["dpkg-deb", "--fsys-tarfile", str(deb)]
    written: set[Path] = set()
    try:
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as process:
            # A stream: packages are up to gigabytes, their tar archive need not exist as a file.
            with tarfile.open(fileobj=process.stdout, mode="r|") as tar:
                for member in tar:
                    name = member.name.removeprefix("./")
                    content = tar.extractfile(member) if member.isfile() else None
                    if content is None:
                        continue
                    if name in plain:
                        _copy(content, plain[name])
                        written.add(plain[name])
                    elif archived and name.lower().endswith(ARCHIVES):
                        written |= _unpack_archive(content, archived, written)
            if process.stdout is not None:
                while process.stdout.read(CHUNK):  # the padding; dpkg-deb fails on a closed pipe
                    pass
    except FileNotFoundError:
        raise PackageError("dpkg-deb is not installed: packages can be opened on Debian") from None
    except tarfile.TarError as error:
        raise PackageError(f"{deb.name} is damaged: {error}") from error
    if process.returncode:
        raise PackageError(f"{deb.name} is damaged: dpkg-deb gave {process.returncode}")
    return written


def _unpack_archive(
    content: IO[bytes], wanted: Mapping[str, Path], written: Container[Path]
) -> set[Path]:
    """Copy what is wanted, and not yet written, out of a zip archive that comes as a stream."""
    done: set[Path] = set()
    # Beside the targets, since an archive of gigabytes may not fit where temporary files go.
    scratch = next(iter(wanted.values())).parent
    scratch.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=scratch) as copy, suppress(zipfile.BadZipFile):
        shutil.copyfileobj(content, copy, CHUNK)
        with zipfile.ZipFile(copy) as archive:
            for name in archive.namelist():
                target = wanted.get(name)
                if target is not None and target not in written:
                    with archive.open(name) as inner:
                        _copy(inner, target)
                    done.add(target)
    return done


def _copy(content: IO[bytes], target: Path) -> None:
    """Write a file whole or not at all, so that an interrupted run can be resumed."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    with part.open("wb") as file:
        shutil.copyfileobj(content, file, CHUNK)
    part.replace(target)


def _run(command: list[str], name: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise PackageError(f"{command[0]} is not installed: this needs Debian") from None
    if done.returncode:
        reason = (done.stderr.strip() or f"{command[0]} gave {done.returncode}").splitlines()[-1]
        raise PackageError(f"{name}: {reason}")
    return done.stdout
