"""The memory starts fast: it imports no heavy packages."""

import subprocess
import sys
from pathlib import Path

import pytest

from pacetag.db.index import SongIndex

HEAVY = ["numpy", "pandas", "scipy", "librosa", "keras", "tensorflow", "ai_edge_litert", "mutagen"]
HEAVY += ["sqlite_utils"]


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


def test_asking_an_index_loads_nothing_heavy_either(tmp_path: Path) -> None:
    path = tmp_path / "songs.db"
    SongIndex.open(path).close()
    script = f"""
import sys
from pathlib import Path
from pacetag.db.index import SongIndex
with SongIndex.open(Path({str(path)!r})) as index:
    index.matches(low=150, high=170, min_confidence=0.5)
    index.stats()
print([name for name in {HEAVY} if name in sys.modules])
"""
    assert _run(script) == "[]"
