"""Packages that a plain installation leaves out, and the command that adds them."""

import re
import shlex
import sys
from collections.abc import Iterable
from importlib.machinery import PathFinder
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from importlib.util import find_spec

# The modules that the code imports of each extra; their packages may have other names.
MODULES = {
    "train": ("keras", "tensorflow", "librosa", "mido"),
    "evaluate": ("librosa",),
    "plot": ("matplotlib",),
    "runs": ("fitdecode",),
    "stretch": ("python_stretch",),
    "polite": ("psutil",),
    "parquet": ("pyarrow",),
    "cluster": ("distributed", "fsspec", "s3fs", "pyarrow"),
}


def missing_modules(extra: str) -> list[str]:
    """Return the modules of an extra that are not installed."""
    return [name for name in MODULES[extra] if find_spec(name) is None]


def extra_packages(extra: str) -> list[str]:
    """Return the requirements of an extra as pip takes them: "matplotlib>=3.8"."""
    try:
        found = requires("pacetag") or []
    except PackageNotFoundError:  # run from its source, which was not installed
        found = []
    of_extra = re.compile(rf";.*\bextra\s*==\s*['\"]{re.escape(extra)}['\"]")
    return [each.partition(";")[0].strip() for each in found if of_extra.search(each)]


def package_of(module: str) -> str | None:
    """Return the installed package that a module belongs to; None if it is not known."""
    found = packages_distributions().get(module.partition(".")[0])
    return found[0] if found else None


def requirement_of(package: str) -> str:
    """Return what pacetag needs of a package, such as "numpy>=1.26"; else its name alone."""
    try:
        found = requires("pacetag") or []
    except PackageNotFoundError:
        found = []
    named = re.compile(rf"{re.escape(package)}(?![\w.-])[^;]*")
    return next((match[0].strip() for each in found if (match := named.match(each))), package)


def install_command(extra: str) -> str:
    """Return a shell command that adds an extra's packages to the Python that runs this.

    It names the packages by themselves, since pacetag may have come from a folder.
    """
    return install_packages(extra_packages(extra))


def install_packages(packages: Iterable[str], *options: str) -> str:
    """Return a shell command that installs packages for the Python that runs this.

    It names that very Python, since `pip` alone may belong to another one.
    """
    pip = [sys.executable, "-m", "pip", "install"]
    # Of all finders on the path alone: setuptools' own warns where it is asked for pip.
    if PathFinder.find_spec("pip") is None:  # an environment that uv made
        pip = ["uv", "pip", "install", "--python", sys.executable]
    return shlex.join([*pip, *options, *packages])
