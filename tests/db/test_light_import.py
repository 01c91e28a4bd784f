"""The memory starts fast: it pulls in none of the heavy packages."""

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ["numpy", "pandas", "scipy", "librosa", "keras", "tensorflow", "ai_edge_litert", "mutagen"]


def _run(script: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("module", ["pacetag.db.index", "pacetag.tagger.playlist.query"])
def test_importing_it_loads_nothing_heavy(module: str) -> None:
    loaded = _run(f"import sys, {module}; print([n for n in {HEAVY} if n in sys.modules])")

    assert loaded == "[]"


def test_using_it_loads_nothing_heavy_either(tmp_path: Path) -> None:
    script = f"""
import sys
from pathlib import Path
from pacetag.db.index import SongIndex
with SongIndex.open(Path({str(tmp_path)!r}) / "songs.db") as index:
    index.matches(low=150, high=170, min_confidence=0.5)
    index.stats()
print([name for name in {HEAVY} if name in sys.modules])
"""
    assert _run(script) == "[]"


def test_numpy_can_be_imported_afterwards() -> None:
    script = "import pacetag.db.index, sys; import numpy; print(numpy.ones(3).sum(), sys.meta_path)"

    out = _run(script)

    assert out.startswith("3.0")
    assert "Hide" not in out


def test_another_thread_may_import_numpy_at_the_same_time() -> None:
    script = """
import threading
from pacetag.db import light_sqlite_utils as door
failures = []
def work():
    try:
        import numpy
    except ImportError as error:
        failures.append(error)
with door._without_unneeded():
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    try:
        import pandas
    except ModuleNotFoundError:
        pass
    else:
        failures.append("pandas was found")
print(failures)
"""
    assert _run(script) == "[]"
