"""The bill of materials of the plain install and of each extra, in the format of CycloneDX.

`python .ci/sbom.py FOLDER` writes pacetag.cdx.json and one pacetag-EXTRA.cdx.json each. It takes
what is installed beside this Python, so versions are those that the tests ran with; licences are
those of licences.py. Needs the extra `dev`.
"""

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from importlib.metadata import Distribution
from pathlib import Path
from typing import Any

from licences import ROOT, brought, installs, licence
from packaging.utils import canonicalize_name

Bill = dict[str, Any]


def everything() -> Bill:
    """Return the bill of all that is installed, with pacetag as its subject."""
    command = [sys.executable, "-m", "cyclonedx_py", "environment", "--output-reproducible"]
    command += ["--no-validate", "--pyproject", str(ROOT / "pyproject.toml"), sys.executable]
    found: Bill = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return found


def only(bill: Bill, packages: Mapping[str, Distribution], direct: Iterable[str]) -> Bill:
    """Return the bill of some packages alone, `direct` of them needed by pacetag itself."""
    held = [each for each in bill["components"] if canonicalize_name(each["name"]) in packages]
    references = {each["bom-ref"]: canonicalize_name(each["name"]) for each in held}
    components = [
        each | {"licenses": [{"expression": licence(packages[references[each["bom-ref"]]])}]}
        for each in held
    ]
    dependencies = [
        {
            "ref": each["ref"],
            "dependsOn": [to for to in each.get("dependsOn", []) if to in references],
        }
        for each in bill["dependencies"]
        if each["ref"] in references
    ]
    subject = bill["metadata"]["component"]["bom-ref"]
    own = sorted(reference for reference, name in references.items() if name in set(direct))
    dependencies.append({"ref": subject, "dependsOn": own})
    return bill | {"components": components, "dependencies": dependencies}


def check(text: str) -> None:
    """Raise ValueError where a bill is not as the format says."""
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    if error := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        raise ValueError(f"not a CycloneDX bill: {error}")


def names(requirements: Iterable[str]) -> set[str]:
    """Return the names in requirements."""
    from packaging.requirements import Requirement

    return {canonicalize_name(Requirement(each).name) for each in requirements}


def main(folder: Path) -> int:
    """Write all bills, a line for each."""
    folder.mkdir(parents=True, exist_ok=True)
    bill = everything()
    for extra, requirements in installs().items():
        part = only(bill, brought(requirements), names(requirements))
        text = json.dumps(part, indent=1, sort_keys=True) + "\n"
        check(text)
        file = folder / (f"pacetag-{extra}.cdx.json" if extra else "pacetag.cdx.json")
        file.write_text(text, encoding="utf-8")
        sys.stdout.write(f"{file}: {len(part['components'])} packages\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
