"""The real command with the judge of fake_judge.py, for tests that need a process of its own."""

import sys
from pathlib import Path

from pacetag.tagger.cli import main
from pacetag.tagger.workers import pool
from pacetag.tagger.workers.judging import JudgeRef

sys.path.insert(0, str(Path(__file__).parent))  # workers look for the judge where this one does


def fake_ear() -> JudgeRef:
    """The fake judge in place of the shipped one."""
    return JudgeRef(bundle="fake-1", factory="fake_judge:load")


if __name__ == "__main__":
    pool.shipped_judge = fake_ear
    main()
