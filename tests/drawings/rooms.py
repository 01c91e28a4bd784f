"""Rooms of the house and the arrows between them, read from the imports of the code.

A room is a package, or the modules that lie directly in `tagger`, `model` or `model/training`.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

PANELS = ("tagger", "model/training", "db", "model")  # the longer of two that match comes first
WHOLE = ("db",)  # panels that are one room


@dataclass(frozen=True, kw_only=True)
class Room:
    """A package or a module, with what its docstring says."""

    name: str  # as in "tagger/scanning" or "tagger/cli"
    panel: str  # of PANELS
    is_package: bool
    summary: str  # first sentence of the docstring
    inside: tuple[str, ...] = ()  # names of packages within it


@dataclass(frozen=True, kw_only=True)
class House:
    """All rooms by name, and which of them imports which."""

    rooms: Mapping[str, Room]
    arrows: frozenset[tuple[str, str]]  # (importing, imported)


def summary(source: str) -> str:
    """The first sentence of a source text's docstring."""
    text = ast.get_docstring(ast.parse(source)) or ""
    return " ".join(text.split("\n\n")[0].split()).split(". ")[0].rstrip(".").replace("`", "")


def room_path(module: Path) -> Path:
    """Where the room of a module lies, given the module's path below the root."""
    panel = next(Path(p) for p in PANELS if module.is_relative_to(p))
    if panel.as_posix() in WHOLE:
        return panel
    first = module.relative_to(panel).parts[0]
    return panel / first.removesuffix(".py")


def imported(source: str, modules: set[Path]) -> Iterator[Path]:
    """The modules of ours that a source text imports, wherever in it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names] + [node.module or ""]
        else:
            continue
        for name in names:
            top, _, below = name.partition(".")
            path = Path(f"{below.replace('.', '/')}.py")
            if top == "pacetag" and path in modules:
                yield path


def read_house(root: Path) -> House:
    """The rooms below `root`; packages' own `__init__` modules are their docstrings alone."""
    tops = sorted({panel.split("/")[0] for panel in PANELS})
    paths = sorted(p.relative_to(root) for top in tops for p in (root / top).rglob("*.py"))
    modules = {path for path in paths if path.name != "__init__.py"}
    arrows = set()
    for module in modules:
        room = room_path(module)
        for other in imported((root / module).read_text(encoding="utf-8"), modules):
            arrows.add((room.as_posix(), room_path(other).as_posix()))
    rooms = {path.as_posix(): describe(root, path) for path in map(room_path, sorted(modules))}
    return House(rooms=rooms, arrows=frozenset(arrow for arrow in arrows if len(set(arrow)) == 2))


def describe(root: Path, path: Path) -> Room:
    """The room at `path`."""
    is_package = (root / path).is_dir()
    source = root / path / "__init__.py" if is_package else root / f"{path}.py"
    inside = sorted(p.parent.name for p in (root / path).glob("*/__init__.py"))
    return Room(
        name=path.as_posix(),
        panel=next(p for p in PANELS if path.is_relative_to(p)),
        is_package=is_package,
        summary=summary(source.read_text(encoding="utf-8")),
        inside=tuple(inside),
    )
