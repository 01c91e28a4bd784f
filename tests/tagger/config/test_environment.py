"""The environment is read in one place."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

DOORS = {
    "tagger/config/environment.py",  # the place
    "model/caches.py",  # sets variables that libraries read
    "model/training/sources/tools.py",  # PACETAG_SHARE, as training also runs without the program
}
HANDED_ON = {"model/training/benchmark_sets/lmms.py"}  # whole, to a program that it starts


def readers(tree: ast.AST) -> Iterator[int]:
    """Lines that do anything with the environment but set a variable of it."""
    setting = {node.value for node in cast("Iterator[Any]", ast.walk(tree)) if _sets(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            reads = node.attr == "environ" and node not in setting
            if reads or node.attr in {"getenv", "environb"}:
                yield node.lineno
        elif isinstance(node, ast.ImportFrom) and node.module == "os":
            yield from (node.lineno for each in node.names if each.name in {"environ", "getenv"})


def _sets(node: Any) -> bool:
    if isinstance(node, ast.Subscript):
        return isinstance(node.ctx, ast.Store)
    return isinstance(node, ast.Attribute) and node.attr == "setdefault"


def test_no_module_reads_the_environment_but_the_one_for_it(root: Path) -> None:
    found = {
        path.relative_to(root).as_posix()
        for part in ("tagger", "model", "db")
        for path in (root / part).rglob("*.py")
        if any(readers(ast.parse(path.read_text(encoding="utf-8"))))
    }

    assert found == DOORS | HANDED_ON


@pytest.mark.parametrize(
    ("source", "reads"),
    [
        ("os.environ.get('A')", True),
        ("os.environ['A']", True),
        ("'A' in os.environ", True),
        ("os.getenv('A')", True),
        ("from os import environ", True),
        ("os.environ['A'] = '1'", False),
        ("os.environ.setdefault('A', '1')", False),
    ],
)
def test_reading_a_variable_is_distinguished_from_setting_it(source: str, reads: bool) -> None:
    assert any(readers(ast.parse(source))) is reads
