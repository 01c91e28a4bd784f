"""The entry point of the command, which every worker process imports as well."""

import subprocess
import sys


def test_the_entry_point_imports_nothing_that_a_worker_does_not_need() -> None:
    probe = "import sys, pacetag.tagger.__main__; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True
    )

    assert {"typer", "rich", "sqlite3", "numpy"}.isdisjoint(loaded.stdout.split())


def test_the_entry_point_runs_the_command() -> None:
    start = "import sys; from pacetag.tagger.__main__ import main; "
    call = start + "sys.argv[1:] = ['stats', '-x']; main()"
    done = subprocess.run([sys.executable, "-c", call], capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert "No such option: -x" in done.stderr
