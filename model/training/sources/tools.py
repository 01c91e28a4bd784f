"""The programs that make music: whether they are installed, and running them."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from pacetag.model.errors import ModelError

# Where Debian puts what its packages share; another folder laid out like it may be named instead.
SHARE = Path(os.environ.get("PACETAG_SHARE") or "/usr/share")


_TIMEOUT = 600  # seconds; a piece of ten minutes takes about ten


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


class RenderError(ModelError):
    """A song could not be rendered."""


def run_tool(command: list[str], product: Path, what: str) -> None:
    """Run a program that makes the file `product`.

    Raises RenderError, which says of `what` it failed or hung, and what the program printed.
    """
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_TIMEOUT, check=False, errors="replace"
        )
    except subprocess.TimeoutExpired as error:
        raise RenderError(f"{command[0]} hung on {what}") from error
    if done.returncode or not product.is_file():
        said = (done.stdout + done.stderr).strip().splitlines()[-3:]
        raise RenderError(f"{command[0]} failed on {what}: {' | '.join(said)}")
