"""Licences of what pacetag uses: all compatible with its own, and listed as they are."""

import re
import tomllib
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import Any

import pytest

from tests.loading import load

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs/licences.md").read_text(encoding="utf-8")
licences = load(".ci/licences.py")
sbom = load(".ci/sbom.py")
ROWS = re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", licences.TABLE.findall(PAGE)[0], re.M)


class Package(Distribution):
    """A package that has nothing but metadata."""

    def __init__(self, *lines: str) -> None:
        self._text = "\n".join(["Metadata-Version: 2.4", "Name: song-tool", "Version: 1", *lines])

    def read_text(self, filename: str) -> str | None:
        return self._text if filename == "METADATA" else None

    def locate_file(self, path: object) -> Any:
        raise NotImplementedError


def test_all_that_an_install_brings_is_compatible_with_pacetags_own_licence() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert project["license"] == "GPL-3.0-or-later"
    assert {"", "train", "plot"} <= licences.installs().keys()
    assert list(licences.faults()) == []


def test_the_page_names_each_dependency_with_its_licence() -> None:
    listed = {name: said for said, names in ROWS for name in names.split(", ")}

    for name in sorted(sbom.names(licences.installs()[""])):
        assert listed.get(name) == licences.licence(distribution(name)), (
            f"{name}; run: python .ci/licences.py"
        )


@pytest.mark.parametrize(
    ("lines", "said", "fits"),
    [
        (["License-Expression: MIT AND Zlib"], "MIT AND Zlib", True),
        (["License-Expression: Proprietary OR MIT"], "Proprietary OR MIT", True),
        (["License-Expression: MIT AND SSPL-1.0"], "MIT AND SSPL-1.0", False),
        (["License-Expression: GPL-2.0-only"], "GPL-2.0-only", False),
        (["License: Apache 2.0"], "Apache-2.0", True),
        (["Classifier: License :: OSI Approved :: MIT License"], "MIT", True),
        (["License: Ask me", "Classifier: License :: Other"], "Ask me or Other", False),
        (["License: BSD"], "BSD", False),  # which of them?
        ([], "", False),
    ],
)
def test_a_licence_is_read_and_an_unknown_one_is_refused(
    lines: list[str], said: str, fits: bool
) -> None:
    found = licences.licence(Package(*lines))

    assert found == said
    assert licences.is_compatible(found) == fits


def test_what_a_package_needs_is_followed_with_its_extras() -> None:
    plain, typed = licences.brought(["sqlite-utils"]), licences.brought(["pytest-cov"])

    assert {"sqlite-utils", "sqlite-fts4", "click"} <= plain.keys()
    assert {"pytest-cov", "pytest", "coverage"} <= typed.keys()
    assert "pytest" not in plain


def test_a_bill_of_materials_holds_the_packages_of_an_install_and_no_others() -> None:
    bill = {
        "metadata": {"component": {"bom-ref": "root"}},
        "components": [
            {"bom-ref": "a", "name": "sqlite-utils", "licenses": []},
            {"bom-ref": "b", "name": "sqlite_fts4"},
            {"bom-ref": "c", "name": "pytest"},
        ],
        "dependencies": [{"ref": "a", "dependsOn": ["b", "c"]}, {"ref": "b"}, {"ref": "c"}],
    }

    part = sbom.only(bill, licences.brought(["sqlite-utils"]), {"sqlite-utils"})

    assert part["components"] == [
        {"bom-ref": "a", "name": "sqlite-utils", "licenses": [{"expression": "Apache-2.0"}]},
        {"bom-ref": "b", "name": "sqlite_fts4", "licenses": [{"expression": "Apache-2.0"}]},
    ]
    assert part["dependencies"] == [
        {"ref": "a", "dependsOn": ["b"]},
        {"ref": "b", "dependsOn": []},
        {"ref": "root", "dependsOn": ["a"]},
    ]
