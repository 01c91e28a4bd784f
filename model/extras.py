"""Packages that a plain installation leaves out, and the command that adds them."""

import re
import shlex
import sys
from importlib.metadata import PackageNotFoundError, requires
from importlib.util import find_spec


def extra_packages(extra: str) -> list[str]:
    """What an extra of pacetag consists of, as pip takes it: "matplotlib>=3.8"."""
    try:
        found = requires("pacetag") or []
    except PackageNotFoundError:  # run from its source, which was not installed
        found = []
    of_extra = re.compile(rf";.*\bextra\s*==\s*['\"]{re.escape(extra)}['\"]")
    return [each.partition(";")[0].strip() for each in found if of_extra.search(each)]


def install_command(extra: str) -> str:
    """A command for a shell that adds an extra's packages to the Python that runs this.

    It names that very Python, since `pip` alone may belong to another one, and the packages by
    themselves, since pacetag may have come from a folder.
    """
    pip = [sys.executable, "-m", "pip", "install"]
    if find_spec("pip") is None:  # an environment that uv made
        pip = ["uv", "pip", "install", "--python", sys.executable]
    return shlex.join([*pip, *extra_packages(extra)])
