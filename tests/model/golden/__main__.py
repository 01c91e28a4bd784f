"""`python -m tests.model.golden` writes anew what the shipped bundle hears in the sample clips.

Only where it is meant to hear something else: the file's difference shows what has moved.
"""

import sys
import tempfile
from pathlib import Path

from tests.model.golden.heard import FILE, heard_song, shipped_judge, songs, written

with tempfile.TemporaryDirectory() as scratch:
    judge = shipped_judge()
    heard = {name: heard_song(judge, path) for name, path in songs(Path(scratch)).items()}
FILE.write_text(written(heard), encoding="utf-8")
sys.stdout.write(f"{FILE}: written\n")
