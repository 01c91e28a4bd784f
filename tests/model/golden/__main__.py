"""`python -m tests.model.golden` writes anew what the shipped bundle hears in the sample clips.

Only where it is meant to hear something else: the file's difference shows what has moved.
"""

import sys
import tempfile
from pathlib import Path

from tests.model.golden.heard import FILE, heard_songs, written

with tempfile.TemporaryDirectory() as scratch:
    FILE.write_text(written(heard_songs(Path(scratch))), encoding="utf-8")
sys.stdout.write(f"{FILE}: written\n")
