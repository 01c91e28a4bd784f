"""What every command does first: put right what a killed one left half written.

Kept light: without journals, as always but after an accident, it costs one look at a folder.
"""

import sys
from pathlib import Path

from pacetag.tagger.settings import JOURNALS, index_path


def finish_unfinished(index: Path | None = None, *, elsewhere: bool = True) -> None:
    """Take back tag writes that broke off, and say so on stderr.

    Their journals lie beside the index that PACETAG_INDEX or the user's data folder holds, and
    nowhere else; `index` names a further one to look beside. `elsewhere=False` looks there only.
    """
    folders = [] if index is None else [index.parent / JOURNALS]
    if elsewhere:
        folders.append(index_path().parent / JOURNALS)
    for folder in dict.fromkeys(folders):
        if _holds_any(folder):
            _replay(folder)


def _holds_any(folder: Path) -> bool:
    try:
        return any(folder.iterdir())
    except OSError:
        return False


def _replay(folder: Path) -> None:
    from pacetag.tagger.report import say
    from pacetag.tagger.tags.replay import replay
    from pacetag.tagger.wording import printable

    try:
        sentences = replay(folder)
    except OSError as error:
        sentences = [f"{folder}: unfinished writes cannot be put right ({error.strerror or error})"]
    for sentence in sentences:
        say(printable(f"pacetag: {sentence}"), sys.stderr)
