"""For which Pythons and systems every dependency has a wheel.

`python tests/benchmarks/resolutions.py` asks uv (which must be on the path) to resolve the plain
install and each extra from wheels alone, and prints the tables of docs/releasing.md: "yes", or the
package that has no wheel there. Nothing is installed.
"""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parents[2]
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
SYSTEMS = {  # uv's platforms
    "Linux x86-64": "x86_64-manylinux_2_28",
    "Linux ARM64": "aarch64-manylinux_2_28",
    "Alpine x86-64": "x86_64-unknown-linux-musl",
    "macOS ARM64": "aarch64-apple-darwin",
    "macOS x86-64": "x86_64-apple-darwin",
    "Windows x86-64": "x86_64-pc-windows-msvc",
}
FOR_DEVELOPERS = ("test", "dev", "docs")
# How uv says which package it found no wheel of.
BLAMED = (
    r"[Bb]ecause (?:all versions of |only )?([a-z][a-z0-9-]*)\S* has no (?:usable )?wheels",
    r"`([a-z][a-z0-9-]*)` \(v",
)


def resolved(requirements: Iterable[str], python: str, system: str) -> str:
    """Return "yes" where wheels of all are found, else the package that lacks one."""
    command = ["uv", "pip", "compile", "-", "--quiet", "--only-binary", ":all:"]
    command += ["--python-version", python, "--python-platform", system]
    done = subprocess.run(command, input="\n".join(requirements), capture_output=True, text=True)
    if done.returncode == 0:
        return "yes"
    said = re.sub(r"\s+", " ", done.stderr)
    sys.stderr.write(f"{python} {system}: {said[:600]}\n")
    named = [found[1] for pattern in BLAMED if (found := re.search(pattern, said))]
    return f"no: {named[0]}" if named else "no"


def main() -> int:
    """Print a table for the plain install, and one for the extras on the newest Python."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    plain = project["dependencies"]
    extras = {
        name: needed
        for name, needed in project["optional-dependencies"].items()
        if name not in FOR_DEVELOPERS
    }
    rows = {("plain", python): plain for python in PYTHONS}
    rows |= {
        (f"[{name}]", python): [*plain, *needed]
        for name, needed in extras.items()
        for python in (PYTHONS[0], PYTHONS[-1])
    }
    sys.stdout.write(f"| install | Python | {' | '.join(SYSTEMS)} |\n")
    sys.stdout.write(f"|---|---|{'---|' * len(SYSTEMS)}\n")
    for (name, python), needed in rows.items():
        cells = [resolved(needed, python, system) for system in SYSTEMS.values()]
        sys.stdout.write(f"| {name} | {python} | {' | '.join(cells)} |\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
