"""`python -m tests.mutations [NAME...]` puts each fault into a copy of the project and runs tests.

Prints a table with the test that noticed it, if any, and takes ten minutes of a core. A changed
setting is written into the shipped bundles as well, as someone would who means it: the test that
compares the two must not be the only one that notices. Exit code 1 where no test noticed a fault.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.mutations.listed import MUTATIONS, ROOT, Mutation

COPIED = ("model", "db", "tagger", "tests", "sample_audio", ".typecheck", "pyproject.toml")
TESTS = (  # what notices most, first
    *(
        "tests/model/test_golden.py",
        "tests/model/tempo",
        "tests/model/test_steps.py",
        "tests/model/training/scoring/test_score.py",
    ),
    *("tests/model/test_judge.py", "tests/model/features"),
)
WITHOUT = "test_keras_and_litert_agree_on_the_samples"  # loads TensorFlow
SHIP = """
import json
from dataclasses import asdict
from pacetag.model.bundle import fingerprint, shipped_bundle_folder
from pacetag.model.judge_settings import JudgeSettings
for name in ("stride-5", "stage0-1"):
    file = shipped_bundle_folder(name) / "bundle.json"
    data = json.loads(file.read_text()) | {"judging": asdict(JudgeSettings())}
    file.write_text(json.dumps(data | {"fingerprint": fingerprint(data)}))
"""


def copied(scratch: Path) -> Path:
    """A copy of what the tests need."""
    for name in COPIED:
        if (ROOT / name).is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, scratch / name, symlinks=True, ignore=ignored)
        else:
            shutil.copy(ROOT / name, scratch / name)
    return scratch


def run(copy: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run Python on the copy, not on what is installed."""
    # Two faults of the same size within a second would share one compiled file.
    environment = {"PYTHONPATH": f"{copy / '.typecheck'}", "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, *command],
        cwd=copy,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def noticed(copy: Path) -> str | None:
    """The first test that fails; None where all pass."""
    done = run(
        copy, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-k", f"not {WITHOUT}", *TESTS
    )
    if not done.returncode:
        return None
    failed = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return failed[0].split(" - ")[0] if failed else (done.stdout + done.stderr)[-300:]


def tried(mutation: Mutation, copy: Path) -> str | None:
    """The test that notices a fault; the copy is whole again afterwards."""
    file = copy / mutation.file
    whole = file.read_text(encoding="utf-8")
    bundles = {path: path.read_bytes() for path in copy.glob("model/weights/*/bundle.json")}
    try:
        file.write_text(whole.replace(mutation.old, mutation.new), encoding="utf-8")
        shipped = run(copy, "-c", SHIP)
        return f"import: {shipped.stderr[-300:]}" if shipped.returncode else noticed(copy)
    finally:
        file.write_text(whole, encoding="utf-8")
        for path, content in bundles.items():
            path.write_bytes(content)


def main(names: Sequence[str]) -> int:
    """Try the faults whose name holds one of the names given, or all."""
    chosen = [m for m in MUTATIONS if not names or any(name in m.name for name in names)]
    with tempfile.TemporaryDirectory() as scratch:
        copy = copied(Path(scratch))
        if (broken := noticed(copy)) is not None:
            sys.stderr.write(f"without any fault: {broken}\n")
            return 2
        survived = 0
        for mutation in chosen:
            test = tried(mutation, copy)
            survived += test is None
            sys.stdout.write(f"{mutation.name:34} {test or 'NOTICED BY NO TEST'}\n")
            sys.stdout.flush()
    sys.stdout.write(f"{len(chosen) - survived} of {len(chosen)} noticed\n")
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
