"""The program and what it runs on: versions, packages, extras and the terminal's encoding."""

import platform
import re
import sqlite3
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, metadata, requires, version

from pacetag.model.extras import extra_packages, install_packages
from pacetag.tagger.doctor.results import CheckResult, fault, ok, warning
from pacetag.tagger.doctor.subject import Subject

PROGRAM, PACKAGES, EXTRAS, TERMINAL = "program", "packages", "extras", "terminal"
# What each extra adds. One without a row is named without a word on what it does.
ADDS = {
    "train": "`pacetag train`",
    "evaluate": "`pacetag evaluate --judge fold`",
    "plot": "pictures: `--plot`",
    "mix": "`pacetag playlist --mix`",
    "runs": "cadences of FIT files",
    "stretch": "songs at exactly the cadence: `pacetag playlist --stretch`",
    "polite": "`pacetag watch --polite`",
    "parquet": "files in Parquet",
    "cluster": "a Dask cluster that judges, and songs in stores",
    "mpd": "MPD as a player: `pacetag playlist --play`",
}
OF_DEVELOPERS = frozenset({"test", "dev", "docs"})
_NAME = re.compile(r"[A-Za-z0-9._-]+")
_BOUND = re.compile(r"(>=|<)\s*([0-9.]+)")
_PYTHON = "Programming Language :: Python :: 3."


def program(_: Subject) -> Iterator[CheckResult]:
    """Yield the versions of pacetag, Python and the system."""
    python = platform.python_version()
    yield ok(PROGRAM, f"pacetag {version('pacetag')}, Python {python}, SQLite {_sqlite()}")
    tried = sorted(_tried_minors())
    if tried and sys.version_info[1] > tried[-1]:
        yield warning(
            PROGRAM,
            f"Python {python} is newer than what pacetag was tested with",
            figure=sys.version_info[1],
            unit="minor version",
            advice=f"if something fails, install it for Python 3.{tried[-1]}",
        )
    yield _system()


def _sqlite() -> str:
    return sqlite3.sqlite_version


def _tried_minors() -> Iterator[int]:
    for line in metadata("pacetag").get_all("Classifier") or ():
        minor = line.removeprefix(_PYTHON)
        if minor != line and minor.isdecimal():
            yield int(minor)


def _system() -> CheckResult:
    name = f"{platform.system()} {platform.release()}, {platform.machine()}"
    if sys.platform == "linux":
        return ok(PROGRAM, name)
    if sys.platform == "win32":
        return fault(
            PROGRAM,
            f"{name}: tags can be read but not written, since Windows lacks the locks of POSIX",
            advice="run pacetag within the Windows Subsystem for Linux",
        )
    return warning(
        PROGRAM,
        f"{name}: pacetag was run on Linux alone",
        advice="try `pacetag scan --dry-run FOLDER` first, and report what does not work",
    )


def packages(_: Subject) -> Iterator[CheckResult]:
    """Yield the versions of the packages that pacetag needs, and those that do not suit."""
    found = []
    for requirement in requires("pacetag") or ():
        if "extra ==" in requirement.replace("extra==", "extra =="):
            continue
        name = _name(requirement)
        there = _version(name)
        if there is None:
            yield fault(
                PACKAGES, f"{name} is not installed", advice=install_packages([requirement])
            )
        elif not _suits(there, requirement):
            yield fault(
                PACKAGES,
                f"{name} {there} does not suit: pacetag needs {requirement}",
                advice=install_packages([requirement]),
            )
        else:
            found.append(f"{name} {there}")
    yield ok(PACKAGES, ", ".join(found), figure=len(found), unit="packages")


def extras(_: Subject) -> Iterator[CheckResult]:
    """Yield the extras that are installed, and what each of the others would add."""
    offered = [
        name
        for name in metadata("pacetag").get_all("Provides-Extra") or ()
        if name not in OF_DEVELOPERS
    ]
    lacking = {name: missing for name in offered if (missing := _lacking(name))}
    whole = [name for name in offered if name not in lacking]
    yield ok(EXTRAS, f"installed: {', '.join(whole) or 'none'}", figure=len(whole), unit="extras")
    for name, missing in lacking.items():
        adds = f", which adds {ADDS[name]}" if name in ADDS else ""
        yield ok(EXTRAS, f"not installed: {name}{adds}", advice=install_packages(missing))


def _lacking(extra: str) -> list[str]:
    """Return the requirements of an extra that are not met."""
    return [
        each
        for each in extra_packages(extra)
        if (there := _version(_name(each))) is None or not _suits(there, each)
    ]


def _name(requirement: str) -> str:
    found = _NAME.match(requirement)
    return found[0] if found else requirement


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _suits(there: str, requirement: str) -> bool:
    """Whether a version lies within the bounds of a requirement such as `typer<0.29,>=0.15`."""
    has = _numbers(there)
    return all(
        has >= _numbers(bound) if sign == ">=" else has < _numbers(bound)
        for sign, bound in _BOUND.findall(requirement)
    )


def _numbers(text: str) -> tuple[int, ...]:
    numbers = [int(number) for number in re.findall(r"\d+", re.split(r"[a-zA-Z+]", text)[0])]
    return tuple([*numbers, 0, 0, 0, 0][:4])


def terminal(_: Subject) -> Iterator[CheckResult]:
    """Yield the encodings of output and of file names."""
    said, names = sys.stdout.encoding or "unknown", sys.getfilesystemencoding()
    for encoding, what in ((said, "output"), (names, "file names")):
        if encoding.lower().replace("-", "") != "utf8":
            yield warning(
                TERMINAL,
                f"the encoding of {what} is {encoding}, which lacks signs of many titles",
                advice="export LC_ALL=C.UTF-8, and unset PYTHONIOENCODING",
            )
            return
    yield ok(TERMINAL, "output and file names are UTF-8")
