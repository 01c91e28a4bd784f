"""What pyproject.toml cannot say: the README without the links that only work beside the files.

A package index shows the README on a page of its own, where a relative link leads nowhere and a
relative picture is a broken one. Where `[project.urls]` names the `Source`, such links lead there.
"""

import re
import tomllib
from pathlib import Path
from urllib.parse import urljoin

from setuptools import setup

HERE = Path(__file__).parent
PICTURE = re.compile(r"^!\[[^\]]*\]\((?!\w+:)[^)]*\)\n(?:\n.*\n)?\n", re.MULTILINE)  # and caption
LINK = re.compile(r"\[([^\]]*)\]\((?!\w+:|#)([^)]*)\)")


def description(readme: str, source: str | None) -> str:
    """Return the README for a page elsewhere; `source` is the address of the project's folder."""
    readme = PICTURE.sub("", readme)
    if source is None:
        return LINK.sub(r"\1", readme)
    base = source.rstrip("/") + "/"
    return LINK.sub(lambda link: f"[{link[1]}]({urljoin(base, link[2])})", readme)


if __name__ == "__main__":
    project = tomllib.loads((HERE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    setup(
        long_description=description(
            (HERE / "README.md").read_text(encoding="utf-8"), project.get("urls", {}).get("Source")
        ),
        long_description_content_type="text/markdown",
    )
