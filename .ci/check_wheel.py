"""List a wheel's files; refuse one that lacks what users need or holds anything else.

What belongs in it is read from pyproject.toml: the modules of `packages`, their `package-data`, and
`data-files`. Its description must not lead to files that are only beside the source.
"""

import email
import email.policy
import re
import sys
import tomllib
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
RELATIVE = re.compile(r"\]\((?!\w+:|#)[^)]*\)")  # a link or picture of Markdown


def folders(setup: Mapping[str, Any]) -> Iterator[tuple[str, Path]]:
    """Yield each package with the folder that holds it."""
    where = setup.get("package-dir", {})
    for package in setup["packages"]:
        parts, below = package.split("."), list[str]()
        while parts and ".".join(parts) not in where:
            below.insert(0, parts.pop())
        yield package, ROOT / where.get(".".join(parts), "") / Path(*below)


def wanted(setup: Mapping[str, Any]) -> Iterator[str]:
    """Yield the wheel's names of all modules and data; data files by their last part."""
    data = setup.get("package-data", {})
    for package, folder in folders(setup):
        for pattern in ("*.py", *data.get("*", ()), *data.get(package, ())):
            for path in folder.glob(pattern):
                if path.is_file():
                    yield f"{package.replace('.', '/')}/{path.relative_to(folder).as_posix()}"
    for to, patterns in setup.get("data-files", {}).items():
        for pattern in patterns:
            for path in ROOT.glob(pattern):
                yield f".data/data/{to}/{path.name}"


def faults(wheel: Path) -> Iterator[str]:
    """Yield what is wrong with a wheel, a line each."""
    setup = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
        "setuptools"
    ]
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
        (metadata,) = (name for name in names if name.endswith(".dist-info/METADATA"))
        described = email.message_from_bytes(packed.read(metadata), policy=email.policy.default)
    sys.stdout.write("\n".join(names) + "\n")
    own = metadata.partition(".dist-info/")[0]
    expected = {own + name if name.startswith(".data/") else name for name in wanted(setup)}
    there = {name for name in names if not name.startswith(f"{own}.dist-info/")}
    yield from (f"missing: {name}" for name in sorted(expected - there))
    yield from (f"does not belong in the wheel: {name}" for name in sorted(there - expected))
    for link in RELATIVE.findall(described.get_content()):
        yield f"the description leads to a file that is not on its page: {link[2:-1]}"


def main(wheel: str) -> int:
    """Return 0 if the wheel can be published, else 1 after a line for each fault."""
    found = list(faults(Path(wheel)))
    sys.stderr.writelines(f"{fault}\n" for fault in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
