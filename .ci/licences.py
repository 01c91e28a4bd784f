"""Which packages an install brings, under which licences, and whether pacetag may use them.

`python .ci/licences.py` writes the table of docs/licences.md and checks every extra: pacetag is
GPL-3.0-or-later, so each licence must be compatible with that. One that is not known here is a
fault, not a guess. What is read is the metadata of the packages installed beside this Python.
"""

import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs/licences.md"
TABLE = re.compile(r"(?<=<!-- table -->\n).*?(?=<!-- end -->)", re.DOTALL)
FOR_DEVELOPERS = ("test", "dev")
# What may be combined with GPL-3.0-or-later, by the list of the Free Software Foundation.
COMPATIBLE = {
    *("0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0", "ISC", "MIT"),
    *("Apache-2.0 WITH LLVM-exception", "GPL-2.0-or-later", "GPL-3.0-or-later", "HPND", "MIT-0"),
    *("LGPL-2.1-or-later", "LGPL-3.0-or-later", "MIT-CMU", "MPL-2.0", "PSF-2.0", "Unlicense"),
    *("Zlib", "LicenseRef-Matplotlib"),
}
# What metadata that is older than SPDX says -> what it means.
MEANT = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD 3-Clause": "BSD-3-Clause",
    "BSD 3-Clause License": "BSD-3-Clause",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-or-later",
    "ISC License": "ISC",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
# Read in the licence files of packages whose metadata leaves it open.
READ = {
    "astunparse": "BSD-3-Clause AND PSF-2.0",
    "click-default-group": "BSD-3-Clause",
    "colorama": "BSD-3-Clause",
    "contourpy": "BSD-3-Clause",
    "cycler": "BSD-3-Clause",
    "jinja2": "BSD-3-Clause",
    "kiwisolver": "BSD-3-Clause",
    "matplotlib": "LicenseRef-Matplotlib",
    "namex": "Apache-2.0",
    "numba": "BSD-2-Clause",
    "partd": "BSD-3-Clause",
    "python-dateutil": "Apache-2.0 OR BSD-3-Clause",
    "s3fs": "BSD-3-Clause",
    "scipy": "BSD-3-Clause",
    "zict": "BSD-3-Clause",
}


def licence(found: Distribution) -> str:
    """Return a package's licence as an SPDX expression, or what its metadata says instead."""
    metadata = found.metadata
    if expression := metadata.get("License-Expression"):
        return expression
    name = canonicalize_name(metadata["Name"])
    if name in READ:
        return READ[name]
    classifiers = metadata.get_all("Classifier") or []
    said = [
        metadata.get("License") or "",
        *(each.rpartition(" :: ")[2] for each in classifiers if each.startswith("License ::")),
    ]
    meant = [MEANT.get(text, text) for text in said]
    return next((text for text in meant if is_compatible(text)), " or ".join(filter(None, said)))


def is_compatible(expression: str) -> bool:
    """Tell whether an SPDX expression is known to be compatible; brackets never are."""
    return any(
        all(part in COMPATIBLE for part in choice.split(" AND "))
        for choice in expression.split(" OR ")
    )


def brought(requirements: Iterable[str]) -> dict[str, Distribution]:
    """Return all packages that requirements bring on this machine, by name.

    Raises PackageNotFoundError for one that is not installed.
    """
    found: dict[str, Distribution] = {}
    extras: dict[str, set[str]] = {}
    todo = [Requirement(each) for each in requirements]
    while todo:
        needed = todo.pop()
        name = canonicalize_name(needed.name)
        if name in found and needed.extras <= extras[name]:
            continue
        found[name] = distribution(name)
        extras.setdefault(name, set()).update(needed.extras)
        todo += _needed_by(found[name], extras[name])
    return dict(sorted(found.items()))


def _needed_by(package: Distribution, extras: set[str]) -> Iterator[Requirement]:
    """Yield what a package with some extras needs on this machine."""
    for each in map(Requirement, package.requires or []):
        marker = each.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            yield each


def installs() -> dict[str, list[str]]:
    """Return the requirements of the plain install, and of it with each extra."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    plain = project["dependencies"]
    extras = project["optional-dependencies"].items()
    return {"": plain} | {
        name: [*plain, *needed] for name, needed in extras if name not in FOR_DEVELOPERS
    }


def table(requirements: Iterable[str]) -> str:
    """Return the rows of the packages, a licence each, with the packages under it."""
    by_licence: dict[str, list[str]] = {}
    for name, package in brought(requirements).items():
        by_licence.setdefault(licence(package), []).append(name)
    rows = [f"| {said} | {', '.join(names)} |\n" for said, names in sorted(by_licence.items())]
    return "".join(["| licence | packages |\n|---|---|\n", *rows])


def faults() -> Iterator[str]:
    """Yield each package whose licence is not known to be compatible, with the extra it is of."""
    for extra, requirements in installs().items():
        for name, package in brought(requirements).items():
            if not is_compatible(licence(package)):
                yield f"{name} (of {extra or 'the plain install'}): {licence(package)}"


def main() -> int:
    """Write the table; return 1 after a line for each fault."""
    try:
        found = list(faults())
        text = PAGE.read_text(encoding="utf-8")
        PAGE.write_text(TABLE.sub(lambda _: table(installs()[""]), text), encoding="utf-8")
    except PackageNotFoundError as error:
        found = [f"not installed: {error.name}; pip install -e '.[dev]'"]
    sys.stderr.writelines(f"{fault}\n" for fault in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
