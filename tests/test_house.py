"""The house stands as designed: layout, import direction, packaging."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

MAY_IMPORT = {
    "model": set[str](),
    "db": {"model"},  # judgement.py alone, as the floors say
    "tagger": {"model", "db"},
}

# Rooms, the lowest floor first: a room imports from floors below its own, never from beside it. A
# room is a package, or a module that lies directly in one of OPEN.
OPEN = ("tagger", "tagger/tags", "model", "model/training")
FLOORS = (
    "model/judgement",
    "db",
    "model/errors model/spec model/judge_settings model/bundle_names",
    "model/caches model/extras model/regular",
    "model/stderr",
    "model/audio model/bundle_json model/features model/keras_runtime model/network model/runtime",
    "model/bundle model/beats model/tempo",
    "model/steps",
    "model/judge",
    "model/evaluation model/evidence",
    "model/training/songs model/training/parallel model/training/degradations",
    "model/training/sources model/training/output_folders model/training/cases",
    "model/training/grooves model/training/fitting",
    "model/training/sample_audio model/training/scores model/training/recordings"
    " model/training/rendered",
    "model/training/beatless model/training/drummers model/training/expressive"
    " model/training/metres",
    "model/training/benchmark_sets model/training/free_music",
    "model/training/labels",
    "model/training/settings model/training/scoring",
    "model/training/run",
    "model/training/command",
    "tagger/errors tagger/text tagger/cancellation tagger/paces tagger/pulse",
    "tagger/config",
    "tagger/settings tagger/terminal",
    "tagger/logs tagger/tags/errors tagger/tags/fields tagger/tags/limits tagger/tags/changes",
    "tagger/tags/pacetag tagger/tags/binary",
    "tagger/tags/containers",
    "tagger/tags/abridged tagger/tags/fingerprint tagger/tags/misread",
    "tagger/tags/mutagen_io",
    "tagger/tags/foreign_tags tagger/tags/safety",
    "tagger/tags/writable",
    "tagger/tags/reader",
    "tagger/tags/held tagger/tags/ownership tagger/tags/writer",
    "tagger/tags/history",
    "tagger/filters tagger/library tagger/runs tagger/workers",
    "tagger/index tagger/files",
    "tagger/service",
    "tagger/evaluating tagger/exporting tagger/playlist tagger/scanning tagger/stretching",
    "tagger/catalogue tagger/sessions tagger/targets tagger/players tagger/integrations",
    "tagger/mixing",
    "tagger/output tagger/plots tagger/undoing",
    "tagger/audit tagger/watch",
    "tagger/doctor",
    "tagger/beetsplug tagger/commands",
    "tagger/cli",
    "tagger/__main__",
)
ELSEWHERE = {"pacetag.tagger.beetsplug": "beetsplug.pacetag"}  # packages that others look for
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


def room(path: Path) -> str:
    """The room that a module belongs to; packages within `containers` are one with it."""
    folder = path.relative_to(ROOT).parent.as_posix()
    if folder in OPEN:
        return path.relative_to(ROOT).with_suffix("").as_posix()
    return folder.partition("/containers/")[0] + ("/containers" * ("/containers/" in folder))


def imported_rooms(source: str) -> set[str]:
    """The rooms that a source text imports from."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        for name in names:
            top, _, below = name.partition(".")
            module = ROOT / f"{below.replace('.', '/')}.py"
            if top == "pacetag" and module in MODULES:
                found.add(room(module))
    return found


def test_imports_flow_one_way() -> None:
    floor = {name: number for number, names in enumerate(FLOORS) for name in names.split()}
    breaches = []
    for path in MODULES:
        if path == ROOT / "model/__init__.py":  # names what library users may import, from above
            continue
        source, part = path.read_text(), path.relative_to(ROOT).parts[0]
        wrong = {
            name
            for name in imported_rooms(source) - {room(path)}
            if floor[name] >= floor[room(path)]
        }
        wrong |= own_parts(source) - MAY_IMPORT[part] - {part}
        breaches += [f"{path.relative_to(ROOT)} imports {name}" for name in sorted(wrong)]

    assert not breaches, "\n".join(breaches)


def test_every_room_has_its_floor() -> None:
    rooms = {room(path) for path in MODULES if path.name != "__init__.py"}

    assert sorted(" ".join(FLOORS).split()) == sorted(rooms)


def test_nothing_is_imported_by_its_folder_name() -> None:
    """A bare `import model` would load a second copy beside pacetag.model."""
    breaches = []
    for path in MODULES:
        bare = {name.split(".")[0] for name in imported(path.read_text())} & set(MAY_IMPORT)
        breaches += [f"{path.relative_to(ROOT)} imports {name}" for name in sorted(bare)]

    assert not breaches, "\n".join(breaches)


def test_the_import_check_sees_a_breach() -> None:
    source = "def f():\n    from pacetag.tagger.paces import Pace\n"

    assert own_parts(source) == {"tagger"}
    assert imported_rooms(source) == {"tagger/paces"}
    assert imported_rooms("from pacetag.tagger import cli, tags") == {"tagger/cli"}


def test_the_package_list_equals_the_folders() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    listed = set(project["tool"]["setuptools"]["packages"])

    folders = {
        ".".join(("pacetag", *path.parent.relative_to(ROOT).parts))
        for path in MODULES
        if path.name == "__init__.py"
    }

    assert listed == {ELSEWHERE.get(name, name) for name in folders}


def test_every_folder_of_modules_is_a_package() -> None:
    assert {path.parent for path in MODULES} == {
        path.parent for path in MODULES if path.name == "__init__.py"
    }


@pytest.mark.skipif(not (ROOT / ".typecheck").exists(), reason="a source archive has no links")
def test_the_type_checkers_links_lead_to_the_three_folders() -> None:
    for part in MAY_IMPORT:
        assert (ROOT / ".typecheck/pacetag" / part).resolve() == ROOT / part
    assert (ROOT / ".typecheck/beetsplug/pacetag").resolve() == ROOT / "tagger/beetsplug"


def test_a_plain_install_never_pulls_tensorflow() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    plain = " ".join(project["dependencies"]).lower()

    assert "tensorflow" not in plain
    assert "keras" not in plain
    assert any("tensorflow" in line for line in project["optional-dependencies"]["train"])


DOORS = {  # a library that must be handled with care has one door
    "sqlite_utils": {"db/migrations.py", "db/upgrade.py"},
    "ai_edge_litert": {"model/runtime.py"},
    # Only those who have beets need it.
    "beets": {
        f"tagger/beetsplug/{name}.py"
        for name in ("command", "plugin", "scrubbing", "tags", "values")
    },
}


@pytest.mark.parametrize("library", DOORS)
def test_a_delicate_library_has_one_door(library: str) -> None:
    users = {
        path.relative_to(ROOT).as_posix()
        for path in MODULES
        if library in {name.split(".")[0] for name in imported(path.read_text())}
    }

    assert users == DOORS[library]
