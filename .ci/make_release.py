"""Build the source archive and the wheel: the same bytes on every machine, at any time.

`python .ci/make_release.py FOLDER` writes both there: the source archive of the files that git
tracks, or, where there is no git, of all; the wheel from that archive. Time stamps are
SOURCE_DATE_EPOCH, or the last commit's. `--check` builds both again in other ways and compares. The
same version of setuptools gives the same bytes; WHEEL names it. Needs the extra `dev`.
"""

import argparse
import gzip
import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).parent.parent
LEFT_OUT = (".typecheck/",)  # links, for the type checker
GENERATED = re.compile(r"(^|/)(__pycache__|pacetag\.egg-info)/|^(PKG-INFO|setup\.cfg)$")
Build = Callable[[Path, str, Path], Path]  # (source folder, "sdist" or "wheel", to) -> file


def tracked(root: Path) -> list[str]:
    """Return the names of the project's files, relative to `root`."""
    if (root / ".git").exists():
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True
        ).stdout.split("\0")
        names = [name for name in listed if name and (root / name).exists()]
    else:
        names = [path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()]
        names = [name for name in names if not GENERATED.search(name)]
    return sorted(name for name in names if not name.startswith(LEFT_OUT))


def epoch(root: Path) -> int:
    """Return the second that all files get: the one asked for, or that of the last change."""
    if asked := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(asked)
    if (root / ".git").exists():
        command = ["git", "log", "-1", "--format=%ct"]
        return int(subprocess.run(command, cwd=root, capture_output=True, check=True).stdout)
    return int((root / "pyproject.toml").stat().st_mtime)  # as the source archive has it


def copy(root: Path, to: Path, second: int) -> Path:
    """Copy the project's files, with the rights that a check-out gives them, and return `to`."""
    for name in tracked(root):
        target = to / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / name, target)
        target.chmod(0o755 if os.access(root / name, os.X_OK) else 0o644)
        os.utime(target, (second, second))
    return to


def normalise(archive: Path, second: int) -> None:
    """Write a .tar.gz anew: sorted, one time for all, no owner, rights by whether it runs."""
    packed = io.BytesIO()
    with (
        tarfile.open(archive) as old,
        gzip.GzipFile("", "wb", 9, packed, mtime=second) as zipped,
        tarfile.open(fileobj=zipped, mode="w", format=tarfile.PAX_FORMAT) as new,
    ):
        for member in sorted(old.getmembers(), key=lambda member: member.name):
            member.mtime, member.pax_headers = second, {}
            member.uid = member.gid = 0
            member.uname = member.gname = ""
            member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
            new.addfile(member, old.extractfile(member) if member.isfile() else None)
    archive.write_bytes(packed.getvalue())


def unpack(archive: Path, to: Path) -> Path:
    """Unpack a source archive and return its one folder."""
    with tarfile.open(archive) as packed:
        packed.extractall(to, filter="data")
    (folder,) = to.iterdir()
    return folder


def missing(archive: Path, root: Path) -> list[str]:
    """Return the project's files that the source archive lacks."""
    with tarfile.open(archive) as packed:
        there = {str(PurePosixPath(*PurePosixPath(name).parts[1:])) for name in packed.getnames()}
    return [name for name in tracked(root) if name not in there]


def build(make: Build, root: Path, to: Path, scratch: Path, second: int) -> tuple[Path, Path]:
    """Build the source archive of `root`, and the wheel of that archive, into `to`."""
    archive = make(copy(root, scratch / "tree", second), "sdist", to)
    normalise(archive, second)
    return archive, make(unpack(archive, scratch / "unpacked"), "wheel", to)


def differences(made: tuple[Path, Path], make: Build, second: int) -> Iterator[str]:
    """Yield the names of files that are not the same when they are built another way.

    The wheel is built of the tree itself; then both by the archive's own copy of this program, in
    another folder, with files that only their owner may read.
    """
    with tempfile.TemporaryDirectory() as scratch:
        direct = make(copy(ROOT, Path(scratch, "tree"), second), "wheel", Path(scratch, "direct"))
        own = unpack(made[0], Path(scratch, "again")) / ".ci/make_release.py"
        environ = {**os.environ, "TZ": "Pacific/Kiritimati"}
        del environ["SOURCE_DATE_EPOCH"]  # the files of the archive carry it
        command = [sys.executable, str(own), scratch]
        subprocess.run(command, env=environ, umask=0o077, stdout=subprocess.DEVNULL, check=True)
        again = [(file, Path(scratch, file.name)) for file in made]
        for first, other in [(made[1], direct), *again]:
            if digest(first) != digest(other):
                yield first.name


def digest(file: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def main() -> int:
    """Build, say the digests, and return 0, or 1 where something is missing or differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("to", type=Path, metavar="FOLDER")
    parser.add_argument("--check", action="store_true", help="build twice and compare")
    asked = parser.parse_args()
    second = epoch(ROOT)
    os.environ["SOURCE_DATE_EPOCH"] = str(second)
    os.umask(0o022)
    with backend(ROOT) as make, tempfile.TemporaryDirectory() as scratch:
        made = build(make, ROOT, asked.to, Path(scratch), second)
        faults = [f"missing in the source archive: {name}" for name in missing(made[0], ROOT)]
        if asked.check:
            faults += [
                f"not the same when built again: {name}" for name in differences(made, make, second)
            ]
    sys.stdout.writelines(f"{digest(file)}  {file.name}\n" for file in made)
    sys.stderr.writelines(f"{fault}\n" for fault in faults)
    return 1 if faults else 0


@contextmanager
def backend(root: Path) -> Iterator[Build]:
    """Yield what builds with the project's build system, installed in a place of its own."""
    from build import ProjectBuilder
    from build.env import DefaultIsolatedEnv
    from pyproject_hooks import quiet_subprocess_runner

    with DefaultIsolatedEnv() as env:
        env.install(ProjectBuilder.from_isolated_env(env, root).build_system_requires)

        def make(source: Path, kind: str, to: Path) -> Path:
            builder = ProjectBuilder.from_isolated_env(env, source, runner=quiet_subprocess_runner)
            try:
                return Path(builder.build(kind, to))  # type: ignore[arg-type]
            except Exception as error:  # build's own, which hides what was printed
                cause = error.__cause__ or error.__context__ or error
                printed = getattr(cause, "output", b"").decode(errors="replace")
                raise SystemExit(f"{printed}\n{kind}: {error}") from error

        yield make


if __name__ == "__main__":
    sys.exit(main())
