"""Several commands with the judge of fake_judge.py, one after the other in one process.

Takes them as a JSON list, and prints a line with the number of each before it.
"""

import json
import sys
from pathlib import Path

from pacetag.tagger.cli import main
from pacetag.tagger.terminal.say import say
from pacetag.tagger.workers import pool
from pacetag.tagger.workers.judging import JudgeRef

sys.path.insert(0, str(Path(__file__).parent))  # workers look for the judge where this one does

if __name__ == "__main__":
    pool.shipped_judge = lambda: JudgeRef(bundle="fake-1", factory="fake_judge:load")
    for number, arguments in enumerate(json.loads(sys.argv[1])):
        say(f"command {number}:")
        sys.argv[1:] = arguments
        try:
            main()
        except SystemExit:
            continue
