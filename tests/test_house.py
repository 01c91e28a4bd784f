"""The house stands as designed: layout, import direction, packaging."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

MAY_IMPORT = {"model": set[str](), "db": set[str](), "tagger": {"model", "db"}}
ROOT = Path(__file__).parent.parent
MODULES = sorted(path for part in MAY_IMPORT for path in (ROOT / part).rglob("*.py"))


def imported(source: str) -> Iterator[str]:
    """Names of the modules that a source text imports, wherever in it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "."


def own_parts(source: str) -> set[str]:
    """Which of our own parts a source text imports."""
    names = (name.split(".") for name in imported(source))
    return {name[1] for name in names if name[0] == "pacetag" and len(name) > 1}


def test_imports_flow_one_way() -> None:
    breaches = []
    for path in MODULES:
        part = path.relative_to(ROOT).parts[0]
        wrong = own_parts(path.read_text()) - MAY_IMPORT[part] - {part}
        breaches += [f"{path.relative_to(ROOT)} imports pacetag.{name}" for name in sorted(wrong)]

    assert not breaches, "\n".join(breaches)


def test_nothing_is_imported_by_its_folder_name() -> None:
    """A bare `import model` would load a second copy beside pacetag.model."""
    breaches = []
    for path in MODULES:
        bare = {name.split(".")[0] for name in imported(path.read_text())} & set(MAY_IMPORT)
        breaches += [f"{path.relative_to(ROOT)} imports {name}" for name in sorted(bare)]

    assert not breaches, "\n".join(breaches)


def test_the_import_check_sees_a_breach() -> None:
    assert own_parts("def f():\n    from pacetag.tagger.paces import Pace\n") == {"tagger"}


def test_the_package_list_equals_the_folders() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    listed = set(project["tool"]["setuptools"]["packages"])

    folders = {
        ".".join(("pacetag", *path.parent.relative_to(ROOT).parts))
        for path in MODULES
        if path.name == "__init__.py"
    }

    assert listed == folders


def test_every_folder_of_modules_is_a_package() -> None:
    assert {path.parent for path in MODULES} == {
        path.parent for path in MODULES if path.name == "__init__.py"
    }


def test_the_type_checkers_links_lead_to_the_three_folders() -> None:
    for part in MAY_IMPORT:
        assert (ROOT / ".typecheck/pacetag" / part).resolve() == ROOT / part


def test_a_plain_install_never_pulls_tensorflow() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    plain = " ".join(project["dependencies"]).lower()

    assert "tensorflow" not in plain
    assert "keras" not in plain
    assert any("tensorflow" in line for line in project["optional-dependencies"]["train"])


DOORS = {  # a library that must be handled with care has one door
    "sqlite_utils": {"db/light_sqlite_utils.py"},
    "ai_edge_litert": {"model/runtime.py"},
}


@pytest.mark.parametrize("library", DOORS)
def test_a_delicate_library_has_one_door(library: str) -> None:
    users = {
        path.relative_to(ROOT).as_posix()
        for path in MODULES
        if library in {name.split(".")[0] for name in imported(path.read_text())}
    }

    assert users == DOORS[library]
