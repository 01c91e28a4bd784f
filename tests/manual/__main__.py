"""`python -m tests.manual` writes the manual page anew, from the command line."""

import sys
import tomllib
from pathlib import Path

from tests.manual.page import manual

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/man/pacetag.1"


def written() -> str:
    """Return the page as it should be."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return manual(project["version"])


if __name__ == "__main__":
    PAGE.write_text(written(), encoding="utf-8")
    sys.stdout.write(f"{PAGE}: written\n")
