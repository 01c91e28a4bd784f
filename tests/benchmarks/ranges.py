"""Print which share of songs is fetched to judge them from a store, and in how many requests.

python -m tests.benchmarks.ranges FOLDER
"""

import sys
from pathlib import Path

from pacetag.model.judge import Judge
from pacetag.model.judgement import Analysis
from pacetag.tagger.workers.judging import hear


def main(folder: Path) -> None:
    """Judge each song of a folder as a file and as an object, and print a line for it."""
    judge = Judge()
    for song in sorted(path for path in folder.iterdir() if path.is_file()):
        reply = hear(judge, f"file://{song.absolute()}")
        if not isinstance(reply.result, Analysis) or reply.fetched is None:
            continue
        same = "same" if judge.file(song).rounded() == reply.result else "OTHER PACES"
        fetched = reply.fetched
        sys.stdout.write(
            f"{song.name:36} {fetched.size / 1e6:6.1f} MB  {fetched.bytes / fetched.size:.2f} of it"
            f"  {fetched.requests:3} requests  {same}\n"
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
