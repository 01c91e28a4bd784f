"""Whether the programs and files are installed that making music needs."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from pacetag.model.errors import ModelError

# Where Debian puts what its packages share; another folder laid out like it may be named instead.
SHARE = Path(os.environ.get("PACETAG_SHARE") or "/usr/share")


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
