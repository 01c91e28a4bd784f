"""What a plain install leaves out, and which extra holds it."""

import re
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from pacetag.model.extras import MODULES, missing_modules, requirement_of

HEAVY = {"librosa", "numba", "llvmlite", "scikit-learn", "tensorflow-cpu", "keras", "matplotlib"}
PACKAGES = {
    "tensorflow": "tensorflow-cpu",
    "python_stretch": "python-stretch",
}  # of modules that are called differently


@pytest.fixture(scope="session")
def project(root: Path) -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    return found


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=;, ]", requirement)[0].lower() for requirement in requirements}


def test_a_plain_install_has_no_package_that_judging_does_not_need(project: dict[str, Any]) -> None:
    assert names(project["dependencies"]).isdisjoint(HEAVY)


def test_every_requirement_has_a_lower_bound(project: dict[str, Any]) -> None:
    for requirements in (project["dependencies"], *project["optional-dependencies"].values()):
        for requirement in requirements:
            assert ">=" in requirement or requirement.startswith("pacetag["), requirement


def test_a_plain_install_takes_no_version_of_pyav_that_cannot_open_songs(
    project: dict[str, Any],
) -> None:
    """Version 19, which pip takes on Python 3.12 and later, refuses what `av.open` is told."""
    (needed,) = (each for each in project["dependencies"] if each.startswith("av>"))

    assert not Requirement(needed).specifier.contains("19.0.2")
    assert Requirement(needed).specifier.contains(version("av"))


@pytest.mark.parametrize("extra", MODULES)
def test_an_extra_holds_the_modules_that_are_looked_for(
    extra: str, project: dict[str, Any]
) -> None:
    held = names(project["optional-dependencies"][extra])

    assert {PACKAGES.get(module, module) for module in MODULES[extra]} <= held


def test_mixing_needs_what_stretching_needs(project: dict[str, Any]) -> None:
    """`--mix` says so: it imports no other library."""
    assert project["optional-dependencies"]["mix"] == project["optional-dependencies"]["stretch"]


def test_the_development_install_has_every_extra(project: dict[str, Any]) -> None:
    extras = project["optional-dependencies"]
    reached, before = {"dev"}, set[str]()
    while reached != before:
        before = set(reached)
        for requirement in [each for name in before for each in extras[name]]:
            if inner := re.fullmatch(r"pacetag\[(.*)\]", requirement):
                reached |= set(inner[1].split(","))

    assert reached == set(extras)


def test_only_modules_that_cannot_be_imported_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert missing_modules("evaluate") == []

    monkeypatch.setitem(sys.modules, "librosa", None)

    assert missing_modules("evaluate") == ["librosa"]


def test_what_is_needed_of_a_package_has_its_bounds() -> None:
    assert requirement_of("numpy").startswith("numpy>=1.26")
    assert requirement_of("av").startswith("av")
    assert requirement_of("matplotlib") == "matplotlib>=3.8"
    assert requirement_of("num") == "num"
